using Crm.Plugin.Features.SalesHistory;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>Reads what a run needs, in one snapshot of the mirror, and computes its rows. Stores nothing: filling and replaying both begin here.</summary>
internal sealed class ClassificationMeasuring(IDbContextFactory<CrmDbContext> contexts, SalesSnapshots snapshots, RunTables tables)
{
    /// <exception cref="ClassificationRefusedException">Amounts of several currencies in the period, and none was chosen; or nobody belongs to the segment.</exception>
    public async Task<FilledRun> MeasureAsync(ClassificationRun run, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
        var parameters = ClassificationJson.ReadParameters(run.Parameters);
        var previous = await PreviousAsync(run.PreviousRunId, cancellation);
        if (parameters.Segment.NeedsClasses && previous.AsOf is null)
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.segment-without-run", "No run is in force yet, so nobody has a class or stage to choose by."));
        }

        if (parameters.Population == Population.Managers)
        {
            await NumberManagersAsync(cancellation);
        }

        await using var snapshot = await snapshots.OpenAsync(cancellation);
        var documents = new RunCurrency(snapshot.Connection, snapshot.Transaction, parameters);
        var currency = documents.Find();
        var order = new FillOrder(parameters, previous, currency, await SegmentMembers.FindAsync(snapshot.Database, parameters, cancellation));
        var parts = await PartsAsync(snapshot, order, progress, cancellation);
        if (parameters.Currency is null && parts.Any(p => p.IsMixed))
        {
            throw new ClassificationRefusedException(documents.Mixed());
        }

        if (parameters.IsFiltered && parts.All(p => p.Rows.Count == 0))
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.segment-empty", "Nobody belongs to the segment: {0}.", SegmentText.Of(parameters)));
        }

        return ClassificationFill.Finish(parts, parameters, currency, documents.CountWaiting());
    }

    private static async Task<IReadOnlyList<FillPart>> PartsAsync(SalesSnapshot snapshot, FillOrder order, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
        if (order.Parameters is { Population: Population.Customers, NeedsQuantity: false })
        {
            return await snapshot.Sales.ReadAsync(() => new FillPart(order), (done, all) => progress?.Report(new(false, done, all)), cancellation);
        }

        var part = new FillPart(order);
        new MemberStream(snapshot.Connection, snapshot.Transaction, order.Parameters).ReadInto(part, order.Currency, progress, cancellation);
        return [part];
    }

    private async Task<PreviousRun> PreviousAsync(long? runId, CancellationToken cancellation)
    {
        if (runId is null)
        {
            return PreviousRun.None;
        }

        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var previous = await database.Set<ClassificationRun>().FirstAsync(r => r.Id == runId, cancellation);
        return new(await tables.GetAsync(previous, cancellation), previous.AsOf);
    }

    // Managers are known by their sign-in name only; the number stays theirs for ever, so that runs can be compared.
    private async Task NumberManagersAsync(CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        database.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await database.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO classification_member (population, key)
            SELECT DISTINCT 3, manager_login FROM sales_order o
            WHERE manager_login IS NOT NULL AND NOT EXISTS (SELECT 1 FROM classification_member m WHERE m.population = 3 AND m.key = o.manager_login)
            ON CONFLICT DO NOTHING
            """,
            cancellation);
    }
}
