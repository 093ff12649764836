using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Reads plans and contacts of some days, as far as the reader's rights reach.</summary>
internal sealed class PlanStore(CrmDbContext database, InteractionStore interactions, CurrentUser user)
{
    /// <summary>More than anybody can tell apart on one page.</summary>
    public const int Most = 1_000;

    /// <summary>Longest range of one question: six weeks of a month's page, and a year of a feed.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(400);

    /// <summary>Plans that are not cancelled, and contacts that happened, by time.</summary>
    /// <param name="whose">Responsible users and participants; null for everybody.</param>
    /// <param name="from">First instant.</param>
    /// <param name="before">Behind the last.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<InteractionEntry>> ReadAsync(IReadOnlyCollection<long>? whose, DateTimeOffset from, DateTimeOffset before, CancellationToken cancellation)
    {
        // What began before and is not over belongs here too; nothing lasts longer than this.
        var since = from - InteractionRule.Longest;
        var range = interactions.Readable().Where(i => i.State != InteractionState.Cancelled && i.At >= since && i.At < before && (i.At >= from || i.PlannedEnd > from || i.EndedAt > from));
        if (whose is null)
        {
            return await ByTimeAsync(range, cancellation);
        }

        var own = await ByTimeAsync(range.Where(i => whose.Contains(i.ResponsibleId)), cancellation);
        var invited = await ByTimeAsync(range.Where(i => database.Set<InteractionUser>().Any(p => p.InteractionId == i.Id && whose.Contains(p.UserId))), cancellation);
        return [.. own.Concat(invited).DistinctBy(e => e.Id).OrderBy(e => e.At).ThenBy(e => e.Id).Take(Most)];
    }

    /// <summary>Whose calendar an address means.</summary>
    /// <param name="asked">A user's number, <c>team</c>, <c>all</c>, or nothing for the reader's own.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>Null for everybody.</returns>
    public async Task<IReadOnlyCollection<long>?> WhoseAsync(string? asked, CancellationToken cancellation) => asked switch
    {
        "all" => null,
        "team" => await TeamAsync(cancellation),
        _ => [long.TryParse(asked, System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : user.Id],
    };

    /// <summary>The reader's team, the reader included.</summary>
    public async Task<IReadOnlyCollection<long>> TeamAsync(CancellationToken cancellation)
    {
        var account = await database.Set<UserAccount>().FirstOrDefaultAsync(a => a.Id == user.Id, cancellation);
        var logins = account is null ? [] : await TeamStore.LoginsAsync(database, account, cancellation);
        return await database.Set<UserAccount>().Where(a => a.IsActive && (a.Id == user.Id || logins.Contains(a.Login))).OrderBy(a => a.Id).Take(200).Select(a => a.Id).ToListAsync(cancellation);
    }

    private async Task<List<InteractionEntry>> ByTimeAsync(IQueryable<Interaction> range, CancellationToken cancellation) =>
        await interactions.Entries(range.OrderBy(i => i.At).ThenBy(i => i.Id).Take(Most)).ToListAsync(cancellation);
}
