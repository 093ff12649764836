using System.Text.Json;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>The few shapes of query that all entities are read with: flat rows of one model, joined by the caller.</summary>
internal sealed class TrytonReads(TrytonSession session, TrytonModels models, TrytonOptions options)
{
    /// <summary>Rows of a page.</summary>
    public int PageSize => options.PageSize;

    public TrytonOptions Options => options;

    /// <summary>False when the model's module is missing or closed to the account: then entities do without what it would add.</summary>
    public bool CanRead(string model) => models.CanRead(model);

    /// <summary>The next page of a model by id.</summary>
    public Task<IReadOnlyList<TrytonRow>> PageAsync(
        string model, IReadOnlyList<object?[]> filter, long after, IReadOnlyList<string> fields, CancellationToken cancellation) =>
        QueryAsync(model, [.. filter, Clause("id", ">", after)], options.PageSize, fields, cancellation);

    /// <summary>All rows, in as many pages as it takes.</summary>
    public async Task<List<TrytonRow>> AllAsync(string model, IReadOnlyList<object?[]> filter, IReadOnlyList<string> fields, CancellationToken cancellation)
    {
        var all = new List<TrytonRow>();
        long after = 0;
        while (true)
        {
            var page = await PageAsync(model, filter, after, fields, cancellation);
            all.AddRange(page);
            if (page.Count < options.PageSize)
                return all;
            after = page[^1].Id;
        }
    }

    /// <summary>All rows whose field is one of these values; nothing is asked when there are none.</summary>
    public async Task<List<TrytonRow>> WhereInAsync(
        string model, string field, IReadOnlyCollection<long> values, IReadOnlyList<string> fields, CancellationToken cancellation, params object?[][] more)
    {
        var all = new List<TrytonRow>();
        foreach (var part in values.Chunk(1000))
            all.AddRange(await AllAsync(model, [Clause(field, "in", part), .. more], fields, cancellation));
        return all;
    }

    /// <summary>
    /// Which of these ids occur in a field at all. Asks for a page, leaves out the ids that it has shown and asks again, so that the
    /// thousands of sales of few customers cost a handful of requests.
    /// </summary>
    public async Task<HashSet<long>> OccurringAsync(string model, string field, IReadOnlyCollection<long> ids, CancellationToken cancellation, params object?[][] more)
    {
        var found = new HashSet<long>();
        foreach (var part in ids.Chunk(1000))
        {
            long[] open = part;
            while (open.Length > 0)
            {
                var page = await QueryAsync(model, [Clause(field, "in", open), .. more], options.PageSize, [field], cancellation);
                found.UnionWith(page.Select(r => r.Reference(field)).OfType<long>());
                if (page.Count < options.PageSize)
                    break;
                open = [.. open.Where(id => !found.Contains(id))];
            }
        }

        return found;
    }

    /// <summary>Done stock moves by the order line that they come from.</summary>
    public async Task<ILookup<long, TrytonRow>> DoneMovesAsync(string lineModel, IReadOnlyCollection<long> lines, CancellationToken cancellation)
    {
        var all = new List<TrytonRow>();
        foreach (var part in lines.Chunk(1000))
        {
            var origins = part.Select(id => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{lineModel},{id}")).ToArray();
            all.AddRange(await AllAsync(
                "stock.move", [Clause("origin", "in", origins), Clause("state", "=", "done")], ["origin", "quantity", "effective_date", .. TrytonRow.Stamps], cancellation));
        }

        return all.ToLookup(m => m.ReferenceTo("origin", lineModel) ?? 0);
    }

    /// <summary>How many rows a model has; an estimate for progress only.</summary>
    public async Task<long?> CountAsync(string model, IReadOnlyList<object?[]> filter, CancellationToken cancellation)
    {
        var result = await session.ReadAsync(model, "search_count", [filter], cancellation);
        return result.ValueKind == JsonValueKind.Number && result.TryGetInt64(out var count) ? count : null;
    }

    /// <summary>Where an incremental read starts next time: the server's clock now or, where a proxy hides it, the newest stamp of the model.</summary>
    public async Task<long> WatermarkAsync(string model, CancellationToken cancellation)
    {
        if (await session.ServerTimeAsync(cancellation) is { } now)
            return TrytonJson.ToStamp(now);
        var newest = 0L;
        foreach (var field in TrytonRow.Stamps)
        {
            var result = await session.ReadAsync(
                model, "search_read", [Array.Empty<object>(), 0, 1, new object[] { new[] { field, "DESC NULLS LAST" } }, TrytonRow.Stamps], cancellation);
            newest = Rows(result, model).Select(r => r.Stamp).Append(newest).Max();
        }

        return newest;
    }

    /// <summary>A condition of a domain.</summary>
    public static object?[] Clause(string field, string comparison, object? value) => [field, comparison, value];

    /// <summary>Rows created or written at or after a stamp.</summary>
    public static object?[] ChangedSince(long stamp)
    {
        var since = TrytonJson.ToInstant(stamp);
        return ["OR", Clause("write_date", ">=", since), new object?[] { Clause("write_date", "=", null), Clause("create_date", ">=", since) }];
    }

    private async Task<IReadOnlyList<TrytonRow>> QueryAsync(
        string model, IReadOnlyList<object?[]> domain, int limit, IReadOnlyList<string> fields, CancellationToken cancellation)
    {
        var result = await session.ReadAsync(
            model, "search_read", [domain, 0, limit, new object[] { new[] { "id", "ASC" } }, fields.Contains("id") ? fields : ["id", .. fields]], cancellation);
        return Rows(result, model);
    }

    private static TrytonRow[] Rows(JsonElement result, string model) => result.ValueKind == JsonValueKind.Array
        && result.EnumerateArray().All(r => r.ValueKind == JsonValueKind.Object && r.TryGetProperty("id"u8, out var id) && id.ValueKind == JsonValueKind.Number)
        ? [.. result.EnumerateArray().Select(r => new TrytonRow(r))]
        : throw TrytonFault.BadAnswer($"model.{model}.search_read", "no list of rows with ids in the answer");
}
