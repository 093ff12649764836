namespace Crm.Plugin.Features.Classification;

/// <summary>What a run is asked to do; stored with it.</summary>
/// <remarks>
/// <para><b>Which documents count.</b> Sales orders that are confirmed or delivered and that the ERP still has, dated up to
/// <see cref="AsOf"/>. A sale adds, a return lowers; the number of purchases counts sale documents only.</para>
/// <para><b>Who is classified.</b> Counterparties in the role of customer that the ERP still has, and everybody with a counted
/// sale: also one who is hidden, is no longer flagged, or is gone from the ERP, because the value was earned and the sum must agree with
/// the ERP's own. An inactive customer is classified like any other.</para>
/// <para><b>Which days.</b> See <see cref="PeriodRule.Standard"/> and <see cref="PeriodRule.Classical"/>. The stage of the standard rules looks at all
/// purchases that are known, also those before <see cref="From"/>.</para>
/// </remarks>
public sealed record ClassificationParameters
{
    /// <summary>Day of the run, inclusive.</summary>
    public required DateOnly AsOf { get; init; }

    /// <summary>First day whose documents count for the measure; null for the default window.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Which rules.</summary>
    public RuleSet Rules { get; init; } = RuleSet.Standard;

    /// <summary>Who is classified.</summary>
    public Population Population { get; init; } = Population.Customers;

    /// <summary>Only customers or suppliers whom this user of the ERP is responsible for (sign-in name); null for all.</summary>
    public string? Manager { get; init; }

    /// <summary>Only customers or suppliers of this city, as the ERP writes it; null for all.</summary>
    public string? City { get; init; }

    /// <summary>The rest of who is chosen; see <see cref="IsFiltered"/>.</summary>
    public SegmentFilter Segment { get; init; } = SegmentFilter.Everybody;

    /// <summary>Weights of <see cref="Measure.Weighted"/>; not used by other measures.</summary>
    public MeasureWeights Weights { get; init; } = MeasureWeights.Default;

    /// <summary>What importance is ranked by; not <see cref="Measure.Intervals"/>.</summary>
    public Measure Measure { get; init; } = Measure.Revenue;

    /// <summary>What regularity is measured by; null for <see cref="Measure"/>.</summary>
    public Measure? RegularityMeasure { get; init; }

    /// <summary>Percent of the total per class; must sum to exactly 100.</summary>
    public ImportanceShares Shares { get; init; } = ImportanceShares.Pareto;

    /// <summary>From which end the values are accumulated; the 1C-compatible rules know only the ascending cut.</summary>
    public ImportanceCut Cut { get; init; } = ImportanceCut.Ascending;

    /// <summary>Length of a bucket of the series; the bands hold for it.</summary>
    public Periodicity Periodicity { get; init; } = Periodicity.Month;

    /// <summary>Number of buckets; with <see cref="From"/> the standard rules take every whole period between instead. At least 3 under the standard rules; 6 and more say something.</summary>
    public int Periods { get; init; } = 12;

    /// <summary>Purchases of a one-time customer.</summary>
    public OneTimeBand OneTime { get; init; } = OneTimeBand.Default;

    /// <summary>Bands of the coefficient of variation; under the standard rules they cover everything from 0.</summary>
    public RegularityBands Bands { get; init; } = RegularityBands.Default;

    /// <summary>When a customer is lost; the 1C-compatible rules do not use it.</summary>
    public LossRule Loss { get; init; } = LossRule.Default;

    /// <summary>Counts amounts in this currency only (ISO 4217); null when the company sells in one currency. Purchases count in any.</summary>
    public string? Currency { get; init; }

    /// <summary>What regularity is measured by; with a weighted measure the first of its measures unless another is chosen.</summary>
    public Measure Regularity => RegularityMeasure ?? (Measure == Measure.Weighted ? Weights.Measures.FirstOrDefault(Measure.Revenue) : Measure);

    /// <summary>Only a part of the population: such a run is for looking, and is not put into force.</summary>
    public bool IsFiltered => Manager is not null || City is not null || !Segment.IsEverybody;

    /// <summary>Whether lines must be read: quantity takes part.</summary>
    public bool NeedsQuantity => Measure == Measure.Quantity || Regularity == Measure.Quantity || (Measure == Measure.Weighted && Weights.Quantity > 0);

    /// <summary>The days that the run looks at.</summary>
    public ClassificationWindow Window => Rules == RuleSet.Standard
        ? PeriodRule.Standard(AsOf, From, Periodicity, Periods)
        : PeriodRule.Classical(AsOf, From, Periodicity, Periods);

    /// <summary>The defaults of a rule set: 80/15/5 for the standard rules, 70/20/10 for the 1C-compatible ones.</summary>
    public static ClassificationParameters For(RuleSet rules, DateOnly asOf) => new()
    {
        AsOf = asOf,
        Rules = rules,
        Shares = rules == RuleSet.Standard ? ImportanceShares.Pareto : ImportanceShares.Classical,
    };
}
