using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Classification;

/// <summary>A run that was completed.</summary>
/// <param name="RunId">Number of the document.</param>
/// <param name="Totals">What it found.</param>
/// <param name="Parameters">As stored: with what a named segment held.</param>
public sealed record ClassificationOutcome(long RunId, ClassificationTotals Totals, ClassificationParameters Parameters);

/// <summary>Makes classification runs.</summary>
internal sealed class ClassificationService(ClassificationMeasuring measuring, ClassificationRuns runs, ClassificationSegments segments, RunTables tables, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(2);

    // A run of a million counterparties holds about 200 MB: one at a time in a process.
    private readonly SemaphoreSlim oneAtATime = new(1, 1);

    /// <summary>Reads the orders, ranks, writes the rows; the run is a draft afterwards. Cut off at any moment, it leaves nothing that counts.</summary>
    /// <exception cref="ClassificationRefusedException">No right, wrong parameters, or several currencies.</exception>
    public async Task<ClassificationOutcome> RunAsync(
        ClassificationParameters parameters, CurrentUser author, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
        var run = await BeginAsync(parameters, author, cancellation);
        try
        {
            return await CompleteAsync(run, author, progress, cancellation);
        }
        catch
        {
            await runs.DropAsync(run.Id, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Makes the document in state filling; <see cref="CompleteAsync"/> fills it.</summary>
    /// <exception cref="ClassificationRefusedException">No right or wrong parameters.</exception>
    public async Task<ClassificationRun> BeginAsync(ClassificationParameters parameters, CurrentUser author, CancellationToken cancellation)
    {
        CheckRight(author);
        // Stored is what the segment holds now: the run stays what it is when the segment is changed.
        parameters = await segments.ResolveAsync(parameters, cancellation);
        Check(parameters, author);
        await runs.CleanAsync(cancellation);
        return await runs.BeginAsync(parameters, author, cancellation);
    }

    /// <summary>Fills a run that was begun. The caller drops it or keeps the reasons when this throws.</summary>
    /// <exception cref="ClassificationRefusedException">Several currencies, or the run was given up meanwhile.</exception>
    public async Task<ClassificationOutcome> CompleteAsync(ClassificationRun run, CurrentUser author, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var seen = new LastProgress(progress);
        var heartbeat = BeatAsync(run.Id, seen, stop);
        try
        {
            await oneAtATime.WaitAsync(stop.Token);
            try
            {
                var filled = await Task.Run(() => measuring.MeasureAsync(run, seen, stop.Token), stop.Token);
                seen.Report(new(true, 0, 1));
                stop.Token.ThrowIfCancellationRequested();
                // Not the heartbeat's token: the run is no longer filling once this commits.
                await runs.CompleteAsync(run.Id, filled, author, cancellation);
                var parameters = ClassificationJson.ReadParameters(run.Parameters);
                tables.Keep(run.Id, 0, new(filled.Rows, [], filled.Totals.Boundaries, parameters));
                return new(run.Id, filled.Totals, parameters);
            }
            finally
            {
                oneAtATime.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ClassificationRefusedException(ClassificationRuns.GivenUp(run.Id));
        }
        finally
        {
            await stop.CancelAsync();
            await heartbeat;
        }
    }

    public void Dispose() => oneAtATime.Dispose();

    /// <summary>Refuses what is wrong before anything is read.</summary>
    /// <exception cref="ClassificationRefusedException">No right or wrong parameters.</exception>
    public void Check(ClassificationParameters parameters, CurrentUser author)
    {
        CheckRight(author);

        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), author.Zone).DateTime);
        if (ParametersRule.Refusals(parameters, today) is { Count: > 0 } refusals)
        {
            throw new ClassificationRefusedException(refusals);
        }
    }

    /// <exception cref="ClassificationRefusedException">No right.</exception>
    public static void CheckRight(CurrentUser user)
    {
        if (!user.MayClassify)
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.forbidden", "Classification may be run and approved by a commercial director or an administrator only."));
        }
    }

    private async Task BeatAsync(long runId, LastProgress progress, CancellationTokenSource stop)
    {
        try
        {
            while (await runs.BeatAsync(runId, progress.Permille, stop.Token))
            {
                await Task.Delay(HeartbeatEvery, clock, stop.Token);
            }

            await stop.CancelAsync();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return; // the run has ended
        }
    }

    /// <summary>Keeps the newest report for the heartbeat and passes it on.</summary>
    private sealed class LastProgress(IProgress<FillProgress>? next) : IProgress<FillProgress>
    {
        private volatile int permille;

        public int Permille => permille;

        public void Report(FillProgress value)
        {
            permille = (int)(value.Fraction * 1000);
            next?.Report(value);
        }
    }
}
