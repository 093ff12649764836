using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>
/// Builds search texts and phones of a whole connection when its counterparties have been read for the first time, beside the
/// reading of what comes next. Broken off, it begins again from nothing; other connections' entries are not touched.
/// </summary>
/// <param name="session">Of the pass; used by <see cref="StartAsync"/> and <see cref="PublishAsync"/> only.</param>
/// <param name="connectionId">Whose counterparties.</param>
/// <param name="clock">Tells when it was built.</param>
internal sealed class SearchBuild(MirrorSession session, int connectionId, TimeProvider clock) : IAsyncDisposable
{
    private const int Part = 2_000; // documents in memory: what lives when the collector comes is what its pause costs
    private const int Commit = 10_000; // documents in a transaction: each one leaves a part of the text index to be merged

    private readonly CancellationTokenSource stop = new();
    private MirrorSession? other;
    private SearchAside? aside;
    private Task work = Task.CompletedTask;
    private long done;

    /// <summary>Where it writes.</summary>
    private MirrorSession Desk => other ?? session;

    /// <summary>Counterparties done so far.</summary>
    public long Done => Interlocked.Read(ref done);

    /// <summary>Whether nothing is left but to publish.</summary>
    public bool IsReady => work.IsCompletedSuccessfully;

    /// <summary>Begins. PostgreSQL takes a second writer; for SQLite, which takes one, a file beside the database is filled.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await ClearAsync(cancellation);
        await MirrorIndexes.EnsureAsync(session.Connection, session.Kind, ["contact_person"], cancellation);
        await WaitingReferences.ResolvePersonsAsync(session, connectionId, cancellation);
        if (session.Kind == DatabaseKind.PostgreSql)
        {
            other = await session.OpenAnotherAsync(cancellation);
        }
        else if (!await HasOthersAsync(session, cancellation))
        {
            aside = await SearchAside.OpenAsync(session, connectionId, cancellation);
            other = aside.Session;
        }

        work = Task.Run(() => BuildAsync(stop.Token), CancellationToken.None);
        if (other is null)
        {
            await FinishAsync(cancellation); // two threads must not share the session
        }
    }

    /// <summary>Returns when it is ready, or after a moment.</summary>
    /// <exception cref="Exception">What broke it off.</exception>
    public async Task WaitAsync(TimeSpan moment, CancellationToken cancellation)
    {
        await Task.WhenAny(work, Task.Delay(moment, clock, cancellation));
        cancellation.ThrowIfCancellationRequested();
        if (work.IsCompleted)
        {
            await work;
        }
    }

    /// <summary>Makes what was built visible and says so. Between two pages of the pass, in no transaction.</summary>
    public async Task PublishAsync(CancellationToken cancellation)
    {
        await FinishAsync(cancellation);
        if (aside is not null && !await aside.PublishAsync(cancellation))
        {
            other = null; // another connection's entries came in between: these are added to them
            await BuildAsync(cancellation);
        }

        await IndexAsync(cancellation);
        await session.ExecuteAsync(
            "UPDATE sync_state SET search_built_at = @now WHERE connection_id = @c AND entity = @e",
            cancellation,
            ("@now", Instant.ToMicroseconds(clock.GetUtcNow())),
            ("@c", connectionId),
            ("@e", (int)MirrorEntity.Counterparties));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await work.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        stop.Dispose();
        if (aside is not null)
        {
            await aside.DisposeAsync();
        }
        else if (other is not null)
        {
            await other.DisposeAsync();
        }
    }

    /// <summary>On a connection of its own: what the session keeps at hand for the pages that follow stays, and a sort beside it must be content with little.</summary>
    private async Task IndexAsync(CancellationToken cancellation)
    {
        await using var sorting = await session.OpenAnotherAsync(cancellation);
        await sorting.LetGoAsync(cancellation);
        await MirrorIndexes.EnsureAsync(sorting.Connection, sorting.Kind, Indexed, cancellation);
    }

    private static readonly string[] Indexed = ["phone", "phone_fragment", "counterparty_search", "counterparty"];

    private async Task FinishAsync(CancellationToken cancellation)
    {
        await using var stopping = cancellation.Register(stop.Cancel);
        await work;
    }

    private async Task BuildAsync(CancellationToken cancellation)
    {
        var sorts = Desk.Kind == DatabaseKind.PostgreSql && !await HasOthersAsync(Desk, cancellation);
        if (sorts)
        {
            await SortedTexts.PrepareAsync(Desk, cancellation);
        }

        await MergeRulesAsync(automerge: 0, crisismerge: 64, cancellation);
        await FillAsync(sorts ? SortedTexts.Aside : SearchTables.Texts, cancellation);
        await MergeRulesAsync(automerge: 4, crisismerge: 16, cancellation);
        if (sorts)
        {
            await SortedTexts.PublishAsync(Desk, cancellation);
        }

        await new FragmentBuild(Desk, aside is not null && aside.Session == other ? null : connectionId).RunAsync(cancellation);
        if (Desk.Kind == DatabaseKind.PostgreSql)
        {
            await MirrorIndexes.EnsureAsync(Desk.Connection, Desk.Kind, Indexed, cancellation);
        }
    }

    /// <summary>While the index is filled, merging its parts again and again would take longer than filling it; the last merge makes one of all.</summary>
    private async Task MergeRulesAsync(int automerge, int crisismerge, CancellationToken cancellation)
    {
        if (Desk.Kind == DatabaseKind.Sqlite)
        {
            await Desk.ExecuteAsync(
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
        if (!await HasOthersAsync(session, cancellation))
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

    private async Task<bool> HasOthersAsync(MirrorSession asked, CancellationToken cancellation) =>
        await asked.NumberAsync(
            "SELECT 1 FROM sync_state WHERE connection_id <> @c AND entity = @e LIMIT 1",
            cancellation,
            ("@c", connectionId),
            ("@e", (int)MirrorEntity.Counterparties)) is not null;

    /// <summary>Prospects, which no connection builds, are written anew by those who follow changes.</summary>
    private Task<int> ClearAllAsync(CancellationToken cancellation) =>
        session.InTransactionAsync(
            () => session.ExecuteAsync(
                (session.Kind == DatabaseKind.Sqlite
                    ? "DELETE FROM phone_fragment; DELETE FROM phone; INSERT INTO counterparty_search(counterparty_search) VALUES ('delete-all');"
                    : "TRUNCATE phone_fragment, phone, counterparty_search;")
                + $"INSERT INTO search_stale (counterparty_id) SELECT id FROM counterparty WHERE connection_id = {CounterpartyRecord.ProspectConnection}",
                cancellation),
            cancellation);

    private async Task FillAsync(string texts, CancellationToken cancellation)
    {
        Interlocked.Exchange(ref done, 0);
        await using var pages = PagesAsync(cancellation).GetAsyncEnumerator(cancellation);
        for (var isMore = await pages.MoveNextAsync(); isMore;)
        {
            var count = 0;
            isMore = await Desk.InTransactionAsync(
                async () =>
                {
                    var hasNext = true;
                    for (; hasNext && count < Commit; hasNext = await pages.MoveNextAsync())
                    {
                        var documents = pages.Current;
                        await SearchTables.AddTextsAsync(Desk, documents, cancellation, texts);
                        await SearchTables.AddPhonesAsync(Desk, documents.SelectMany(d => d.Phones.Select(p => (d.Id, p))), cancellation);
                        count += documents.Count;
                    }

                    return hasNext;
                },
                cancellation);
            Interlocked.Add(ref done, count);
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
            $"c.id BETWEEN @from AND @to AND {OfConnection("c")}",
            "p.counterparty_id BETWEEN @from AND @to",
            cancellation,
            ("@from", ids[0]),
            ("@to", ids[^1]),
            ("@c", connectionId));
    }

    private Task<List<long>> PartAsync(MirrorSession reading, long last, int size, CancellationToken cancellation) =>
        reading.QueryAsync(
            $"SELECT c.id FROM counterparty c WHERE c.id > @last AND {OfConnection("c")} ORDER BY c.id LIMIT {size}",
            r => r.GetInt64(0),
            cancellation,
            ("@last", last),
            ("@c", connectionId));

    /// <summary>
    /// The sum keeps the planner from the index that begins with the connection: nearly every row is of this one, and without
    /// statistics it goes through all of them again for each page.
    /// </summary>
    /// <param name="counterparty">Its name in the statement; the connection travels as @c.</param>
    public static string OfConnection(string counterparty) => $"{counterparty}.connection_id + 0 = @c";

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
