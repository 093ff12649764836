namespace Crm.Plugin.Features.Classification;

/// <summary>How many counterparties are in a group and what they bring.</summary>
/// <param name="Count">Counterparties.</param>
/// <param name="ValueE4">Sum of the measure, in 1/10,000.</param>
public readonly record struct GroupTotal(int Count, long ValueE4)
{
    internal GroupTotal Plus(long valueE4) => new(Count + 1, ValueE4 + valueE4);

    internal GroupTotal Plus(GroupTotal other) => new(Count + other.Count, ValueE4 + other.ValueE4);
}

/// <summary>What a run found, as counts and sums.</summary>
public sealed record ClassificationTotals
{
    /// <summary>Rows of the run.</summary>
    public int Counterparties { get; init; }

    /// <summary>Counted documents in the period: sales less returns, whatever the measure is.</summary>
    public long RevenueE4 { get; init; }

    /// <summary>Currency of all amounts; "" where the ERP names none or nothing was sold.</summary>
    public string Currency { get; init; } = "";

    /// <summary>Counted sale documents in the period.</summary>
    public long Orders { get; init; }

    /// <summary>Where the classes end.</summary>
    public ImportanceBoundaries Boundaries { get; init; }

    public GroupTotal A { get; init; }

    public GroupTotal B { get; init; }

    public GroupTotal C { get; init; }

    /// <summary>Nothing to rank, or (1C-compatible) lost.</summary>
    public GroupTotal WithoutImportance { get; init; }

    public GroupTotal Potential { get; init; }

    public GroupTotal OneTime { get; init; }

    public GroupTotal Regular { get; init; }

    /// <summary>Their value stays in the total; it is shown on a line of its own.</summary>
    public GroupTotal Lost { get; init; }

    /// <summary>1C-compatible only: the rules left the counterparty without a stage.</summary>
    public GroupTotal WithoutStage { get; init; }

    public GroupTotal X { get; init; }

    public GroupTotal Y { get; init; }

    public GroupTotal Z { get; init; }

    /// <summary>Were lost and bought again.</summary>
    public GroupTotal Returned { get; init; }

    /// <summary>Returns outweigh sales in the period.</summary>
    public GroupTotal NetReturns { get; init; }

    /// <summary>Counts by class (A, B, C) and regularity (none, X, Y, Z): twelve cells, class by class. Empty in runs of before.</summary>
    public IReadOnlyList<GroupTotal> Matrix { get; init; } = [];

    /// <summary>Rows that somebody set by hand.</summary>
    public int ByHand { get; init; }

    /// <summary>Nobody differs from anybody.</summary>
    public bool HasEqualValuesOnly { get; init; }

    /// <summary>Of a weighted measure: the total of each that takes part, in the order of <see cref="MeasureWeights.Measures"/>.</summary>
    public IReadOnlyList<long> ComponentTotalsE4 { get; init; } = [];

    /// <summary>What the author should know.</summary>
    public IReadOnlyList<ClassificationProblem> Warnings { get; init; } = [];
}
