using Crm.Plugin.Features.SalesHistory;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage;

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

    private volatile Kept? kept;

    /// <summary>Evaluates and stores.</summary>
    public async Task<RetentionReport> RunAsync(CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(clock.GetLocalNow().DateTime).DayNumber;
        RetentionReport report;
        IReadOnlyList<long> announced;
        await using (var snapshot = await snapshots.OpenAsync(cancellation))
        {
            var currency = CurrencyCounter.OfMost(await snapshot.Sales.ReadAsync(() => new CurrencyCounter(today), null, cancellation));
            var parts = await snapshot.Sales.ReadAsync(() => new RetentionCollector(today, currency), null, cancellation);
            (report, announced) = await Task.Run(() => Evaluate(parts, today, currency), cancellation);
        }

        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var (text, now) = (Newtonsoft.Json.JsonConvert.SerializeObject(report), clock.GetUtcNow());
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await database.Set<RetentionRecord>().ExecuteUpdateAsync(s => s.SetProperty(r => r.Report, text).SetProperty(r => r.At, now), cancellation) == 0)
        {
            database.Add(new RetentionRecord { Id = 1, At = now, Report = text });
            await database.SaveChangesAsync(cancellation);
        }

        await LikelyLossMark.ReplaceAsync(database, transaction.GetDbTransaction(), announced, cancellation);
        await transaction.CommitAsync(cancellation);
        kept = new(report, now);
        return report;
    }

    /// <summary>The last one; null before the first. Read again only when there is a newer one.</summary>
    public async Task<(RetentionReport Report, DateTimeOffset At)?> LastAsync(CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        if (await database.Set<RetentionRecord>().Select(r => (DateTimeOffset?)r.At).FirstOrDefaultAsync(cancellation) is not { } at)
        {
            return null;
        }

        if (kept is { } found && found.At == at)
        {
            return (found.Report, at);
        }

        var record = await database.Set<RetentionRecord>().FirstAsync(cancellation);
        var report = Newtonsoft.Json.JsonConvert.DeserializeObject<RetentionReport>(record.Report)!;
        kept = new(report, record.At);
        return (report, record.At);
    }

    /// <returns>What is shown, and the ids of everybody announced.</returns>
    internal static (RetentionReport Report, IReadOnlyList<long> Announced) Evaluate(IReadOnlyList<RetentionCollector> parts, int today, string currency)
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
        var report = new RetentionReport
        {
            AsOf = DateOnly.FromDayNumber(today),
            Customers = customers.Count,
            Currency = currency,
            OtherCurrencies = parts.Sum(p => p.OtherCurrencies),
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
        return (report, announced.ConvertAll(c => c.Id));
    }

    // Every so many-th by id: the same sample each time, and the parameters of ten thousand differ from those of all by less than matters.
    private static List<CustomerDays> Sample(List<CustomerDays> customers)
    {
        var step = (customers.Count + MostFitted - 1) / MostFitted;
        return step <= 1 ? customers : [.. customers.Where((_, i) => i % step == 0)];
    }

    private sealed record Kept(RetentionReport Report, DateTimeOffset At);
}
