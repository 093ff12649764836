using System.Runtime.CompilerServices;

namespace Crm.Plugin.Features.Classification;

/// <summary>A sales order that counts, as the rules need it.</summary>
/// <param name="Day">Day of the document.</param>
/// <param name="IsSale">Not a return.</param>
/// <param name="IsInCurrency">Its amounts are in the run's currency.</param>
/// <param name="TotalE4">Negative in a return.</param>
/// <param name="CostE4">Signed like the total; null when the ERP does not know it.</param>
/// <param name="QuantityE4">Units in the lines, negative in a return; read only when quantity is measured.</param>
internal readonly record struct CountedOrder(int Day, bool IsSale, bool IsInCurrency, long TotalE4, long? CostE4, long QuantityE4);

/// <summary>Measures one customer after the other from their orders in the order of dates. No clock, no database; memory does not grow.</summary>
internal sealed class CustomerMeter
{
    private readonly ClassificationParameters parameters;
    private readonly ClassificationWindow window;
    private readonly int[] bucketOfDay;
    private readonly long[] buckets;
    private readonly List<int> seriesDays = [];
    private readonly Measure[] weighted;
    private readonly long[] components;
    private PurchaseHistory history;
    private Classes previous;

    public CustomerMeter(ClassificationParameters parameters)
    {
        this.parameters = parameters;
        window = parameters.Window;
        bucketOfDay = window.BucketOfDay();
        buckets = new long[window.Buckets];
        weighted = parameters.Measure == Measure.Weighted ? [.. parameters.Weights.Measures] : [];
        components = new long[weighted.Length];
    }

    /// <summary>Any document of this customer counts, in the period or before.</summary>
    public bool HasDocuments { get; private set; }

    /// <summary>A document counts in the period or in the series.</summary>
    public bool HasDocumentsInWindow { get; private set; }

    /// <summary>Counted documents in the period, sales less returns.</summary>
    public long RevenueE4 { get; private set; }

    /// <summary>The measure in the period; 0 for a weighted one, which is known when everybody has been measured.</summary>
    public long ValueE4 { get; private set; }

    /// <summary>Sale documents in the period.</summary>
    public int PurchasesInPeriod { get; private set; }

    /// <summary>Sale documents in the series.</summary>
    public int PurchasesInSeries { get; private set; }

    /// <summary>Documents in the period that gross profit cannot be told of.</summary>
    public int WithoutCost { get; private set; }

    public PurchaseHistory History => history;

    /// <summary>Of a weighted measure: the value of each that takes part.</summary>
    public ReadOnlySpan<long> Components => components;

    /// <summary>The series: one value of the regularity measure per bucket.</summary>
    public ReadOnlySpan<long> Series => buckets;

    /// <summary>Begins the next customer.</summary>
    /// <param name="before">What the run in force says.</param>
    /// <param name="previousAsOf">Day of that run.</param>
    public void Begin(Classes before, DateOnly? previousAsOf)
    {
        previous = before;
        history = new PurchaseHistory(parameters.Loss, before.Stage == RelationshipStage.Lost ? previousAsOf?.DayNumber : null);
        Array.Clear(buckets);
        Array.Clear(components);
        seriesDays.Clear();
        (HasDocuments, HasDocumentsInWindow) = (false, false);
        (RevenueE4, ValueE4, PurchasesInPeriod, PurchasesInSeries, WithoutCost) = (0, 0, 0, 0, 0);
    }

    /// <summary>Takes up one order; dates do not go back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // run so often at once that waiting to be compiled well takes seconds
    public void Add(in CountedOrder order)
    {
        HasDocuments = true;
        if (order.IsSale)
        {
            history.Add(order.Day);
        }

        if (order.Day >= window.From.DayNumber)
        {
            HasDocumentsInWindow = true;
            RevenueE4 = checked(RevenueE4 + (order.IsInCurrency ? order.TotalE4 : 0));
            if (weighted.Length == 0)
            {
                ValueE4 = checked(ValueE4 + AmountOf(order, parameters.Measure));
            }

            for (var i = 0; i < weighted.Length; i++)
            {
                components[i] = checked(components[i] + AmountOf(order, weighted[i]));
            }

            PurchasesInPeriod += order.IsSale ? 1 : 0;
            WithoutCost += order.IsInCurrency && order.CostE4 is null ? 1 : 0;
        }

        var dayOfSeries = order.Day - window.SeriesFrom.DayNumber;
        if (dayOfSeries >= 0 && dayOfSeries < bucketOfDay.Length)
        {
            HasDocumentsInWindow = true;
            buckets[bucketOfDay[dayOfSeries]] += parameters.Regularity == Measure.Intervals ? 0 : AmountOf(order, parameters.Regularity);
            if (order.IsSale)
            {
                PurchasesInSeries++;
                seriesDays.Add(order.Day);
            }
        }
    }

    /// <summary>Coefficient of variation in 1/1,000 percent; null when there is none. Classically there always is one.</summary>
    public int? Variation()
    {
        if (parameters.Regularity == Measure.Intervals)
        {
            var gaps = RegularityRule.IntervalVariation(
                window.SeriesFrom.DayNumber, window.SeriesTo.DayNumber, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(seriesDays));
            return gaps ?? (parameters.Rules == RuleSet.OneCCompatible ? 0 : null);
        }

        return parameters.Rules == RuleSet.OneCCompatible
            ? RegularityRule.ClassicalVariation(buckets, window.Divisor)
            : RegularityRule.Variation(buckets);
    }

    /// <summary>Stage and regularity of the customer.</summary>
    public StageDecision Decide(int? cvE3) => parameters.Rules == RuleSet.OneCCompatible
        ? StageRule.DecideClassically(previous, PurchasesInSeries, cvE3 ?? 0, parameters.OneTime, parameters.Bands)
        : StageRule.Decide(history, parameters.AsOf.DayNumber, cvE3, parameters.OneTime, parameters.Bands);

    /// <summary>Whether the customer has a row in the run.</summary>
    public bool Belongs(bool isLivingCustomer) => parameters.Rules == RuleSet.Standard
        ? isLivingCustomer || HasDocuments
        : (isLivingCustomer || HasDocumentsInWindow) && !(IsUnranked && PurchasesInSeries == 0);

    /// <summary>Classically a lost customer without a class so far is left out of the ranking.</summary>
    public bool IsUnranked => parameters.Rules == RuleSet.OneCCompatible && previous is { Stage: RelationshipStage.Lost, Importance: null };

    private static long AmountOf(in CountedOrder order, Measure measure) => measure switch
    {
        Measure.Revenue => order.IsInCurrency ? order.TotalE4 : 0,
        Measure.GrossProfit => order.IsInCurrency && order.CostE4 is { } cost ? order.TotalE4 - cost : 0,
        Measure.Orders => order.IsSale ? 10_000 : 0,
        Measure.Quantity => order.QuantityE4,
        _ => throw new ArgumentOutOfRangeException(nameof(measure)),
    };
}
