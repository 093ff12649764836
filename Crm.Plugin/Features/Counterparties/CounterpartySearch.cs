using Crm.Plugin.Features.Classification;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace Crm.Plugin.Features.Counterparties;

/// <summary>Finds counterparties that the user may read. Cost follows what is shown, not the size of the base.</summary>
internal sealed class CounterpartySearch(CrmDbContext database, DatabaseOptions options, CurrentUser user, IMemoryCache memory)
{
    /// <summary>More hits than this are not fetched to be sorted: then the fragment is so common that the order of names is the shorter way.</summary>
    public const int SortedHits = 5_000;

    private static readonly TimeSpan LargeStays = TimeSpan.FromMinutes(1);

    private readonly bool sqlite = options.Kind == DatabaseKind.Sqlite;
    private readonly CounterpartyQuery query = new(options, user);

    /// <summary>So many of the index's entries are looked through in the order of names before the fragment index is asked: a common fragment fills the page from them. In the same process that costs less.</summary>
    private int ProbeDepth => sqlite ? 10_000 : 2_500;

    /// <summary>One page of a list.</summary>
    /// <param name="filter">What to show.</param>
    /// <param name="after">A <see cref="CounterpartyList.Next"/>, or null to begin.</param>
    /// <param name="limit">1–1,000.</param>
    /// <param name="cancellation">Cancels the query.</param>
    /// <param name="scope">The right to use; the user's right to read when null.</param>
    public async Task<CounterpartyList> ListAsync(CounterpartyFilter filter, string? after, int limit, CancellationToken cancellation, Scope? scope = null)
    {
        var reach = scope ?? user.Rights.ReadScope;
        if (filter.Segment is { } segment)
        {
            filter = filter with { Chosen = await SegmentConditions.FindAsync(database, memory, segment, cancellation) };
        }

        if (PhoneDigits.LooksLikeNumber(filter.Text))
        {
            return new(await ByNumberAsync(filter, reach, limit, cancellation), null);
        }

        var cursor = ListCursor.Parse(after);
        var others = cursor.Others;
        var probed = others || filter.Words.Count == 0 ? null : await OrderedAsync(filter, reach, cursor, limit + 1, ProbeDepth, cancellation);
        if (probed?.Count > limit)
        {
            return Page(probed, limit, others: false);
        }

        var namesAreMany = false;
        if (!sqlite && filter.Words.Any(w => w.Length >= 3) && !await FitsProbeAsync(cancellation))
        {
            var (found, inNames) = await new CounterpartyTexts(database, query).PageAsync(filter, reach, cursor, limit + 1, cancellation);
            if (found is not null)
            {
                return Page(found, limit, others: found.Count > limit && !filter.Words.All(w => found[limit - 1].NameFolded.Contains(w, StringComparison.Ordinal)));
            }

            namesAreMany = inNames > SortedHits / 2;
        }

        var lines = new List<CounterpartyLine>();
        if (!others)
        {
            lines = await ByNameAsync(filter, reach, cursor, limit + 1, probed, namesAreMany, cancellation);
            if (lines.Count > limit || filter.Words.Count == 0)
            {
                return Page(lines, limit, others: false);
            }

            others = true;
            cursor = ListCursor.Start;
        }

        var names = lines.Count;
        lines.AddRange(await ByOtherFieldsAsync(filter, reach, cursor, limit + 1 - names, cancellation));
        return Page(lines, limit, others: names < limit);
    }

    /// <summary>One that is still in the ERP, as lists show it; null when there is none within a right.</summary>
    public async Task<CounterpartyLine?> FindAsync(long id, Scope scope, CancellationToken cancellation) => (await database.ReadAsync(
        $"SELECT {CounterpartyLine.Columns} FROM counterparty c WHERE c.id = @id AND c.gone_at IS NULL AND {Reach.Sql(scope, "c", user)}",
        [("@id", id), .. Reach.Parameters(scope, user)], CounterpartyLine.Read, cancellation)).FirstOrDefault();

    /// <summary>Finds telephone numbers by any run of their digits, of counterparties and their contact persons.</summary>
    /// <returns>Each number once, in no order; empty below three digits.</returns>
    public async Task<IReadOnlyList<PhoneMatch>> FindPhonesAsync(string typed, int limit, CancellationToken cancellation)
    {
        foreach (var digits in PhoneDigits.Candidates(typed))
        {
            var (low, high) = PhoneFragment.Range(digits);
            var rest = digits.Length > PhoneDigits.FragmentLength ? (sqlite ? "AND instr(p.digits, @digits) > 0" : "AND strpos(p.digits, @digits) > 0") : "";
            var found = await database.ReadAsync(
                $"""
                SELECT DISTINCT p.id, p.typed, p.counterparty_id, c.name, p.person_id, n.name, c.manager_login
                FROM phone_fragment f JOIN phone p ON p.id = {PhoneFragment.PhoneId} JOIN counterparty c ON c.id = p.counterparty_id
                LEFT JOIN contact_person n ON n.id = p.person_id
                WHERE f.entry >= @low AND f.entry < @high {rest} AND c.gone_at IS NULL AND {Reach.Sql(user.Rights.ReadScope, "c", user)}
                LIMIT @limit
                """,
                [("@low", low), ("@high", high), ("@digits", digits), ("@limit", limit), .. Reach.Parameters(user.Rights.ReadScope, user)],
                row => new PhoneMatch(row.GetString(1), row.GetInt64(2), row.GetString(3), row.Long(4), row.Text(5)),
                cancellation);
            if (found.Count > 0)
            {
                return found;
            }
        }

        return [];
    }

    private static CounterpartyList Page(List<CounterpartyLine> lines, int limit, bool others)
    {
        if (lines.Count <= limit)
        {
            return new(lines, null);
        }

        lines.RemoveRange(limit, lines.Count - limit);
        var last = lines[^1];
        return new(lines, new ListCursor(others, last.NameFolded, last.Id).ToString());
    }

    private async Task<List<CounterpartyLine>> ByNameAsync(
        CounterpartyFilter filter, Scope reach, ListCursor cursor, int limit, List<CounterpartyLine>? probed, bool namesAreMany, CancellationToken cancellation)
    {
        var words = filter.Words;
        if (probed is null)
        {
            return await OrderedAsync(filter, reach, cursor, limit, probe: null, cancellation);
        }

        if (await FitsProbeAsync(cancellation))
        {
            return probed;
        }

        if (namesAreMany || words.All(w => w.Length < 3) || await NameHitsAsync(words, cancellation) is not { } hits)
        {
            return await OrderedAsync(filter, reach, cursor, limit, probe: null, cancellation);
        }

        return hits.Count == 0 ? [] : await database.ReadAsync(
            $"""
            SELECT {CounterpartyLine.Columns} FROM counterparty c
            WHERE c.id {(sqlite ? "IN (SELECT value FROM json_each(@hits))" : "= ANY (@hits)")}
            AND {query.Contains(words)} AND {query.Conditions(filter, reach)} AND (c.name_folded, c.id) > (@name, @id)
            ORDER BY c.name_folded, c.id LIMIT @limit
            """,
            [.. query.Parameters(filter, cursor, limit), ("@hits", sqlite ? $"[{string.Join(',', hits)}]" : hits)],
            CounterpartyLine.Read,
            cancellation);
    }

    /// <summary>Goes through the names in their order; with a probe, through that many of them only.</summary>
    private Task<List<CounterpartyLine>> OrderedAsync(CounterpartyFilter filter, Scope reach, ListCursor cursor, int limit, int? probe, CancellationToken cancellation)
    {
        // PostgreSQL fetches the row of every index entry before it looks at the name in it; rows joined to the index alone are fetched for hits only.
        var entries = (probe, sqlite || filter.Words.Count == 0) switch
        {
            ({ } depth, _) => $"(SELECT i.id, i.name_folded FROM counterparty i WHERE (i.name_folded, i.id) > (@name, @id) ORDER BY i.name_folded, i.id LIMIT {depth})",
            (null, false) => "(SELECT i.id, i.name_folded FROM counterparty i WHERE (i.name_folded, i.id) > (@name, @id))",
            _ => null,
        };
        return database.ReadAsync(
            entries is null
                ? $"""
                   SELECT {CounterpartyLine.Columns} FROM counterparty c
                   WHERE (c.name_folded, c.id) > (@name, @id) AND {query.Contains(filter.Words)} AND {query.Conditions(filter, reach)}
                   ORDER BY c.name_folded, c.id LIMIT @limit
                   """
                : $"""
                   SELECT {CounterpartyLine.Columns} FROM {entries} w JOIN counterparty c ON c.id = w.id
                   WHERE {query.Contains(filter.Words, "w")} AND {query.Conditions(filter, reach)}
                   ORDER BY w.name_folded, w.id LIMIT @limit
                   """,
            query.Parameters(filter, cursor, limit), CounterpartyLine.Read, cancellation);
    }

    /// <summary>Whether the base is so small that a probe sees every name. One that is not stays so for the while that this is remembered.</summary>
    private async Task<bool> FitsProbeAsync(CancellationToken cancellation)
    {
        var key = (typeof(CounterpartySearch), options);
        if (memory.TryGetValue(key, out _))
        {
            return false;
        }

        var fits = (await database.ReadAsync($"SELECT id FROM counterparty ORDER BY id LIMIT 1 OFFSET {ProbeDepth}", [], row => row.GetInt64(0), cancellation)).Count == 0;
        return fits || !memory.Set(key, true, LargeStays);
    }

    /// <summary>Whose names hold all words; null when there are more than are worth sorting. Asked once: to intersect common runs of letters takes longer than to fetch the rows.</summary>
    private async Task<List<long>?> NameHitsAsync(IReadOnlyList<string> words, CancellationToken cancellation)
    {
        var hits = await database.ReadAsync(
            sqlite
                ? $"SELECT rowid FROM counterparty_search WHERE counterparty_search MATCH @match LIMIT {SortedHits + 1}"
                : $"SELECT c.id FROM counterparty c WHERE {SearchWords.Likes("c.name_folded", words)} LIMIT {SortedHits + 1}",
            [("@match", SearchWords.Match(words, "name")), .. SearchWords.LikeParameters(words)], row => row.GetInt64(0), cancellation);
        return hits.Count > SortedHits ? null : hits;
    }

    /// <summary>Matches of code, tax number, e-mail and contact person whose own name does not match; at most <see cref="SortedHits"/> are looked at.</summary>
    private async Task<List<CounterpartyLine>> ByOtherFieldsAsync(CounterpartyFilter filter, Scope reach, ListCursor cursor, int limit, CancellationToken cancellation)
    {
        var words = filter.Words;
        if (limit <= 0 || words.All(w => w.Length < 3))
        {
            return [];
        }

        var hits = sqlite
            ? $"SELECT rowid AS id FROM counterparty_search WHERE counterparty_search MATCH @others LIMIT {SortedHits}"
            : $"SELECT s.id FROM counterparty_search s WHERE {SearchWords.Likes("s.text", words)} LIMIT {SortedHits}";
        return await database.ReadAsync(
            $"""
            SELECT {CounterpartyLine.Columns} FROM ({hits}) h JOIN counterparty c ON c.id = h.id
            WHERE NOT ({query.Contains(words)}) AND {(sqlite ? SearchWords.Short(words) : "1 = 1")} AND {query.Conditions(filter, reach)} AND (c.name_folded, c.id) > (@name, @id)
            ORDER BY c.name_folded, c.id LIMIT @limit
            """,
            [.. query.Parameters(filter, cursor, limit), ("@others", SearchWords.Match(words, null))], CounterpartyLine.Read, cancellation);
    }

    private async Task<List<CounterpartyLine>> ByNumberAsync(CounterpartyFilter filter, Scope reach, int limit, CancellationToken cancellation)
    {
        var typed = filter.Text.Replace(" ", "", StringComparison.Ordinal);
        var candidates = PhoneDigits.Candidates(filter.Text);
        var ranges = candidates.Select(PhoneFragment.Range).ToList();
        (string, object?)[] parameters =
        [
            .. query.Parameters(filter, ListCursor.Start, limit), ("@code", typed), ("@codeEnd", typed + "\uffff"),
            .. candidates.SelectMany((digits, i) => ((string, object?)[])[($"@low{i}", ranges[i].Low), ($"@high{i}", ranges[i].High), ($"@digits{i}", digits)]),
        ];
        var conditions = query.Conditions(filter, reach);
        // The first way to read what was typed nearly always finds it: it goes with code and tax number in one round trip.
        var found = await database.ReadSeveralAsync(
            string.Join("; ", ((string[])["code", "tax_id"]).Select(column =>
                $"SELECT {CounterpartyLine.Columns} FROM counterparty c WHERE c.{column} >= @code AND c.{column} < @codeEnd AND {conditions} ORDER BY c.{column} LIMIT @limit")
                .Concat(candidates.Take(1).Select((digits, i) => ByPhone(digits, i, conditions)))),
            parameters, CounterpartyLine.Read, cancellation);
        var byPhone = found.Count > 2 ? found[2] : [];
        for (var i = 1; i < candidates.Count && byPhone.Count == 0; i++)
        {
            byPhone = await database.ReadAsync(ByPhone(candidates[i], i, conditions), parameters, CounterpartyLine.Read, cancellation);
        }

        return [.. byPhone.Concat(found[0]).Concat(found[1]).DistinctBy(l => l.Id).Take(limit)];
    }

    private string ByPhone(string digits, int no, string conditions)
    {
        var whole = digits.Length > PhoneDigits.FragmentLength ? (sqlite ? $"AND instr(p.digits, @digits{no}) > 0" : $"AND strpos(p.digits, @digits{no}) > 0") : "";
        return $"""
            SELECT {CounterpartyLine.Columns} FROM counterparty c WHERE c.id IN (
                SELECT p.counterparty_id FROM phone_fragment f JOIN phone p ON p.id = {PhoneFragment.PhoneId}
                WHERE f.entry >= @low{no} AND f.entry < @high{no} {whole} LIMIT {SortedHits / 10})
            AND {conditions} ORDER BY c.name_folded, c.id LIMIT @limit
            """;
    }
}
