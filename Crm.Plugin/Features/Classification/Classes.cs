namespace Crm.Plugin.Features.Classification;

/// <summary>Pareto class of a counterparty by a measure of attractiveness. Numbers are stored.</summary>
public enum ImportanceClass : short
{
    /// <summary>High: together they bring the largest share.</summary>
    A = 1,

    /// <summary>Middle.</summary>
    B = 2,

    /// <summary>Low.</summary>
    C = 3,
}

/// <summary>Where the relationship with a counterparty stands. Numbers are stored.</summary>
public enum RelationshipStage : short
{
    /// <summary>Has never bought.</summary>
    Potential = 1,

    /// <summary>Has bought, but not often enough to be regular.</summary>
    OneTime = 2,

    /// <summary>Buys again and again; has a <see cref="RegularityClass"/>.</summary>
    Regular = 3,

    /// <summary>Has bought and no longer does.</summary>
    Lost = 4,
}

/// <summary>How evenly a regular customer buys. Numbers are stored.</summary>
public enum RegularityClass : short
{
    /// <summary>Stable.</summary>
    X = 1,

    /// <summary>Irregular.</summary>
    Y = 2,

    /// <summary>Episodic.</summary>
    Z = 3,
}

/// <summary>What a run ranks and what its regularity is measured by. Numbers are stored.</summary>
public enum Measure
{
    /// <summary>Value of the sales documents less returns.</summary>
    Revenue = 1,

    /// <summary>Revenue less recorded cost; documents without a cost add nothing.</summary>
    GrossProfit = 2,

    /// <summary>Number of distinct sale documents; returns do not count.</summary>
    Orders = 3,

    /// <summary>Units of goods in the lines, less what came back.</summary>
    Quantity = 4,

    /// <summary>Days between purchases; measures regularity only, there is nothing to rank.</summary>
    Intervals = 5,

    /// <summary>Several measures, each as a share of its own total, weighted. In points: all together have 1,000,000.</summary>
    Weighted = 6,
}

/// <summary>Who is classified. Numbers are stored.</summary>
public enum Population
{
    /// <summary>By sales orders.</summary>
    Customers = 1,

    /// <summary>By purchase orders.</summary>
    Suppliers = 2,

    /// <summary>Sellers by the sales orders that carry their sign-in name.</summary>
    Managers = 3,

    /// <summary>By lines of sales orders.</summary>
    Products = 4,
}

/// <summary>Which rules a run follows. Numbers are stored.</summary>
public enum RuleSet
{
    /// <summary>The known defects of the classical rules are repaired.</summary>
    Standard = 1,

    /// <summary>The classical behaviour including its defects, for comparison with documents kept elsewhere.</summary>
    OneCCompatible = 2,
}

/// <summary>From which end the sorted values are accumulated. Numbers are stored.</summary>
public enum ImportanceCut
{
    /// <summary>
    /// Smallest first: what is accumulated, the row included, is C up to C %, then B up to C % + B %, then A.
    /// A sole customer is A.
    /// </summary>
    Ascending = 1,

    /// <summary>Largest first, as textbooks do: the share reached, the row included, is A up to A %. A sole customer is C.</summary>
    Descending = 2,
}

/// <summary>Length of one bucket of the series that regularity is measured on. Numbers are stored.</summary>
public enum Periodicity
{
    /// <summary>A day.</summary>
    Day = 1,

    /// <summary>Monday to Sunday.</summary>
    Week = 2,

    /// <summary>Days 1–10, 11–20 and 21–end of a month.</summary>
    Decade = 3,

    /// <summary>A calendar month.</summary>
    Month = 4,

    /// <summary>A calendar quarter.</summary>
    Quarter = 5,

    /// <summary>January–June or July–December.</summary>
    HalfYear = 6,

    /// <summary>A calendar year.</summary>
    Year = 7,
}

/// <summary>Class, stage and regularity together; each may be missing.</summary>
public readonly record struct Classes(ImportanceClass? Importance, RelationshipStage? Stage, RegularityClass? Regularity)
{
    /// <summary>Before the first approved run.</summary>
    public static Classes None => default;
}
