using Crm.Plugin.Features.SalesHistory;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>Reads what a run needs, in one snapshot of the mirror, and computes its rows. Stores nothing: filling and replaying both begin here.</summary>
internal sealed class ClassificationMeasuring(IDbContextFactory<CrmDbContext> contexts, SalesSnapshots snapshots, RunTables tables)
{
    /// <exception cref="ClassificationRefusedException">Amounts of several currencies in the period, and none was chosen.</exception>
    public async Task<FilledRun> MeasureAsync(ClassificationRun run, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
        var parameters = ClassificationJson.ReadParameters(run.Parameters);
        var previous = await PreviousAsync(run.PreviousRunId, cancellation);
        if (parameters.Population == Population.Managers)
        {
            await NumberManagersAsync(cancellation);
        }

        await using var snapshot = await snapshots.OpenAsync(cancellation);
        var documents = new RunCurrency(snapshot.Connection, snapshot.Transaction, parameters);
        var currency = documents.Find();
        var order = new FillOrder(parameters, previous, currency, await SegmentAsync(snapshot.Database, parameters, cancellation));
        var parts = await PartsAsync(snapshot, order, progress, cancellation);
        if (parameters.Currency is null && parts.Any(p => p.IsMixed))
        {
            throw new ClassificationRefusedException(documents.Mixed());
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

    private static async Task<IReadOnlySet<long>?> SegmentAsync(CrmDbContext database, ClassificationParameters parameters, CancellationToken cancellation)
    {
        if (!parameters.IsFiltered)
        {
            return null;
        }

        var chosen = database.Set<Mirror.Records.CounterpartyRecord>()
            .Where(c => (parameters.Manager == null || c.ManagerLogin == parameters.Manager) && (parameters.City == null || c.City == parameters.City));
        return (await chosen.Select(c => c.Id).ToListAsync(cancellation)).ToHashSet();
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
