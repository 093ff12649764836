namespace Crm.Plugin.Features.Classification;

/// <summary>The words of the command line, of JSON and of the stored parameters.</summary>
public static class ClassificationWords
{
    private static readonly Dictionary<RuleSet, string> RuleSets = new() { [RuleSet.Standard] = "standard", [RuleSet.OneCCompatible] = "1c-compatible" };

    private static readonly Dictionary<Measure, string> Measures = new()
    {
        [Measure.Revenue] = "revenue",
        [Measure.GrossProfit] = "gross-profit",
        [Measure.Orders] = "orders",
        [Measure.Quantity] = "quantity",
        [Measure.Intervals] = "intervals",
        [Measure.Weighted] = "weighted",
    };

    private static readonly Dictionary<Population, string> Populations = new()
    {
        [Population.Customers] = "customers",
        [Population.Suppliers] = "suppliers",
        [Population.Managers] = "managers",
        [Population.Products] = "products",
    };

    private static readonly Dictionary<ImportanceCut, string> Cuts = new() { [ImportanceCut.Ascending] = "ascending", [ImportanceCut.Descending] = "descending" };

    private static readonly Dictionary<Periodicity, string> Periodicities = new()
    {
        [Periodicity.Day] = "day",
        [Periodicity.Week] = "week",
        [Periodicity.Decade] = "decade",
        [Periodicity.Month] = "month",
        [Periodicity.Quarter] = "quarter",
        [Periodicity.HalfYear] = "half-year",
        [Periodicity.Year] = "year",
    };

    /// <summary>All words of a kind, in the order of their numbers.</summary>
    public static IReadOnlyList<string> All<T>() where T : struct, Enum => [.. Of<T>().Values];

    /// <summary>"gross-profit" and the like.</summary>
    public static string Word<T>(T value) where T : struct, Enum => Of<T>()[value];

    /// <summary>Reads a word of <see cref="All{T}"/>, letter by letter.</summary>
    public static bool TryRead<T>(string? word, out T value) where T : struct, Enum
    {
        foreach (var (key, text) in Of<T>())
        {
            if (text == word)
            {
                value = key;
                return true;
            }
        }

        value = default;
        return false;
    }

    private static Dictionary<T, string> Of<T>() where T : struct, Enum => (Dictionary<T, string>)(object)(default(T) switch
    {
        RuleSet => RuleSets,
        Measure => Measures,
        ImportanceCut => Cuts,
        Periodicity => Periodicities,
        Population => Populations,
        _ => throw new ArgumentException($"{typeof(T).Name} has no words.", nameof(T)),
    });
}
