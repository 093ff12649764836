using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>
/// What becomes of classification documents when one of several ERPs is purged. A document keeps the classes and boundaries that were
/// approved; its counts and sums become those of the rows that are left, so that each figure still leads to its rows, and a warning
/// says so. A document of which nothing is left goes.
/// </summary>
internal sealed class PurgedRuns(CrmDbContext database)
{
    /// <summary>Documents with rows of this ERP's counterparties and how many, asked before those are deleted.</summary>
    public async Task<IReadOnlyDictionary<long, int>> TouchedAsync(int connectionId, CancellationToken cancellation) =>
        await database.Set<ClassificationRow>().Where(r => database.Set<CounterpartyRecord>().Any(c => c.Id == r.CounterpartyId && c.ConnectionId == connectionId))
            .GroupBy(r => r.RunId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);

    /// <summary>Counts the touched documents anew, after the rows were deleted.</summary>
    public async Task RecountAsync(IReadOnlyDictionary<long, int> touched, CancellationToken cancellation)
    {
        foreach (var (id, deleted) in touched.OrderBy(t => t.Key))
        {
            var run = await database.Set<ClassificationRun>().AsTracking().SingleAsync(r => r.Id == id, cancellation);
            if (!await database.Set<ClassificationRow>().AnyAsync(r => r.RunId == id, cancellation))
            {
                database.Remove(run);
                await database.Set<ClassificationRun>().Where(r => r.PreviousRunId == id).ExecuteUpdateAsync(r => r.SetProperty(x => x.PreviousRunId, (long?)null), cancellation);
            }
            else if (run.Totals is { } before)
            {
                run.Totals = ClassificationJson.Write(await CountAsync(run, ClassificationJson.ReadTotals(before), deleted, cancellation));
            }
        }

        await database.SaveChangesAsync(cancellation);
    }

    private async Task<ClassificationTotals> CountAsync(ClassificationRun run, ClassificationTotals before, int deleted, CancellationToken cancellation)
    {
        var groups = await database.Set<ClassificationRow>().Where(r => r.RunId == run.Id)
            .GroupBy(r => new { r.Importance, r.Stage, r.Regularity, r.Marks })
            .Select(g => new Group(g.Key.Importance, g.Key.Stage, g.Key.Regularity, g.Key.Marks, g.Count(), g.Sum(r => r.ValueE4), g.Sum(r => (long)r.PurchasesInPeriod)))
            .ToListAsync(cancellation);
        var parameters = ClassificationJson.ReadParameters(run.Parameters);
        return before with
        {
            Counterparties = groups.Sum(g => g.Count),
            RevenueE4 = parameters.Measure == Measure.Revenue ? groups.Sum(g => g.ValueE4) : await RevenueAsync(run.Id, parameters, before.Currency, cancellation),
            Orders = groups.Sum(g => g.Orders),
            A = Total(g => g.Importance == ImportanceClass.A),
            B = Total(g => g.Importance == ImportanceClass.B),
            C = Total(g => g.Importance == ImportanceClass.C),
            WithoutImportance = Total(g => g.Importance is null),
            Potential = Total(g => g.Stage == RelationshipStage.Potential),
            OneTime = Total(g => g.Stage == RelationshipStage.OneTime),
            Regular = Total(g => g.Stage == RelationshipStage.Regular),
            Lost = Total(g => g.Stage == RelationshipStage.Lost),
            WithoutStage = Total(g => g.Stage is null),
            X = Total(g => g.Regularity == RegularityClass.X),
            Y = Total(g => g.Regularity == RegularityClass.Y),
            Z = Total(g => g.Regularity == RegularityClass.Z),
            Returned = Total(g => g.Marks.HasFlag(RowMarks.Returned)),
            NetReturns = Total(g => g.Marks.HasFlag(RowMarks.NetReturn)),
            Warnings =
            [
                .. before.Warnings,
                ClassificationProblem.Of("classification.purged", "{0} counterparties of a removed ERP were deleted from this document; counts and sums are those of the rest, classes and boundaries those of that day.", deleted),
            ],
        };

        GroupTotal Total(Func<Group, bool> belongs) => new(groups.Where(belongs).Sum(g => g.Count), groups.Where(belongs).Sum(g => g.ValueE4));
    }

    /// <summary>Rows keep the measure only; with another measure the mirror knows what the rest sold.</summary>
    private async Task<long> RevenueAsync(long run, ClassificationParameters parameters, string currency, CancellationToken cancellation)
    {
        var (from, to) = (parameters.Window.From, parameters.Window.To);
        return await database.Set<SalesOrderRecord>()
            .Where(o => o.GoneAt == null && (o.State == OrderState.Confirmed || o.State == OrderState.Delivered) && o.Date >= from && o.Date <= to && o.Currency == currency)
            .Where(o => database.Set<ClassificationRow>().Any(r => r.RunId == run && r.CounterpartyId == o.CounterpartyId))
            .SumAsync(o => o.TotalE4, cancellation);
    }

    private sealed record Group(ImportanceClass? Importance, RelationshipStage? Stage, RegularityClass? Regularity, RowMarks Marks, int Count, long ValueE4, long Orders);
}
