using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>A run that was completed.</summary>
/// <param name="RunId">Number of the document.</param>
/// <param name="Totals">What it found.</param>
public sealed record ClassificationOutcome(long RunId, ClassificationTotals Totals);

/// <summary>Makes classification runs.</summary>
internal sealed class ClassificationService(IDbContextFactory<CrmDbContext> contexts, DatabaseOptions options, ClassificationRuns runs, TimeProvider clock)
{
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(20);

    /// <summary>Reads the orders, ranks, writes the rows; the run is a draft afterwards. Cut off at any moment, it leaves nothing that counts.</summary>
    /// <exception cref="ClassificationRefusedException">No right, wrong parameters, or several currencies.</exception>
    public async Task<ClassificationOutcome> RunAsync(
        ClassificationParameters parameters, CurrentUser author, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
        Check(parameters, author);
        await runs.CleanAsync(cancellation);
        var run = await runs.BeginAsync(parameters, author, cancellation);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var heartbeat = BeatAsync(run.Id, stop.Token);
            try
            {
                var filled = await Task.Run(() => FillAsync(run, parameters, progress, cancellation), cancellation);
                await WriteAsync(run.Id, filled, progress, cancellation);
                await runs.CompleteAsync(run.Id, filled, author, cancellation);
                return new(run.Id, filled.Totals);
            }
            finally
            {
                await stop.CancelAsync();
                await heartbeat;
            }
        }
        catch
        {
            await runs.DropAsync(run.Id, CancellationToken.None);
            throw;
        }
    }

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

    private async Task<FilledRun> FillAsync(ClassificationRun run, ClassificationParameters parameters, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
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

    private async Task WriteAsync(long runId, FilledRun filled, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        await database.Database.OpenConnectionAsync(cancellation);
        await new RunWriter(database.Database.GetDbConnection(), runId, clock).WriteAsync(filled, progress, cancellation);
    }

    private async Task BeatAsync(long runId, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(HeartbeatEvery, clock, stop);
                await runs.BeatAsync(runId, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return; // the run has ended
        }
    }
}
