using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calendar;

/// <summary>An internal plan as lists show it; of one that the reader may not know, only its time and whose it is.</summary>
/// <param name="Plan">Its texts are null when <paramref name="IsHidden"/>.</param>
/// <param name="OwnerName">Whose it is.</param>
/// <param name="IsHidden">The reader is only told that somebody is busy.</param>
/// <param name="MayWrite">Whether the reader may change it.</param>
public sealed record InternalLine(InternalPlan Plan, string OwnerName, bool IsHidden, bool MayWrite);

/// <summary>Reads internal plans; what the reader may not know is taken out here, for every screen alike.</summary>
internal sealed class InternalStore(CrmDbContext database, CurrentUser user)
{
    /// <summary>Plans that touch these days and are not cancelled, by time.</summary>
    /// <param name="whose">Owners and participants; null for everybody.</param>
    /// <param name="from">First instant.</param>
    /// <param name="before">Behind the last.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<InternalLine>> ReadAsync(IReadOnlyCollection<long>? whose, DateTimeOffset from, DateTimeOffset before, int limit, CancellationToken cancellation)
    {
        var since = from - InternalPlanRule.LongestAbsence;
        var range = database.Set<InternalPlan>().Where(p => p.State != InternalState.Cancelled && p.StartsAt >= since && p.StartsAt < before && p.EndsAt > from);
        return await LinesAsync(Of(range, whose), limit, cancellation);
    }

    /// <summary>What is to be done and has begun before an instant, absences left out; by time.</summary>
    public async Task<IReadOnlyList<InternalLine>> OpenAsync(IReadOnlyCollection<long>? whose, DateTimeOffset? from, DateTimeOffset before, int limit, CancellationToken cancellation)
    {
        var open = database.Set<InternalPlan>().Where(p => p.State == InternalState.Planned && p.Kind < InternalKind.Holiday && p.StartsAt < before && (from == null || p.StartsAt >= from));
        return await LinesAsync(Of(open, whose), limit, cancellation);
    }

    /// <summary>One of them; null when there is none or the reader may not know what it is.</summary>
    public async Task<InternalLine?> FindAsync(long id, CancellationToken cancellation) =>
        (await LinesAsync(database.Set<InternalPlan>().Where(p => p.Id == id), 1, cancellation)).FirstOrDefault(l => !l.IsHidden);

    private IQueryable<InternalPlan> Of(IQueryable<InternalPlan> plans, IReadOnlyCollection<long>? whose) => whose is null ? plans
        : plans.Where(p => whose.Contains(p.OwnerId) || database.Set<InternalPlanUser>().Any(u => u.InternalPlanId == p.Id && whose.Contains(u.UserId)));

    private async Task<IReadOnlyList<InternalLine>> LinesAsync(IQueryable<InternalPlan> plans, int limit, CancellationToken cancellation)
    {
        var rows = await plans.Include(p => p.Users).OrderBy(p => p.StartsAt).ThenBy(p => p.Id).Take(limit).ToListAsync(cancellation);
        var owners = rows.Select(p => p.OwnerId).Distinct().ToList();
        var names = await database.Set<UserAccount>().Where(u => owners.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, cancellation);
        return [.. rows.Select(p => Line(p, names.GetValueOrDefault(p.OwnerId, "–")))];
    }

    private InternalLine Line(InternalPlan plan, string owner) => InternalRights.MayRead(user, plan)
        ? new(plan, owner, false, InternalRights.MayWrite(user, plan))
        : new(new() { Id = plan.Id, Kind = plan.IsAbsence ? InternalKind.Holiday : InternalKind.Meeting, State = plan.State, OwnerId = plan.OwnerId, StartsAt = plan.StartsAt, EndsAt = plan.EndsAt }, owner, true, false);
}
