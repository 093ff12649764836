using Crm.Plugin.Features.SalesHistory;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Retention;

/// <summary>The last evaluation; one row.</summary>
public sealed class RetentionRecord
{
    public int Id { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary><see cref="RetentionReport"/> as JSON.</summary>
    public required string Report { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<RetentionRecord>
    {
        public void Configure(EntityTypeBuilder<RetentionRecord> builder)
        {
            builder.ToTable("retention").HasKey(r => r.Id);
            builder.Property(r => r.Id).ValueGeneratedNever();
        }
    }
}

/// <summary>Fits, announces, judges itself and counts cohorts; keeps the result for the screens. Safe to run at any time and twice.</summary>
internal sealed class RetentionEvaluation(IDbContextFactory<CrmDbContext> contexts, SalesSnapshots snapshots, TimeProvider clock)
{
    private const int MostLosses = 500;
    private const int MostFitted = 10_000;
    private const int FewestCustomers = 100;
    private const int FewestRepeats = 50;
    private const double UsualMargin = 0.3;

    /// <summary>Evaluates and stores.</summary>
    public async Task<RetentionReport> RunAsync(CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(clock.GetLocalNow().DateTime).DayNumber;
        IReadOnlyList<RetentionCollector> parts;
        await using (var snapshot = await snapshots.OpenAsync(cancellation))
        {
            parts = await snapshot.Sales.ReadAsync(() => new RetentionCollector(today), null, cancellation);
        }

        var report = await Task.Run(() => Evaluate(parts, today), cancellation);
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var (text, now) = (Newtonsoft.Json.JsonConvert.SerializeObject(report), clock.GetUtcNow());
        if (await database.Set<RetentionRecord>().ExecuteUpdateAsync(s => s.SetProperty(r => r.Report, text).SetProperty(r => r.At, now), cancellation) == 0)
        {
            database.Add(new RetentionRecord { Id = 1, At = now, Report = text });
            await database.SaveChangesAsync(cancellation);
        }

        return report;
    }

    /// <summary>The last one; null before the first.</summary>
    public async Task<(RetentionReport Report, DateTimeOffset At)?> LastAsync(CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<RetentionRecord>().FirstOrDefaultAsync(cancellation) is { } record
            ? (Newtonsoft.Json.JsonConvert.DeserializeObject<RetentionReport>(record.Report)!, record.At)
            : null;
    }

    internal static RetentionReport Evaluate(IReadOnlyList<RetentionCollector> parts, int today)
    {
        List<CustomerDays> customers = [.. parts.SelectMany(p => p.Customers)];
        var (sales, cost) = (parts.Sum(p => p.WithCost.Sales), parts.Sum(p => p.WithCost.Cost));
        var isMarginKnown = sales > 0 && cost < sales;
        var margin = isMarginKnown ? 1 - (cost / sales) : UsualMargin;
        var sample = Sample(customers);
        var summaries = sample.ConvertAll(c => c.Summary(today));
        var reason = customers.Count < FewestCustomers ? "few-customers" : customers.Count(c => c.Days.Length > 1) < FewestRepeats ? "few-repeats" : null;
        var buying = reason is null ? MaximumLikelihood.FitBgNbd(summaries) : null;
        var spending = buying is null ? null : MaximumLikelihood.FitGammaGamma(summaries);
        var announced = customers.Where(c => EarlyLossRule.IsAnnounced(c, today)).ToList();
        return new()
        {
            AsOf = DateOnly.FromDayNumber(today),
            Customers = customers.Count,
            Currency = parts.SelectMany(p => p.ByCurrency).GroupBy(c => c.Key).OrderByDescending(g => g.Sum(c => c.Value)).Select(g => g.Key).FirstOrDefault() ?? "",
            Buying = buying?.Model,
            BuyingLogLikelihood = buying?.LogLikelihood,
            Spending = spending?.Model,
            SpendingLogLikelihood = spending?.LogLikelihood,
            FittedTo = buying is null ? 0 : sample.Count,
            Reason = reason ?? (buying is null ? "no-maximum" : null),
            DiscountRate = EarlyLossRule.DiscountRate,
            Margin = margin,
            IsMarginKnown = isMarginKnown,
            Losses = [.. announced.OrderByDescending(c => EarlyLossRule.Urgency(c, today, buying?.Model)).Take(MostLosses).Select(c => EarlyLossRule.Describe(c, today, buying?.Model, spending?.Model, margin))],
            LossesFound = announced.Count,
            BackTest = reason is null ? BackTestRule.Run(customers, today, (past, end) => MaximumLikelihood.FitBgNbd(Sample([.. past]).ConvertAll(c => c.Summary(end)))?.Model) : null,
            Cohorts = CohortRule.Of(customers, today),
        };
    }

    // Every so many-th by id: the same sample each time, and the parameters of ten thousand differ from those of all by less than matters.
    private static List<CustomerDays> Sample(List<CustomerDays> customers)
    {
        var step = (customers.Count + MostFitted - 1) / MostFitted;
        return step <= 1 ? customers : [.. customers.Where((_, i) => i % step == 0)];
    }
}
