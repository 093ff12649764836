using System.Globalization;

namespace Crm.Plugin.Features.Calls;

/// <summary>What a typed number leads to.</summary>
/// <param name="Callers">All who have it, the likeliest first.</param>
/// <param name="Who">The one of them who was chosen, or the only one; null while it is open.</param>
/// <param name="Past">What to know of them; null as long.</param>
public sealed record CallerFound(IReadOnlyList<Caller> Callers, Caller? Who, CallerPast? Past);

/// <summary>Looks a typed or pasted number up, with the same card as a ringing call's.</summary>
internal sealed class CallerFinder(CallerLookup lookup, CallerPasts pasts)
{
    /// <param name="typed">In any spelling.</param>
    /// <param name="chosen">Names <c>counterparty</c> and <c>person</c> when the user has chosen among several.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<CallerFound> FindAsync(string typed, IQueryCollection chosen, CancellationToken cancellation)
    {
        var callers = await lookup.FindAsync(typed, cancellation);
        var who = long.TryParse(chosen["counterparty"], NumberStyles.None, CultureInfo.InvariantCulture, out var counterparty)
            ? callers.FirstOrDefault(c => c.CounterpartyId == counterparty && c.PersonField == chosen["person"].ToString())
            : null;
        who ??= callers.Count == 1 ? callers[0] : null;
        return new(callers, who, who is null ? null : await pasts.ReadAsync(who.CounterpartyId, who.PersonId, who.CardId, cancellation));
    }
}
