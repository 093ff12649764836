using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calls;

/// <summary>What a user sees while the telephone rings.</summary>
/// <param name="Call">The call.</param>
/// <param name="Callers">Who it may be, the likeliest first; one alone is taken for the caller.</param>
/// <param name="Who">Whom the card is about; null while it is open who calls.</param>
/// <param name="Past">What to know of them; null as long.</param>
public sealed record CallCard(PhoneCall Call, IReadOnlyList<Caller> Callers, Caller? Who, CallerPast? Past);

/// <summary>Whom the user says that a call is with; all null: none of those who have the number.</summary>
public sealed record CallChoice(long? CounterpartyId, long? PersonId, long? CardId);

/// <summary>The calls on one user's desk.</summary>
internal sealed class CallDesk(CrmDbContext database, CallerLookup lookup, CallerPasts pasts, CurrentUser user, TimeProvider clock)
{
    private const int Most = 3;

    /// <summary>Calls whose card is to be seen, latest first.</summary>
    public async Task<IReadOnlyList<CallCard>> OpenAsync(CancellationToken cancellation)
    {
        await database.Database.OpenConnectionAsync(cancellation);
        var now = clock.GetUtcNow();
        var since = now - CallRule.LongestTalk - CallRule.Afterwards;
        var latest = await database.Set<PhoneCall>().Where(c => c.UserId == user.Id && c.RangAt >= since && c.DismissedAt == null && !c.IsInternal)
            .Where(c => !database.Set<Interaction>().Any(i => i.CallId == c.Id))
            .OrderByDescending(c => c.RangAt).ThenByDescending(c => c.Id).Take(20).ToListAsync(cancellation);
        var cards = new List<CallCard>();
        foreach (var call in latest.Where(c => CallRule.IsOpen(c, now)).Take(Most))
        {
            cards.Add(await CardAsync(call, cancellation));
        }

        return cards;
    }

    /// <summary>One of this user's own calls; null when it is none.</summary>
    public Task<PhoneCall?> FindAsync(long id, CancellationToken cancellation) =>
        database.Set<PhoneCall>().FirstOrDefaultAsync(c => c.Id == id && c.UserId == user.Id, cancellation);

    public async Task<CallCard> CardAsync(PhoneCall call, CancellationToken cancellation)
    {
        var callers = await lookup.FindAsync(call.Number, cancellation);
        var who = await WhoAsync(call, callers, cancellation);
        return new(call, callers, who, who is null ? null : await pasts.ReadAsync(who.CounterpartyId, who.PersonId, who.CardId, cancellation));
    }

    private async Task<Caller?> WhoAsync(PhoneCall call, IReadOnlyList<Caller> callers, CancellationToken cancellation)
    {
        if (call.IsSomebodyElse)
        {
            return null;
        }

        if (call.CounterpartyId is { } chosen)
        {
            return callers.FirstOrDefault(c => c.CounterpartyId == chosen && c.PersonId == call.PersonId && c.CardId == call.CardId)
                ?? (await pasts.NameAsync(chosen, cancellation) is { } name ? new Caller(chosen, name.Name, null, null, null, "", 0) { IsProspect = name.IsProspect } : null);
        }

        return callers.Count == 1 ? callers[0] : null;
    }

    /// <summary>Says whom the call is with.</summary>
    public Task ChooseAsync(long id, CallChoice choice, CancellationToken cancellation)
    {
        var isNobody = choice.CounterpartyId is null;
        return database.Set<PhoneCall>().Where(c => c.Id == id && c.UserId == user.Id).ExecuteUpdateAsync(
            c => c.SetProperty(p => p.CounterpartyId, choice.CounterpartyId).SetProperty(p => p.PersonId, choice.PersonId).SetProperty(p => p.CardId, choice.CardId)
                .SetProperty(p => p.IsSomebodyElse, isNobody), cancellation);
    }

    /// <summary>Forgets what was said, so that all who have the number are offered again.</summary>
    public Task ReopenAsync(long id, CancellationToken cancellation)
    {
        long? none = null;
        return database.Set<PhoneCall>().Where(c => c.Id == id && c.UserId == user.Id).ExecuteUpdateAsync(
            c => c.SetProperty(p => p.CounterpartyId, none).SetProperty(p => p.PersonId, none).SetProperty(p => p.CardId, none)
                .SetProperty(p => p.IsSomebodyElse, false), cancellation);
    }

    /// <summary>Puts the card away.</summary>
    public Task DismissAsync(long id, CancellationToken cancellation)
    {
        DateTimeOffset? now = clock.GetUtcNow();
        return database.Set<PhoneCall>().Where(c => c.Id == id && c.UserId == user.Id && c.DismissedAt == null).ExecuteUpdateAsync(c => c.SetProperty(p => p.DismissedAt, now), cancellation);
    }
}
