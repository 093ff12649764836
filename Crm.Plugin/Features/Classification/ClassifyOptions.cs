using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Crm.Plugin.Features.Classification;

/// <summary>Options of <c>crm classify</c>; what cannot be read is wrong usage (exit code 2).</summary>
internal sealed class ClassifyOptions
{
    private readonly Option<DateOnly?> asOf = Day("--as-of", "Day of the run, yyyy-MM-dd. Default: today.");
    private readonly Option<DateOnly?> from = Day("--from", "First day that counts, yyyy-MM-dd. Default: the last 12 whole months and the days since.");
    private readonly Option<string> rules = Word<RuleSet>("--rules", "Which rules; 1c-compatible keeps the defects of the classical ones.");
    private readonly Option<string> measure = Word<Measure>("--measure", "What importance and regularity are measured by.");
    private readonly Option<string> regularityMeasure = Word<Measure>("--regularity-measure", "What regularity is measured by. Default: as --measure.");
    private readonly Option<string> cut = Word<ImportanceCut>("--cut", "From which end values are accumulated; descending is the textbook way.");
    private readonly Option<string> periodicity = Word<Periodicity>("--periodicity", "Length of one period of the series.");
    private readonly Option<int> periods = new("--periods") { Description = "Number of periods of the series. Default: 12.", DefaultValueFactory = _ => 12 };
    private readonly Option<string> population = Word<Population>("--population", "Who is classified. Default: customers.");
    private readonly Option<string?> manager = new("--manager") { Description = "Only counterparties of this user of the ERP (sign-in name)." };
    private readonly Option<string?> city = new("--city") { Description = "Only counterparties of this city." };
    private readonly Option<string?> region = new("--region") { Description = "Only counterparties of this region of the main address." };
    private readonly Option<string?> country = new("--country") { Description = "Only counterparties of this country of the main address, as the ERP writes it." };
    private readonly Option<string?> importance = new("--class") { Description = "Only counterparties of this class in the run in force: A, B, C or none." };
    private readonly Option<string?> stage = new("--stage") { Description = "Only counterparties of this stage in the run in force: potential, one-time, regular, lost or none." };
    private readonly Option<string?> segment = new("--segment") { Description = "Only counterparties of this saved segment; what is given beside it goes before it." };
    private readonly Option<MeasureWeights?> weights = new("--weights")
    {
        Description = "Weights for --measure weighted, such as revenue=60,orders=40.",
        CustomParser = r => MeasureWeights.TryParse(Token(r), out var read) ? read : Wrong<MeasureWeights?>(r, "weights such as revenue=60,orders=40"),
    };

    private readonly Option<string?> currency = new("--currency") { Description = "Counts amounts in this currency only (ISO 4217)." };
    private readonly Option<ImportanceShares?> shares = new("--shares")
    {
        Description = "Percent of A/B/C. Default: 80/15/5, with 1c-compatible rules 70/20/10.",
        CustomParser = r => ImportanceShares.TryParse(Token(r), out var read) ? read : Wrong<ImportanceShares?>(r, "three percentages such as 80/15/5"),
    };

    private readonly Option<RegularityBands?> bands = new("--bands")
    {
        Description = "Ends of X and Y in percent (25/60), or three bands (0-20/20-50/50-). Default: 25/60.",
        CustomParser = r => RegularityBands.TryParse(Token(r), out var read) ? read : Wrong<RegularityBands?>(r, "bands such as 25/60"),
    };

    private readonly Option<OneTimeBand?> oneTime = new("--one-time")
    {
        Description = "Purchases of a one-time customer. Default: 1-2.",
        CustomParser = r => Token(r).Split('-') is [var first, var last]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var low) && int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var high)
            ? new OneTimeBand(low, high) : Wrong<OneTimeBand?>(r, "a band such as 1-2"),
    };

    private readonly Option<int> lossAfterDays = new("--loss-after-days") { Description = "Days without a purchase before a customer can be lost. Default: 180.", DefaultValueFactory = _ => LossRule.Default.AfterDays };
    private readonly Option<decimal> lossFactor = new("--loss-factor")
    {
        Description = "Own mean intervals without a purchase before a customer can be lost. Default: 3.",
        DefaultValueFactory = _ => LossRule.Default.Factor,
        CustomParser = r => decimal.TryParse(Token(r), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var read) ? read : Wrong<decimal>(r, "a number such as 3"),
    };

    public ClassifyOptions(Command command)
    {
        Option[] all = [asOf, from, rules, measure, regularityMeasure, shares, cut, periodicity, periods, oneTime, bands, lossAfterDays, lossFactor, currency, population, weights, segment, manager, city, region, country, importance, stage, Rows, Json];
        foreach (var option in all)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whom the options choose.</summary>
    public ClassificationParameters Chosen(ParseResult result, ClassificationParameters parameters) => parameters with
    {
        Manager = result.GetValue(manager),
        City = result.GetValue(city),
        Segment = new(result.GetValue(segment), result.GetValue(region), result.GetValue(country), result.GetValue(importance), result.GetValue(stage)),
    };

    /// <summary>Where the rows go.</summary>
    public Option<FileInfo?> Rows { get; } = new("--rows") { Description = "Writes every row to this CSV file: " + ClassificationCsv.Header + "." };

    /// <summary>Whether JSON is printed.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Prints JSON." };

    public ClassificationParameters Read(ParseResult result, DateOnly today)
    {
        var ruleSet = Chosen(result, rules, RuleSet.Standard);
        var defaults = ClassificationParameters.For(ruleSet, result.GetValue(asOf) ?? today);
        return Chosen(result, defaults) with
        {
            From = result.GetValue(from),
            Measure = Chosen(result, measure, Measure.Revenue),
            RegularityMeasure = result.GetValue(regularityMeasure) is null ? null : Chosen(result, regularityMeasure, Measure.Revenue),
            Shares = result.GetValue(shares) ?? defaults.Shares,
            Cut = Chosen(result, cut, ImportanceCut.Ascending),
            Periodicity = Chosen(result, periodicity, Periodicity.Month),
            Periods = result.GetValue(periods),
            OneTime = result.GetValue(oneTime) ?? defaults.OneTime,
            Bands = result.GetValue(bands) ?? defaults.Bands,
            Loss = new(result.GetValue(lossAfterDays), result.GetValue(lossFactor)),
            Currency = result.GetValue(currency),
            Population = Chosen(result, population, Population.Customers),
            Weights = result.GetValue(weights) ?? defaults.Weights,
        };
    }

    private static T Chosen<T>(ParseResult result, Option<string> option, T otherwise) where T : struct, Enum =>
        ClassificationWords.TryRead<T>(result.GetValue(option), out var value) ? value : otherwise;

    private static Option<DateOnly?> Day(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = r => DateOnly.TryParseExact(Token(r), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : Wrong<DateOnly?>(r, "a day such as 2026-11-30"),
    };

    private static Option<string> Word<T>(string name, string description) where T : struct, Enum
    {
        var option = new Option<string>(name) { Description = description };
        option.AcceptOnlyFromAmong([.. ClassificationWords.All<T>()]);
        return option;
    }

    private static string Token(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    private static T Wrong<T>(ArgumentResult result, string expected)
    {
        result.AddError($"'{Token(result)}' is not {expected}.");
        return default!;
    }
}
