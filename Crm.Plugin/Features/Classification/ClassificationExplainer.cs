using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>Finds the reasons of one row: the stored figures, the rows beside it, and the series from the mirror.</summary>
internal sealed class ClassificationExplainer(IDbContextFactory<CrmDbContext> contexts, ClassificationStore store)
{
    /// <returns>Null when the counterparty has no row in a complete run of this number, or the reader may not see it.</returns>
    public async Task<ClassificationWhy?> ExplainAsync(long runId, long counterpartyId, CurrentUser user, CancellationToken cancellation)
    {
        if (await store.FindAsync(runId, cancellation) is not { Totals: { } totalsText } run
            || await store.RowAsync(runId, counterpartyId, user, cancellation) is not { } subject)
        {
            return null;
        }

        var parameters = ClassificationJson.ReadParameters(run.Parameters);
        var totals = ClassificationJson.ReadTotals(totalsText);
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var meter = await MeasureAsync(database, run, subject.Row, parameters, totals.Currency, cancellation);
        return new()
        {
            Run = run,
            Parameters = parameters,
            Totals = totals,
            Subject = subject,
            Above = await NeighbourAsync(database, runId, subject.Row.Place - 1, user, cancellation),
            Below = await NeighbourAsync(database, runId, subject.Row.Place + 1, user, cancellation),
            Series = [.. parameters.Window.BucketStarts().Zip(meter.Series.ToArray(), (start, value) => new SeriesPoint(start, value))],
            HasMirrorChanged = meter.ValueE4 != subject.Row.ValueE4 || meter.Variation() != subject.Row.CvE3 || meter.History.Purchases != subject.Row.PurchasesEver,
        };
    }

    private static async Task<CustomerMeter> MeasureAsync(
        CrmDbContext database, ClassificationRun run, ClassificationRow row, ClassificationParameters parameters, string currency, CancellationToken cancellation)
    {
        var previousAsOf = await database.Set<ClassificationRun>().Where(r => r.Id == run.PreviousRunId).Select(r => (DateOnly?)r.AsOf).FirstOrDefaultAsync(cancellation);
        var meter = new CustomerMeter(parameters);
        meter.Begin(new(row.PreviousImportance, row.PreviousStage, row.PreviousRegularity), previousAsOf);
        var needsQuantity = parameters.Measure == Measure.Quantity || parameters.Regularity == Measure.Quantity;
        var orders = await database.Set<SalesOrderRecord>()
            .Where(o => o.CounterpartyId == row.CounterpartyId && o.Date <= parameters.AsOf && o.GoneAt == null
                && (o.State == OrderState.Confirmed || o.State == OrderState.Delivered))
            .OrderBy(o => o.Date)
            .Select(o => new
            {
                o.Date,
                o.Kind,
                o.Currency,
                o.TotalE4,
                o.CostE4,
                Quantity = needsQuantity ? database.Set<SalesOrderLineRecord>().Where(l => l.OrderId == o.Id).Sum(l => l.QuantityE4) : 0,
            })
            .ToListAsync(cancellation);
        foreach (var order in orders)
        {
            var isSale = order.Kind == SalesOrderKind.Sale;
            meter.Add(new(order.Date.DayNumber, isSale, order.Currency == currency, order.TotalE4, order.CostE4, isSale ? order.Quantity : -Math.Abs(order.Quantity)));
        }

        return meter;
    }

    private static Task<Neighbour?> NeighbourAsync(CrmDbContext database, long runId, int place, CurrentUser user, CancellationToken cancellation) => (
        from row in database.Set<ClassificationRow>()
        where row.RunId == runId && row.Place == place
        join counterparty in database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user) on row.CounterpartyId equals counterparty.Id
        select new Neighbour(row.Place, counterparty.Name, row.ValueE4, row.Importance)).FirstOrDefaultAsync(cancellation);
}
