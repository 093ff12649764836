using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>A place where all the words are.</summary>
internal readonly record struct InteractionHit(long Id, DateTimeOffset At, long ResponsibleId, InteractionKind Kind, InteractionState State, long CounterpartyId, InteractionDirection Direction, InteractionImportance Importance);

/// <summary>Finds words in the texts of all interactions by the index of every three letters.</summary>
internal sealed class InteractionSearch(CrmDbContext database, DatabaseOptions options)
{
    /// <summary>Words in more entries than this are common: then looking through the latest ones is the shorter way.</summary>
    public const int Most = 5_000;

    // Shorter words are in no index of three letters.
    private const int Shortest = 3;

    /// <summary>Every place, in no order; null when the words are too common or too short for the index.</summary>
    public async Task<IReadOnlyList<InteractionHit>?> FindAsync(IReadOnlyList<string> words, CancellationToken cancellation)
    {
        var indexed = words.Where(w => w.Length >= Shortest).ToList();
        if (indexed.Count == 0)
        {
            return null;
        }

        if (options.Kind == DatabaseKind.PostgreSql)
        {
            var hits = await ReadAsync($"interaction i WHERE {string.Join(" AND ", indexed.Select((_, n) => $"i.text_folded LIKE @like{n}"))} LIMIT {Most + 1}", indexed, "", cancellation);
            return hits.Count > Most ? null : hits;
        }

        // Longer words are rarer. One rare word leads, and the others are looked for in its few entries: to intersect common words costs far more.
        foreach (var word in indexed.OrderByDescending(w => w.Length))
        {
            var match = '"' + word.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
            var count = await database.ReadAsync(
                $"SELECT COUNT(*) FROM (SELECT rowid FROM interaction_search WHERE interaction_search MATCH @match LIMIT {Most + 1}) h", [("@match", match)], row => row.GetInt64(0), cancellation);
            if (count[0] <= Most)
            {
                // The order of joining is said, so that the index of words leads.
                return await ReadAsync(
                    "(SELECT rowid AS id FROM interaction_search WHERE interaction_search MATCH @match) h CROSS JOIN interaction i ON i.id = h.id"
                    + string.Concat(indexed.Select((_, n) => $" AND instr(i.text_folded, @word{n}) > 0")), indexed, match, cancellation);
            }
        }

        return null;
    }

    private Task<List<InteractionHit>> ReadAsync(string from, IReadOnlyList<string> words, string match, CancellationToken cancellation) => database.ReadAsync(
        $"SELECT i.id, i.at, i.responsible_id, i.kind, i.state, i.counterparty_id, i.direction, i.importance FROM {from}",
        [
            ("@match", match),
            .. words.Select((w, n) => ($"@word{n}", (object?)w)),
            .. words.Select((w, n) => ($"@like{n}", (object?)$"%{w.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%")),
        ],
        row => new InteractionHit(
            row.GetInt64(0), Instant.FromMicroseconds(row.GetInt64(1)), row.GetInt64(2), (InteractionKind)row.GetInt32(3), (InteractionState)row.GetInt32(4), row.GetInt64(5),
            (InteractionDirection)row.GetInt32(6), (InteractionImportance)row.GetInt32(7)),
        cancellation);

    /// <summary>What of a filter can be told from the hit itself.</summary>
    public static bool Fits(InteractionHit hit, InteractionFilter filter) =>
        (filter.CounterpartyId is null || filter.CounterpartyId == hit.CounterpartyId) && filter.Counterparties?.Contains(hit.CounterpartyId) != false
        && (filter.Direction is null || filter.Direction == hit.Direction) && (filter.Importance is null || filter.Importance == hit.Importance)
        && (filter.ResponsibleId is null || filter.ResponsibleId == hit.ResponsibleId)
        && (filter.Kind is null || filter.Kind == hit.Kind) && (filter.State is null || filter.State == hit.State)
        && (filter.From is null || hit.At >= filter.From) && (filter.Before is null || hit.At < filter.Before);
}
