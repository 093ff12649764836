using Crm.Contracts;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>Rows of the ERP that could not be read, as an administrator finds them.</summary>
public static class ProblemList
{
    /// <summary>Most problems that are kept of one entity: who has more repairs the source, not the rows.</summary>
    public const int Limit = 1000;

    /// <summary>Replaces problems of the same places, and removes those whose record has come since.</summary>
    internal static async Task StoreAsync(
        MirrorSession session, IReadOnlyList<RowProblem> problems, HashSet<string> keys, MirrorPhase phase, (string, object?)[] values,
        CancellationToken cancellation)
    {
        var known = await KnownAsync(session, values, cancellation);
        if (known.Count == 0 && problems.Count == 0)
        {
            return;
        }

        var reported = problems.GroupBy(p => p.Place, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        foreach (var (place, _) in known)
        {
            if (keys.Contains(place) || reported.ContainsKey(place))
            {
                await session.ExecuteAsync("DELETE FROM sync_problem WHERE connection_id = @c AND entity = @e AND place = @place", cancellation, [.. values, ("@place", place)]);
            }
        }

        var room = Limit - known.Keys.Count(place => !keys.Contains(place) && !reported.ContainsKey(place));
        foreach (var problem in reported.Values.Take(room))
        {
            (string, object?)[] all =
                [.. values, ("@place", CleanText.Of(problem.Place)), ("@code", problem.Code), ("@reason", CleanText.Of(problem.Reason))];
            await session.ExecuteAsync(
                "INSERT INTO sync_problem (connection_id, entity, place, code, reason, seen_at) VALUES (@c, @e, @place, @code, @reason, @now)",
                cancellation,
                all);
            if (!phase.IsFirstRead && known.GetValueOrDefault(problem.Place) != problem.Code)
            {
                await session.ExecuteAsync(
                    "INSERT INTO ledger (connection_id, entity, host_key, event, detail, at) VALUES (@c, @e, @place, 5, @reason, @now)", cancellation, all);
            }
        }
    }

    private static async Task<Dictionary<string, string>> KnownAsync(MirrorSession session, (string, object?)[] values, CancellationToken cancellation)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (place, code) in await session.QueryAsync(
            "SELECT place, code FROM sync_problem WHERE connection_id = @c AND entity = @e", r => (r.GetString(0), r.GetString(1)), cancellation, values))
        {
            known[place] = code;
        }

        return known;
    }
}
