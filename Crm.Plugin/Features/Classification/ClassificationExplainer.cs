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
        await database.Database.OpenConnectionAsync(cancellation);
        var previousAsOf = await database.Set<ClassificationRun>().Where(r => r.Id == run.PreviousRunId).Select(r => (DateOnly?)r.AsOf).FirstOrDefaultAsync(cancellation);
        var meter = new CustomerMeter(parameters);
        meter.Begin(new(subject.Row.PreviousImportance, subject.Row.PreviousStage, subject.Row.PreviousRegularity), previousAsOf);
        new MemberStream(database.Database.GetDbConnection(), null, parameters, counterpartyId).ReadInto(new Sink(meter), totals.Currency, null, cancellation);
        var table = await store.TableAsync(run, cancellation);
        var isWeighted = parameters.Measure == Measure.Weighted;
        return new()
        {
            Run = run,
            Parameters = parameters,
            Totals = totals,
            Subject = subject,
            Above = await NeighbourAsync(database, run, table, subject.Row.Place - 1, user, cancellation),
            Below = await NeighbourAsync(database, run, table, subject.Row.Place + 1, user, cancellation),
            Series = [.. parameters.Window.BucketStarts().Zip(meter.Series.ToArray(), (start, value) => new SeriesPoint(start, value))],
            Components = [.. isWeighted ? parameters.Weights.Measures.Select((m, i) => new WeightedPart(m, parameters.Weights.Of(m), meter.Components[i], totals.ComponentTotalsE4[i])) : []],
            HasMirrorChanged = (!isWeighted && meter.ValueE4 != subject.Row.ValueE4) || meter.Variation() != subject.Row.CvE3 || meter.History.Purchases != subject.Row.PurchasesEver,
        };
    }

    private static async Task<Neighbour?> NeighbourAsync(CrmDbContext database, ClassificationRun run, RunTable table, int place, CurrentUser user, CancellationToken cancellation)
    {
        if (place < 1 || place > table.ByPlace.Length)
        {
            return null;
        }

        var row = table.Rows[table.ByPlace[place - 1]];
        var found = await RunMembers.FindAsync(database, run.Population, [row.Id], user.Rights.ReadScope, user, cancellation);
        return found.TryGetValue(row.Id, out var member) ? new(place, member.Name, row.ValueE4, table.EffectiveOf(row).Importance) : null;
    }

    private sealed class Sink(CustomerMeter meter) : IMemberSink
    {
        public void Begin(long memberId, bool isLiving, ReadOnlySpan<byte> memberKey)
        {
            // One member only, and the meter has begun.
        }

        public void Add(in CountedOrder counted) => meter.Add(counted);

        public void End()
        {
            // One member only.
        }
    }
}
