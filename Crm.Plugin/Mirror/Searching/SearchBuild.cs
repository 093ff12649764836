using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>
/// Builds search texts and phones of a whole connection when its counterparties have been read for the first time. Broken off,
/// it begins again from nothing; other connections' entries are not touched.
/// </summary>
internal sealed class SearchBuild(MirrorSession session, int connectionId, TimeProvider clock)
{
    private const int Part = 10_000;

    /// <param name="report">Gets the number of counterparties done so far.</param>
    /// <param name="cancellation">Breaks off.</param>
    public async Task RunAsync(Action<long>? report, CancellationToken cancellation)
    {
        await ClearAsync(cancellation);
        await MirrorIndexes.EnsureAsync(session.Connection, session.Kind, ["contact_person"], cancellation);
        await WaitingReferences.ResolvePersonsAsync(session, connectionId, cancellation);
        await MergeRulesAsync(automerge: 0, crisismerge: 64, cancellation);
        await FillAsync(report, cancellation);
        await MergeRulesAsync(automerge: 4, crisismerge: 16, cancellation);
        await new FragmentBuild(session, connectionId).RunAsync(cancellation);
        await MirrorIndexes.EnsureAsync(session.Connection, session.Kind, ["phone", "phone_fragment", "counterparty_search", "counterparty"], cancellation);
        await session.ExecuteAsync(
            "UPDATE sync_state SET search_built_at = @now WHERE connection_id = @c AND entity = @e",
            cancellation,
            ("@now", Instant.ToMicroseconds(clock.GetUtcNow())),
            ("@c", connectionId),
            ("@e", (int)MirrorEntity.Counterparties));
    }

    /// <summary>While the index is filled, merging its parts again and again would take longer than filling it; the last merge makes one of all.</summary>
    private async Task MergeRulesAsync(int automerge, int crisismerge, CancellationToken cancellation)
    {
        if (session.Kind == DatabaseKind.Sqlite)
        {
            await session.ExecuteAsync(
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"""
                INSERT INTO counterparty_search (counterparty_search, rank) VALUES ('automerge', {automerge});
                INSERT INTO counterparty_search (counterparty_search, rank) VALUES ('crisismerge', {crisismerge});
                """)
                + (automerge > 0 ? "INSERT INTO counterparty_search (counterparty_search) VALUES ('optimize');" : ""),
                cancellation);
        }
    }

    /// <summary>Removes the connection's entries; in small transactions, so that others get to write meanwhile.</summary>
    public async Task ClearAsync(CancellationToken cancellation)
    {
        if (await session.NumberAsync(
            "SELECT 1 FROM sync_state WHERE connection_id <> @c AND entity = @e LIMIT 1",
            cancellation,
            ("@c", connectionId),
            ("@e", (int)MirrorEntity.Counterparties)) is null)
        {
            await ClearAllAsync(cancellation);
            return;
        }

        await MirrorIndexes.EnsureAsync(session.Connection, session.Kind, ["phone", "phone_fragment"], cancellation);
        await foreach (var ids in PartsAsync(1000, cancellation))
        {
            var list = string.Join(",", ids);
            await session.InTransactionAsync(
                async () =>
                {
                    await SearchTables.RemoveTextsAsync(session, list, cancellation);
                    var phones = await session.QueryAsync(
                        $"SELECT id, digits FROM phone WHERE counterparty_id IN ({list})", r => (r.GetInt64(0), r.GetString(1)), cancellation);
                    await SearchTables.RemovePhonesAsync(session, phones, cancellation);
                    return 0;
                },
                cancellation);
        }
    }

    private Task<int> ClearAllAsync(CancellationToken cancellation) =>
        session.InTransactionAsync(
            () => session.ExecuteAsync(
                session.Kind == DatabaseKind.Sqlite
                    ? "DELETE FROM phone_fragment; DELETE FROM phone; INSERT INTO counterparty_search(counterparty_search) VALUES ('delete-all');"
                    : "TRUNCATE phone_fragment, phone, counterparty_search",
                cancellation),
            cancellation);

    private async Task FillAsync(Action<long>? report, CancellationToken cancellation)
    {
        long done = 0;
        await foreach (var documents in PagesAsync(cancellation))
        {
            await session.InTransactionAsync(
                async () =>
                {
                    await SearchTables.AddTextsAsync(session, documents, cancellation);
                    await SearchTables.AddPhonesAsync(session, documents.SelectMany(d => d.Phones.Select(p => (d.Id, p))), cancellation);
                    return 0;
                },
                cancellation);
            report?.Invoke(done += documents.Count);
        }
    }

    /// <summary>Reads on a connection of its own what is written on the session's: the two take turns on no lock, and both cores have work.</summary>
    private async IAsyncEnumerable<List<SearchDocument>> PagesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var reading = await session.OpenAnotherAsync(cancellation);
        var next = Task.Run(() => PageAsync(reading, 0, cancellation), cancellation);
        try
        {
            while (await next is { Count: > 0 } page)
            {
                next = Task.Run(() => PageAsync(reading, page[^1].Id, cancellation), cancellation);
                yield return page;
            }
        }
        finally
        {
            await Task.WhenAny(next); // the connection must not close under it
        }
    }

    private async Task<List<SearchDocument>> PageAsync(MirrorSession reading, long last, CancellationToken cancellation)
    {
        var ids = await PartAsync(reading, last, Part, cancellation);
        return ids.Count == 0 ? [] : await SearchDocument.ReadAsync(
            reading,
            "c.id BETWEEN @from AND @to AND c.connection_id = @c",
            "p.counterparty_id BETWEEN @from AND @to",
            cancellation,
            ("@from", ids[0]),
            ("@to", ids[^1]),
            ("@c", connectionId));
    }

    private Task<List<long>> PartAsync(MirrorSession reading, long last, int size, CancellationToken cancellation) =>
        reading.QueryAsync(
            $"SELECT id FROM counterparty WHERE id > @last AND connection_id = @c ORDER BY id LIMIT {size}",
            r => r.GetInt64(0),
            cancellation,
            ("@last", last),
            ("@c", connectionId));

    private async IAsyncEnumerable<List<long>> PartsAsync(
        int size, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        long last = 0;
        while (true)
        {
            var ids = await PartAsync(session, last, size, cancellation);
            if (ids.Count == 0)
            {
                yield break;
            }

            yield return ids;
            last = ids[^1];
        }
    }
}
