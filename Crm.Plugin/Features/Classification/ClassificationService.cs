using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>A run that was completed.</summary>
/// <param name="RunId">Number of the document.</param>
/// <param name="Totals">What it found.</param>
public sealed record ClassificationOutcome(long RunId, ClassificationTotals Totals);

/// <summary>Makes classification runs.</summary>
internal sealed class ClassificationService(IDbContextFactory<CrmDbContext> contexts, DatabaseOptions options, ClassificationRuns runs, TimeProvider clock) : IDisposable
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
                var filled = await Task.Run(() => FillAsync(run, seen, stop.Token), stop.Token);
                await WriteAsync(run.Id, filled, seen, stop.Token);
                // Not the heartbeat's token: the run is no longer filling once this commits.
                await runs.CompleteAsync(run.Id, filled, author, cancellation);
                return new(run.Id, filled.Totals);
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
        if (!author.MayClassify)
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.forbidden", "Classification may be run and approved by a commercial director or an administrator only."));
        }

        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(clock.GetUtcNow(), author.Zone).DateTime);
        if (ParametersRule.Refusals(parameters, today) is { Count: > 0 } refusals)
        {
            throw new ClassificationRefusedException(refusals);
        }
    }

    private async Task<FilledRun> FillAsync(ClassificationRun run, IProgress<FillProgress> progress, CancellationToken cancellation)
    {
        var parameters = ClassificationJson.ReadParameters(run.Parameters);
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        await database.Database.OpenConnectionAsync(cancellation);
        var connection = database.Database.GetDbConnection();
        // One snapshot: what a synchronisation writes meanwhile is in the next run, whole.
        await using var transaction = options.Kind == DatabaseKind.Sqlite
            ? ((Microsoft.Data.Sqlite.SqliteConnection)connection).BeginTransaction(deferred: true)
            : await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        await database.Database.UseTransactionAsync(transaction, cancellation);
        var population = CustomerPopulation.Read(connection, transaction, cancellation);
        DateOnly? previousAsOf = null;
        if (run.PreviousRunId is { } previous)
        {
            population.ReadPrevious(connection, transaction, previous, cancellation);
            previousAsOf = await database.Set<ClassificationRun>().Where(r => r.Id == previous).Select(r => r.AsOf).FirstAsync(cancellation);
        }

        var orders = new OrderStream(connection, transaction, parameters);
        var fill = new ClassificationFill(parameters, population, previousAsOf);
        var currency = orders.Currency();
        orders.ReadInto(fill, currency, population, progress, cancellation);
        return fill.Finish(currency, orders.CountWaiting());
    }

    private async Task WriteAsync(long runId, FilledRun filled, IProgress<FillProgress> progress, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        await database.Database.OpenConnectionAsync(cancellation);
        await new RunWriter(database.Database.GetDbConnection(), runId, clock).WriteAsync(filled, progress, cancellation);
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
