using System.Threading.Channels;
using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>One kind of record of one connection, whatever its type.</summary>
internal interface IEntitySync
{
    MirrorEntity Entity { get; }

    /// <summary>Reads what has changed since the stored cursor.</summary>
    Task<PageCounts> ReadAsync(SyncStateRecord state, MirrorPhase phase, SyncMeter meter, CancellationToken cancellation);

    /// <summary>Compares keys; null when the host has no list of keys.</summary>
    Task<PageCounts?> SweepAsync(SyncStateRecord state, MirrorPhase phase, SyncMeter meter, CancellationToken cancellation);
}

/// <summary>Reading and writing overlap: while a page is stored, the next one is fetched. At most three pages are in memory.</summary>
internal sealed class EntitySync<T>(
    IHostSource<T> source, MirrorTable<T> table, SyncRun run)
    : IEntitySync
    where T : IHostRecord
{
    private readonly MirrorWriter<T> writer = new(run.Session, table, run.ConnectionId, run.Clock);
    private bool hasNews;

    public MirrorEntity Entity => table.Entity;

    public async Task<PageCounts> ReadAsync(SyncStateRecord state, MirrorPhase phase, SyncMeter meter, CancellationToken cancellation)
    {
        if (phase.IsFirstRead && table.Lines is null)
        {
            if (phase.SearchIsBuilt && PageUpkeep.SearchFollows(Entity))
            {
                await MirrorKeys.MakeAsync(run.Session, table, cancellation); // search follows each page, and finds its rows by their keys
            }

            phase = phase with { IsKeyed = await MirrorKeys.IsMadeAsync(run.Session, table, cancellation) };
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pages = Channel.CreateBounded<HostPage<T>>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => FetchAsync(state.Cursor, pages.Writer, stop.Token), CancellationToken.None);
        try
        {
            var total = await StoreAsync(pages.Reader, state, phase, meter, cancellation);
            await reading;
            if (!phase.IsKeyed)
            {
                await MirrorKeys.MakeAsync(run.Session, table, cancellation);
            }

            if (!phase.IsFirstRead && hasNews && source is IRowProblemSource problems)
            {
                await RelistAsync(problems, cancellation);
            }

            return total;
        }
        catch
        {
            await stop.CancelAsync();
            await reading.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    public async Task<PageCounts?> SweepAsync(SyncStateRecord state, MirrorPhase phase, SyncMeter meter, CancellationToken cancellation)
    {
        if (source.ReadKeys(cancellation) is not { } keys)
        {
            return null;
        }

        return await new Sweep<T>(source, table, writer, run).RunAsync(keys, state, phase, meter, cancellation);
    }

    /// <summary>A bad row that was mended in its file comes as a good one, and nothing in it tells which line of the list it was.</summary>
    private async Task RelistAsync(IRowProblemSource problems, CancellationToken cancellation)
    {
        (string, object?)[] values = [("@c", run.ConnectionId), ("@e", (int)Entity), ("@now", Instant.ToMicroseconds(run.Clock.GetUtcNow()))];
        if (!await ProblemList.IsAnyAsync(run.Session, values, cancellation))
        {
            return;
        }

        var found = new List<RowProblem>();
        await foreach (var problem in problems.ReadProblemsAsync(cancellation).WithCancellation(cancellation))
        {
            found.Add(problem);
            if (found.Count == ProblemList.Limit)
            {
                break;
            }
        }

        await run.Session.InTransactionAsync(
            async () =>
            {
                await ProblemList.ReplaceAsync(run.Session, found, values, cancellation);
                await run.States.CountProblemsAsync(Entity, cancellation);
                return found.Count;
            },
            cancellation);
    }

    private async Task FetchAsync(string? cursor, ChannelWriter<HostPage<T>> pages, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            await foreach (var page in source.ReadChangedAsync(cursor, cancellation).WithCancellation(cancellation))
            {
                await pages.WriteAsync(page, cancellation);
            }
        }
        catch (Exception exception)
        {
            failure = exception; // handed to the storing side behind the pages that came before it
        }

        pages.Complete(failure);
    }

    private async Task<PageCounts> StoreAsync(
        ChannelReader<HostPage<T>> pages, SyncStateRecord state, MirrorPhase phase, SyncMeter meter, CancellationToken cancellation)
    {
        hasNews = false;
        var total = default(PageCounts);
        var cursor = state.Cursor;
        while (await pages.WaitToReadAsync(cancellation))
        {
            while (pages.TryRead(out var page))
            {
                if (page.Rows.Count + page.Gone.Count + page.Problems.Count == 0 && page.NextCursor == cursor && !page.SweepAdvised)
                {
                    continue; // nothing new: nothing is written
                }

                total += await writer.StoreAsync(
                    page,
                    phase,
                    counts =>
                    {
                        meter.Add(counts.Read, page.Progress);
                        return run.States.AdvanceAsync(Entity, page, counts, meter, cancellation);
                    },
                    cancellation);
                hasNews = true;
                cursor = page.NextCursor;
                if (run.AfterPage is { } also)
                {
                    await also(cancellation);
                }

                if (meter.IsTimeToReport())
                {
                    run.Report(Entity, SyncPhase.Reading, meter);
                }
            }
        }

        return total;
    }
}
