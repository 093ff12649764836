namespace Crm.Plugin.Features.Retention;

/// <summary>One customer who is likely to be lost.</summary>
/// <param name="CounterpartyId">Who.</param>
/// <param name="Purchases">Purchase days.</param>
/// <param name="LastOn">The last one.</param>
/// <param name="NextOn">When the next was to be expected: the last plus the customer's own mean interval.</param>
/// <param name="SpreadDays">Standard deviation of the customer's intervals, in days; null with fewer than two.</param>
/// <param name="Overdue">Silence in own mean intervals: 1 is on time.</param>
/// <param name="Alive">Chance that the customer still buys, 0–1; null without a fitted model.</param>
/// <param name="In3Months">Expected purchases; null without a fitted model.</param>
/// <param name="In6Months">As before.</param>
/// <param name="In12Months">As before.</param>
/// <param name="ValuePerPurchase">Expected, in the company's currency.</param>
/// <param name="LifetimeValue">Margin of the next 36 months, discounted.</param>
/// <param name="LostOn">The day on which the stage would turn to lost.</param>
public sealed record LikelyLoss(
    long CounterpartyId, int Purchases, DateOnly LastOn, DateOnly NextOn, double? SpreadDays, double Overdue, double? Alive,
    double? In3Months, double? In6Months, double? In12Months, double? ValuePerPurchase, double? LifetimeValue, DateOnly LostOn);

/// <summary>How good the announcements would have been on the company's own past.</summary>
/// <param name="SplitOn">Last day of the part that was learnt from.</param>
/// <param name="EndOn">Last day of the part that was judged.</param>
/// <param name="Top">How many were announced.</param>
/// <param name="Precision">Part of those announced who bought nothing any more, 0–1.</param>
/// <param name="BaseRate">The same part of everybody who had bought twice or more and was not lost yet: what chance would give.</param>
/// <param name="MedianLeadDays">Median of the days by which the announcement comes before the stage turns, of those who were lost; null without any.</param>
/// <param name="Wape">Sum of the errors of the expected purchases as a part of the actual ones.</param>
/// <param name="Bias">Expected purchases over actual ones, less 1.</param>
/// <param name="NaiveWape">As <paramref name="Wape"/> for everybody going on at their own past rate.</param>
/// <param name="NaiveBias">As <paramref name="Bias"/> for the same.</param>
public sealed record BackTest(
    DateOnly SplitOn, DateOnly EndOn, int Top, double Precision, double BaseRate, double? MedianLeadDays, double Wape, double Bias, double NaiveWape, double NaiveBias);

/// <summary>Customers by the month of their first purchase.</summary>
/// <param name="First">First day of that month.</param>
/// <param name="Customers">How many.</param>
/// <param name="Active">How many bought in the month itself (0), one later (1) and so on.</param>
/// <param name="Value">What they bought in each, summed.</param>
/// <param name="Repeaters">How many ever bought on a second day.</param>
public sealed record Cohort(DateOnly First, int Customers, IReadOnlyList<int> Active, IReadOnlyList<double> Value, int Repeaters);

/// <summary>Everything that one evaluation found; stored as it is shown.</summary>
public sealed record RetentionReport
{
    public required DateOnly AsOf { get; init; }

    public required int Customers { get; init; }

    /// <summary>The currency of most sale documents; all amounts are in it.</summary>
    public required string Currency { get; init; }

    /// <summary>Sale documents in other currencies: they count as purchases, but not by what they are worth.</summary>
    public long OtherCurrencies { get; init; }

    /// <summary>Null when the data do not determine it; <see cref="Reason"/> says why.</summary>
    public BgNbdModel? Buying { get; init; }

    public double? BuyingLogLikelihood { get; init; }

    public GammaGammaModel? Spending { get; init; }

    public double? SpendingLogLikelihood { get; init; }

    /// <summary>Customers that the models were fitted to: a sample where there are many.</summary>
    public int FittedTo { get; init; }

    /// <summary>Why there is no forecast: few-customers, few-repeats or no-maximum; null when there is one.</summary>
    public string? Reason { get; init; }

    /// <summary>A year's discount, 0–1.</summary>
    public required double DiscountRate { get; init; }

    /// <summary>Margin of sales, 0–1.</summary>
    public required double Margin { get; init; }

    /// <summary>Whether the margin is the company's own, from documents with a cost.</summary>
    public required bool IsMarginKnown { get; init; }

    /// <summary>Those likely to be lost whose stage has not turned yet, the surest first.</summary>
    public required IReadOnlyList<LikelyLoss> Losses { get; init; }

    /// <summary>How many are likely to be lost altogether.</summary>
    public required int LossesFound { get; init; }

    /// <summary>Null when the past is too short or too thin to judge.</summary>
    public BackTest? BackTest { get; init; }

    /// <summary>Newest last.</summary>
    public required IReadOnlyList<Cohort> Cohorts { get; init; }
}
