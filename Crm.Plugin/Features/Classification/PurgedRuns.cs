using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Crm.Plugin.Features.Classification;

/// <summary>
/// What becomes of classification documents when one of several ERPs is purged. A document keeps the classes and boundaries that were
/// approved; its rows are packed without those of that ERP and its counts and sums become those of the rows that are left, so that each
/// figure still leads to its rows, and a warning says so. A document of which nothing is left goes.
/// </summary>
internal sealed class PurgedRuns(CrmDbContext database)
{
    private const int Portion = 1000;

    /// <summary>In the caller's transaction, while the mirror still has the ERP's records.</summary>
    public async Task PurgeAsync(int connectionId, CancellationToken cancellation)
    {
        var counterparties = (await database.Set<CounterpartyRecord>().Where(c => c.ConnectionId == connectionId).Select(c => c.Id).ToListAsync(cancellation)).ToHashSet();
        var products = (await database.Set<ProductRecord>().Where(p => p.ConnectionId == connectionId).Select(p => p.Id).ToListAsync(cancellation)).ToHashSet();
        foreach (var id in await database.Set<ClassificationRun>().Where(r => r.Totals != null && r.Population != Population.Managers).OrderBy(r => r.Id).Select(r => r.Id).ToListAsync(cancellation))
        {
            var run = await database.Set<ClassificationRun>().AsTracking().SingleAsync(r => r.Id == id, cancellation);
            await PurgeAsync(run, run.Population == Population.Products ? products : counterparties, cancellation);
        }

        await database.SaveChangesAsync(cancellation);
    }

    private async Task PurgeAsync(ClassificationRun run, HashSet<long> gone, CancellationToken cancellation)
    {
        var rows = RunCodec.Unpack(await database.Set<ClassificationBlock>().Where(b => b.RunId == run.Id).OrderBy(b => b.FirstId).Select(b => b.Data).ToListAsync(cancellation));
        var left = Array.FindAll(rows, r => !gone.Contains(r.Id));
        if (left.Length == rows.Length)
        {
            return;
        }

        await database.Set<ClassificationBlock>().Where(b => b.RunId == run.Id).ExecuteDeleteAsync(cancellation);
        List<long> removed = [.. rows.Where(r => gone.Contains(r.Id)).Select(r => r.Id)];
        foreach (var portion in removed.Chunk(Portion))
        {
            await database.Set<ClassificationOverride>().Where(o => o.RunId == run.Id && portion.Contains(o.MemberId)).ExecuteDeleteAsync(cancellation);
        }

        if (left.Length == 0)
        {
            database.Remove(run);
            await database.Set<ClassificationRun>().Where(r => r.PreviousRunId == run.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.PreviousRunId, (long?)null), cancellation);
            return;
        }

        CloseRanks(left);
        var blocks = RunCodec.Pack(left);
        await RunRowsWriter.WriteAsync(database.Database.GetDbConnection(), database.Database.CurrentTransaction!.GetDbTransaction(), run.Id, blocks, cancellation);
        var totals = await CountAsync(run, left, removed, cancellation);
        (run.ResultHash, run.Totals) = (run.IsRecut ? null : RunCodec.Hash(blocks), ClassificationJson.Write(totals));
        run.Revision++;
    }

    // Places go from 1 without gaps.
    private static void CloseRanks(FillRow[] rows)
    {
        var order = Enumerable.Range(0, rows.Length).ToArray();
        Array.Sort(Array.ConvertAll(order, i => rows[i].Place), order);
        for (var i = 0; i < order.Length; i++)
        {
            rows[order[i]].Place = i + 1;
        }
    }

    private async Task<ClassificationTotals> CountAsync(ClassificationRun run, FillRow[] left, List<long> removed, CancellationToken cancellation)
    {
        var before = ClassificationJson.ReadTotals(run.Totals!);
        var parameters = ClassificationJson.ReadParameters(run.Parameters);
        var overrides = await database.Set<ClassificationOverride>().Where(o => o.RunId == run.Id).ToListAsync(cancellation);
        var table = RunCut.Restore(left, overrides, parameters, run.IsRecut);
        return TotalsCounter.Count(table.Rows, table.PackedOf) with
        {
            Currency = before.Currency,
            Boundaries = before.Boundaries,
            ComponentTotalsE4 = before.ComponentTotalsE4,
            Orders = left.Sum(r => (long)r.PurchasesInPeriod),
            RevenueE4 = parameters.Measure == Measure.Revenue ? left.Sum(r => r.ValueE4)
                : parameters.Population == Population.Customers ? before.RevenueE4 - await RevenueAsync(removed, parameters, before.Currency, cancellation)
                : before.RevenueE4,
            Warnings =
            [
                .. before.Warnings,
                ClassificationProblem.Of("classification.purged", "{0} counterparties of a removed ERP were deleted from this document; counts and sums are those of the rest, classes and boundaries those of that day.", removed.Count),
            ],
        };
    }

    /// <summary>Rows keep the measure only; with another measure the mirror knows what those who go bought.</summary>
    private async Task<long> RevenueAsync(List<long> removed, ClassificationParameters parameters, string currency, CancellationToken cancellation)
    {
        var (from, to) = (parameters.Window.From, parameters.Window.To);
        long sum = 0;
        foreach (var portion in removed.Chunk(Portion))
        {
            sum += await database.Set<SalesOrderRecord>()
                .Where(o => o.GoneAt == null && (o.State == OrderState.Confirmed || o.State == OrderState.Delivered) && o.Date >= from && o.Date <= to && o.Currency == currency)
                .Where(o => o.CounterpartyId != null && portion.Contains(o.CounterpartyId.Value))
                .SumAsync(o => o.TotalE4, cancellation);
        }

        return sum;
    }
}
