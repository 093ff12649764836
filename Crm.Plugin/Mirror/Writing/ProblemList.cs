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

    /// <summary>Whether anything is listed of an entity.</summary>
    internal static async Task<bool> IsAnyAsync(MirrorSession session, (string, object?)[] values, CancellationToken cancellation) =>
        (await session.QueryAsync("SELECT 1 FROM sync_problem WHERE connection_id = @c AND entity = @e LIMIT 1", r => r.GetInt32(0), cancellation, values)).Count > 0;

    /// <summary>Leaves exactly these of the host's: what was mended goes, what has moved is found at its new place. Rows that the mirror itself refused stay.</summary>
    internal static async Task ReplaceAsync(MirrorSession session, IReadOnlyCollection<RowProblem> problems, (string, object?)[] values, CancellationToken cancellation)
    {
        var known = await KnownAsync(session, values, cancellation);
        var now = problems.GroupBy(p => CleanText.Of(p.Place), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        foreach (var (place, code) in known.Where(k => now.GetValueOrDefault(k.Key)?.Code != k.Value && !k.Value.StartsWith("mirror.", StringComparison.Ordinal)))
        {
            await session.ExecuteAsync("DELETE FROM sync_problem WHERE connection_id = @c AND entity = @e AND place = @place", cancellation, [.. values, ("@place", place)]);
        }

        foreach (var (place, problem) in now.Where(n => known.GetValueOrDefault(n.Key) != n.Value.Code))
        {
            await session.ExecuteAsync(
                "INSERT INTO sync_problem (connection_id, entity, place, code, reason, seen_at) VALUES (@c, @e, @place, @code, @reason, @now)",
                cancellation,
                [.. values, ("@place", place), ("@code", problem.Code), ("@reason", CleanText.Of(problem.Reason))]);
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
