using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Searching;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>One pass over everything that a host offers.</summary>
internal sealed partial class SyncPass(SyncRun run, IReadOnlyList<IEntitySync> entities, SyncOrder order, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(1);

    private readonly List<EntitySyncResult> results = [];
    private bool indexesAreBuilt;
    private bool someMayWait;
    private DateTimeOffset? searchBuiltAt;
    private SearchBuild? search;
    private double buildSeconds;

    /// <summary>Whether this pass ended the first read of a database.</summary>
    public bool HasReadFirst { get; private set; }

    public async Task<SyncResult> RunAsync(CancellationToken cancellation)
    {
        indexesAreBuilt = await MirrorIndexes.AreBuiltAsync(run.Session.Connection, run.Session.Kind, cancellation);
        searchBuiltAt = (await run.States.LoadAsync(MirrorEntity.Counterparties, cancellation)).SearchBuiltAt;
        var someoneAnswered = false;
        var isInFirstRead = false;
        foreach (var entity in entities)
        {
            if (entity.Entity > MirrorEntity.ContactPersons)
            {
                await StartSearchAsync(cancellation);
            }

            var state = await run.States.LoadAsync(entity.Entity, cancellation);
            if (!order.IgnoresRetryTimes && state.RetryAt > run.Clock.GetUtcNow())
            {
                if (state.Failure == HostFailure.Unavailable)
                {
                    isInFirstRead = true;
                    break; // the whole ERP asked for a pause or is down: others need not find out one by one
                }

                continue;
            }

            var failure = await RunEntityAsync(entity, state, cancellation);
            someoneAnswered |= failure is null;
            isInFirstRead |= failure is not null && state.FirstReadAt is null && failure.Failure == HostFailure.Unavailable;
            if (failure?.Failure == HostFailure.Unavailable
                || (failure?.Failure == HostFailure.Refused && !someoneAnswered && results.Count > 1))
            {
                break; // each further refused sign-in could lock the account for longer
            }
        }

        if (!isInFirstRead)
        {
            await StartSearchAsync(cancellation);
            await FinishSearchAsync(cancellation);
            await BuildIndexesAsync(cancellation);
        }
        else
        {
            await FinishSearchAsync(cancellation);
        }

        return new(results, false, buildSeconds);
    }

    private async Task<SyncFailure?> RunEntityAsync(IEntitySync entity, SyncStateRecord state, CancellationToken cancellation)
    {
        var meter = new SyncMeter(run.Clock);
        var counts = default(PageCounts);
        SyncFailure? failure = null;
        try
        {
            var phase = new MirrorPhase(state.FirstReadAt is null, searchBuiltAt is not null, indexesAreBuilt);
            if (phase.IsFirstRead)
            {
                await run.States.StartAsync(entity.Entity, cancellation);
            }

            counts = await entity.ReadAsync(state, phase, meter, cancellation);
            await run.States.FinishReadAsync(entity.Entity, phase.IsFirstRead, cancellation);
            someMayWait |= phase.IsFirstRead;
            counts += await SweepAsync(entity, await run.States.LoadAsync(entity.Entity, cancellation), meter, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await run.States.StopAsync(entity.Entity, CancellationToken.None);
            throw;
        }
        catch (Exception exception)
        {
            failure = await FailAsync(entity.Entity, state, exception);
        }

        results.Add(new(entity.Entity, meter.Rows, counts.Changed, counts.Gone, counts.Problems, meter.Elapsed, failure));
        run.Report(entity.Entity, SyncPhase.Finished, meter);
        // A poll that found nothing new is no event: with many entities and a poll a minute the log would hold nothing else.
        LogEntity(log, counts.Changed + counts.Gone + counts.Problems > 0 || state.FirstReadAt is null ? LogLevel.Information : LogLevel.Debug, run.ConnectionId, entity.Entity, meter.Rows, counts.Changed, counts.Gone, counts.Problems, meter.Elapsed.TotalSeconds);
        return failure;
    }

    private async Task<PageCounts> SweepAsync(IEntitySync entity, SyncStateRecord state, SyncMeter meter, CancellationToken cancellation)
    {
        var isDue = order.Sweep switch
        {
            SweepChoice.Always => true,
            SweepChoice.Never => false,
            _ => state.SweepAdvised || state.SweptAt is null || run.Clock.GetUtcNow() - state.SweptAt >= order.SweepEvery,
        };
        if (!isDue || await entity.SweepAsync(state, new(false, searchBuiltAt is not null, indexesAreBuilt), meter, cancellation) is not { } swept)
        {
            return default;
        }

        someMayWait = true;
        await run.States.FinishSweepAsync(entity.Entity, swept.Changed > 0 || swept.Gone > 0, cancellation);
        return swept;
    }

    /// <summary>Keeps the cursor and says who has to act.</summary>
    private async Task<SyncFailure> FailAsync(MirrorEntity entity, SyncStateRecord state, Exception exception)
    {
        var attempts = state.FailedAttempts + 1;
        var host = HostFailures.Of(exception);
#pragma warning disable CA5394 // spreads retries; no secret depends on it
        var wait = BackOffRule.Wait(host.Failure, attempts, host.RetryAfter, Random.Shared.NextDouble());
#pragma warning restore CA5394
        var failure = new SyncFailure(host.Failure, host.Code, host.Message, run.Clock.GetUtcNow() + wait);
        LogFailure(log, exception is HostException ? null : exception, run.ConnectionId, entity, failure.Failure, failure.Code, failure.Message, wait.TotalSeconds);
        await run.States.FailAsync(entity, failure, attempts, CancellationToken.None);
        return failure;
    }

    /// <summary>Begins to build search, which goes on while the next records are read.</summary>
    private async Task StartSearchAsync(CancellationToken cancellation)
    {
        if (search is not null || searchBuiltAt is not null || (await run.States.LoadAsync(MirrorEntity.Counterparties, cancellation)).FirstReadAt is null)
        {
            return;
        }

        search = new SearchBuild(run.Session, run.ConnectionId, run.Clock);
        run.AfterPage = token => search.IsReady ? PublishSearchAsync(token) : Task.CompletedTask;
        await MeasureAsync(MirrorEntity.Counterparties, _ => search.StartAsync(cancellation));
    }

    private async Task FinishSearchAsync(CancellationToken cancellation)
    {
        if (search is null || searchBuiltAt is not null)
        {
            return;
        }

        await MeasureAsync(
            MirrorEntity.Counterparties,
            async meter =>
            {
                while (!search.IsReady)
                {
                    await search.WaitAsync(BetweenReports, cancellation);
                    meter.Add(search.Done - meter.Rows, default);
                    run.Report(MirrorEntity.Counterparties, SyncPhase.Building, meter);
                }

                await PublishSearchAsync(cancellation);
            });
    }

    private async Task PublishSearchAsync(CancellationToken cancellation)
    {
        run.AfterPage = null;
        await search!.PublishAsync(cancellation);
        searchBuiltAt = run.Clock.GetUtcNow();
    }

    private async Task BuildIndexesAsync(CancellationToken cancellation)
    {
        if (indexesAreBuilt && !someMayWait)
        {
            return;
        }

        await MeasureAsync(
            MirrorEntity.SalesOrders,
            async meter =>
            {
                run.Report(MirrorEntity.SalesOrders, SyncPhase.Building, meter);
                if (!indexesAreBuilt)
                {
                    await run.Session.LetGoAsync(cancellation);
                    ProcessMemory.GiveBack();
                }

                await MirrorIndexes.EnsureAsync(run.Session.Connection, run.Session.Kind, cancellation);
                await WaitingReferences.ResolveAllAsync(run.Session, run.ConnectionId, cancellation);
                if (!indexesAreBuilt)
                {
                    await run.Session.AnalyzeAsync(cancellation);
                }
            });
        HasReadFirst |= !indexesAreBuilt;
        indexesAreBuilt = true;
    }

    public ValueTask DisposeAsync() => search?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task MeasureAsync(MirrorEntity entity, Func<SyncMeter, Task> build)
    {
        var meter = new SyncMeter(run.Clock);
        await build(meter);
        buildSeconds += meter.Elapsed.TotalSeconds;
        run.Report(entity, SyncPhase.Finished, meter);
    }

    [LoggerMessage(Message = "Connection {Connection}, {Entity}: {Read} read, {Changed} changed, {Gone} gone, {Problems} problems in {Seconds:0.0} s")]
    private static partial void LogEntity(ILogger logger, LogLevel level, int connection, MirrorEntity entity, long read, long changed, long gone, int problems, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Connection {Connection}, {Entity}: {Failure} {Code}: {Text} Next try in {Seconds:0} s")]
    private static partial void LogFailure(
        ILogger logger, Exception? exception, int connection, MirrorEntity entity, HostFailure failure, string code, string text, double seconds);
}
