using Crm.Plugin.Security;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Counterparties;

/// <summary>
/// PostgreSQL keeps one text of each counterparty, its name in the first line: one look into its index finds names and everything
/// else, in the order of the list.
/// </summary>
internal sealed class CounterpartyTexts(CrmDbContext database, CounterpartyQuery query)
{
    /// <summary>One page.</summary>
    /// <returns>No lines when there are more hits than are worth sorting; then how many of those looked at are hits in names.</returns>
    public async Task<(List<CounterpartyLine>? Lines, long InNames)> PageAsync(
        CounterpartyFilter filter, Scope reach, ListCursor cursor, int limit, CancellationToken cancellation)
    {
        // The first hits in their order are enough unless the filter leaves most of them out: rows are fetched for these alone.
        var found = await WindowAsync(filter, reach, cursor, limit, 4 * limit, cancellation);
        if (found.Lines is { } lines && lines.Count < limit && found.Hits > 4 * limit)
        {
            found = await WindowAsync(filter, reach, cursor, limit, CounterpartySearch.SortedHits, cancellation);
        }

        return (found.Lines, found.InNames);
    }

    private async Task<(List<CounterpartyLine>? Lines, long Hits, long InNames)> WindowAsync(
        CounterpartyFilter filter, Scope reach, ListCursor cursor, int limit, int window, CancellationToken cancellation)
    {
        var words = filter.Words;
        var rows = await database.ReadAsync(
            $"""
            WITH h AS MATERIALIZED (
                SELECT s.id, split_part(s.text, chr(10), 1) AS name_folded FROM counterparty_search s
                WHERE {SearchWords.Likes("s.text", words)} LIMIT {CounterpartySearch.SortedHits + 1}
            ), p AS (
                SELECT h.id, h.name_folded, CASE WHEN {query.Contains(words, "h")} THEN 0 ELSE 1 END AS part FROM h
            ), w AS MATERIALIZED (
                SELECT p.id, ROW_NUMBER() OVER (ORDER BY p.part, p.name_folded, p.id) AS place FROM p WHERE (p.part, p.name_folded, p.id) > (@part, @name, @id)
            )
            SELECT {CounterpartyLine.Columns}, t.total, t.hits, t.in_names
            FROM (SELECT COUNT(*) AS total, COALESCE(SUM(1 - p.part), 0) AS in_names, (SELECT COUNT(*) FROM w) AS hits FROM p) t LEFT JOIN LATERAL (
                SELECT c.* FROM w JOIN counterparty c ON c.id = w.id WHERE w.place <= @window AND {query.Conditions(filter, reach)} ORDER BY w.place LIMIT @limit
            ) c ON TRUE
            """,
            [.. query.Parameters(filter, cursor, limit), ("@part", cursor.Others ? 1 : 0), ("@window", window)],
            row => (Total: row.GetInt64(CounterpartyLine.ColumnCount), Hits: row.GetInt64(CounterpartyLine.ColumnCount + 1),
                InNames: row.GetInt64(CounterpartyLine.ColumnCount + 2), Line: row.IsDBNull(0) ? null : CounterpartyLine.Read(row)),
            cancellation);
        return (rows[0].Total > CounterpartySearch.SortedHits ? null : [.. rows.Select(r => r.Line).OfType<CounterpartyLine>()], rows[0].Hits, rows[0].InNames);
    }
}
