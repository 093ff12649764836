using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>A place where all the words are.</summary>
internal readonly record struct InteractionHit(long Id, DateTimeOffset At, long ResponsibleId, InteractionKind Kind, InteractionState State, long CounterpartyId);

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

        const string columns = "i.id, i.at, i.responsible_id, i.kind, i.state, i.counterparty_id";
        var hits = await database.ReadAsync(
            options.Kind == DatabaseKind.Sqlite
                // The order of joining is said, so that the index of words leads.
                ? $"SELECT {columns} FROM (SELECT rowid AS id FROM interaction_search WHERE interaction_search MATCH @match LIMIT {Most + 1}) h CROSS JOIN interaction i ON i.id = h.id"
                : $"SELECT {columns} FROM interaction i WHERE {string.Join(" AND ", indexed.Select((_, n) => $"i.text_folded LIKE @like{n}"))} LIMIT {Most + 1}",
            [
                ("@match", string.Join(" AND ", indexed.Select(w => '"' + w.Replace("\"", "\"\"", StringComparison.Ordinal) + '"'))),
                .. indexed.Select((w, n) => ($"@like{n}", (object?)$"%{w.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%")),
            ],
            row => new InteractionHit(
                row.GetInt64(0), Instant.FromMicroseconds(row.GetInt64(1)), row.GetInt64(2), (InteractionKind)row.GetInt32(3), (InteractionState)row.GetInt32(4), row.GetInt64(5)),
            cancellation);
        return hits.Count > Most ? null : hits;
    }

    /// <summary>What of a filter can be told from the hit itself.</summary>
    public static bool Fits(InteractionHit hit, InteractionFilter filter) =>
        (filter.CounterpartyId is null || filter.CounterpartyId == hit.CounterpartyId) && (filter.ResponsibleId is null || filter.ResponsibleId == hit.ResponsibleId)
        && (filter.Kind is null || filter.Kind == hit.Kind) && (filter.State is null || filter.State == hit.State)
        && (filter.From is null || hit.At >= filter.From) && (filter.Before is null || hit.At < filter.Before);
}
