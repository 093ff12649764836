using System.Globalization;

namespace Crm.Plugin.Features.Classification;

/// <summary>The form of a new run: what was typed, so that a refused form comes back as it was sent.</summary>
public sealed record ClassificationForm
{
    public string AsOf { get; init; } = "";

    public string From { get; init; } = "";

    public string Rules { get; init; } = "";

    public string Measure { get; init; } = "";

    public string RegularityMeasure { get; init; } = "";

    public string Shares { get; init; } = "";

    public string Cut { get; init; } = "";

    public string Periodicity { get; init; } = "";

    public string Periods { get; init; } = "";

    public string OneTime { get; init; } = "";

    public string Bands { get; init; } = "";

    public string LossAfterDays { get; init; } = "";

    public string LossFactor { get; init; } = "";

    public string Currency { get; init; } = "";

    public string Population { get; init; } = "";

    public string Weights { get; init; } = "";

    public string Manager { get; init; } = "";

    public string City { get; init; } = "";

    public string Segment { get; init; } = "";

    public string Region { get; init; } = "";

    public string Country { get; init; } = "";

    public string Importance { get; init; } = "";

    public string Stage { get; init; } = "";

    /// <summary>The form that a preset or an earlier run fills in.</summary>
    public static ClassificationForm Of(ClassificationParameters parameters) => new()
    {
        AsOf = parameters.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        From = parameters.From?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
        Rules = ClassificationWords.Word(parameters.Rules),
        Measure = ClassificationWords.Word(parameters.Measure),
        RegularityMeasure = parameters.RegularityMeasure is { } measure ? ClassificationWords.Word(measure) : "",
        Shares = parameters.Shares.ToString(),
        Cut = ClassificationWords.Word(parameters.Cut),
        Periodicity = ClassificationWords.Word(parameters.Periodicity),
        Periods = parameters.Periods.ToString(CultureInfo.InvariantCulture),
        OneTime = parameters.OneTime.ToString(),
        Bands = parameters.Bands.ToString(),
        LossAfterDays = parameters.Loss.AfterDays.ToString(CultureInfo.InvariantCulture),
        LossFactor = parameters.Loss.Factor.ToString(CultureInfo.InvariantCulture),
        Currency = parameters.Currency ?? "",
        Population = ClassificationWords.Word(parameters.Population),
        Weights = parameters.Measure == Classification.Measure.Weighted ? parameters.Weights.ToString() : "",
        Manager = parameters.Manager ?? "",
        City = parameters.City ?? "",
        Segment = parameters.Segment.Name ?? "",
        Region = parameters.Segment.Region ?? "",
        Country = parameters.Segment.Country ?? "",
        Importance = parameters.Segment.Importance ?? "",
        Stage = parameters.Segment.Stage ?? "",
    };

    /// <summary>What was sent.</summary>
    public static ClassificationForm Of(IFormCollection form)
    {
        string Field(string name) => form[name].ToString().Trim();
        return new()
        {
            AsOf = Field("asOf"),
            From = Field("from"),
            Rules = Field("rules"),
            Measure = Field("measure"),
            RegularityMeasure = Field("regularityMeasure"),
            Shares = Field("shares"),
            Cut = Field("cut"),
            Periodicity = Field("periodicity"),
            Periods = Field("periods"),
            OneTime = Field("oneTime"),
            Bands = Field("bands"),
            LossAfterDays = Field("lossAfterDays"),
            LossFactor = Field("lossFactor"),
            Currency = Field("currency").ToUpperInvariant(),
            Population = Field("population"),
            Weights = Field("weights"),
            Manager = Field("manager"),
            City = Field("city"),
            Segment = Field("segment"),
            Region = Field("region"),
            Country = Field("country"),
            Importance = Field("class"),
            Stage = Field("stage"),
        };
    }

    /// <summary>Reads the fields.</summary>
    /// <exception cref="ClassificationRefusedException">Fields that cannot be read, each by its name.</exception>
    public ClassificationParameters Read()
    {
        var problems = new List<ClassificationProblem>();
        T Wrong<T>(string name, string text)
        {
            problems.Add(ClassificationProblem.Of("classification.unreadable", "{0}: “{1}” cannot be read.", name, text));
            return default!;
        }

        DateOnly Day(string name, string text) =>
            DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : Wrong<DateOnly>(name, text);
        T Word<T>(string name, string text) where T : struct, Enum => ClassificationWords.TryRead<T>(text, out var value) ? value : Wrong<T>(name, text);
        int Whole(string name, string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : Wrong<int>(name, text);
        var oneTime = OneTime.Split('-');
        var result = new ClassificationParameters
        {
            AsOf = Day("asOf", AsOf),
            From = From.Length == 0 ? null : Day("from", From),
            Rules = Word<RuleSet>("rules", Rules),
            Measure = Word<Measure>("measure", Measure),
            RegularityMeasure = RegularityMeasure.Length == 0 ? null : Word<Measure>("regularityMeasure", RegularityMeasure),
            Shares = ImportanceShares.TryParse(Shares, out var shares) ? shares : Wrong<ImportanceShares>("shares", Shares),
            Cut = Word<ImportanceCut>("cut", Cut),
            Periodicity = Word<Periodicity>("periodicity", Periodicity),
            Periods = Whole("periods", Periods),
            OneTime = oneTime.Length == 2 ? new(Whole("oneTime", oneTime[0].Trim()), Whole("oneTime", oneTime[1].Trim())) : Wrong<OneTimeBand>("oneTime", OneTime),
            Bands = RegularityBands.TryParse(Bands, out var bands) ? bands : Wrong<RegularityBands>("bands", Bands),
            Loss = new(Whole("lossAfterDays", LossAfterDays), decimal.TryParse(LossFactor, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) ? factor : Wrong<decimal>("lossFactor", LossFactor)),
            Currency = Currency.Length == 0 ? null : Currency,
            Population = Population.Length == 0 ? Classification.Population.Customers : Word<Population>("population", Population),
            Weights = Weights.Length == 0 ? MeasureWeights.Default : MeasureWeights.TryParse(Weights, out var weights) ? weights : Wrong<MeasureWeights>("weights", Weights),
            Manager = Typed(Manager),
            City = Typed(City),
            Segment = new(Typed(Segment), Typed(Region), Typed(Country), Typed(Importance), Typed(Stage)),
        };
        return problems.Count == 0 ? result : throw new ClassificationRefusedException(problems);
    }

    private static string? Typed(string text) => text.Length == 0 ? null : text;
}
