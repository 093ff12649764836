using System.Globalization;
using Crm.Plugin.Storage;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Crm.Plugin.Features.Classification;

/// <summary>Parameters and totals as JSON: what a run stores and what the command prints.</summary>
internal static class ClassificationJson
{
    /// <summary>Parameters with the window that they mean; read again by <see cref="ReadParameters"/>.</summary>
    public static JObject Write(ClassificationParameters parameters)
    {
        var window = parameters.Window;
        var json = new JObject
        {
            ["asOf"] = Text(parameters.AsOf),
            ["from"] = Text(window.From),
            ["fromGiven"] = parameters.From is not null,
            ["rules"] = ClassificationWords.Word(parameters.Rules),
            ["measure"] = ClassificationWords.Word(parameters.Measure),
            ["regularityMeasure"] = ClassificationWords.Word(parameters.Regularity),
            ["shares"] = parameters.Shares.ToString(),
            ["cut"] = ClassificationWords.Word(parameters.Cut),
            ["periodicity"] = ClassificationWords.Word(parameters.Periodicity),
            ["periods"] = parameters.Periods,
            ["seriesFrom"] = Text(window.SeriesFrom),
            ["seriesTo"] = Text(window.SeriesTo),
            ["seriesPeriods"] = window.Divisor,
            ["oneTime"] = parameters.OneTime.ToString(),
            ["bands"] = parameters.Bands.ToString(),
            ["lossAfterDays"] = parameters.Loss.AfterDays,
            ["lossFactor"] = parameters.Loss.Factor.ToString(CultureInfo.InvariantCulture),
            ["currency"] = parameters.Currency,
        };
        void Unless(bool isUsual, string name, string? value)
        {
            if (!isUsual)
            {
                json[name] = value;
            }
        }

        Unless(parameters.Population == Population.Customers, "population", ClassificationWords.Word(parameters.Population));
        Unless(parameters.Measure != Measure.Weighted, "weights", parameters.Weights.ToString());
        Unless(parameters.Manager is null, "manager", parameters.Manager);
        Unless(parameters.City is null, "city", parameters.City);
        var segment = parameters.Segment;
        Unless(segment.Region is null, "region", segment.Region);
        Unless(segment.Country is null, "country", segment.Country);
        Unless(segment.Importance is null, "class", segment.Importance);
        Unless(segment.Stage is null, "stage", segment.Stage);
        Unless(segment.Name is null, "segment", segment.Name);
        return json;
    }

    /// <exception cref="InvalidDataException">The text was not written by <see cref="Write(ClassificationParameters)"/>.</exception>
    public static ClassificationParameters ReadParameters(string text)
    {
        var json = Parse(text);
        string Field(string name) => json.Value<string>(name) ?? throw new InvalidDataException($"The stored parameters lack {name}.");
        T Word<T>(string name) where T : struct, Enum =>
            ClassificationWords.TryRead<T>(Field(name), out var value) ? value : throw new InvalidDataException($"The stored parameters have an unknown {name}.");
        if (!ImportanceShares.TryParse(Field("shares"), out var shares) || !RegularityBands.TryParse(Field("bands"), out var bands))
        {
            throw new InvalidDataException("The stored parameters have unreadable shares or bands.");
        }

        var oneTime = Field("oneTime").Split('-');
        return new()
        {
            AsOf = Day(Field("asOf")),
            From = json.Value<bool>("fromGiven") ? Day(Field("from")) : null,
            Rules = Word<RuleSet>("rules"),
            Measure = Word<Measure>("measure"),
            RegularityMeasure = Word<Measure>("regularityMeasure"),
            Shares = shares,
            Cut = Word<ImportanceCut>("cut"),
            Periodicity = Word<Periodicity>("periodicity"),
            Periods = json.Value<int>("periods"),
            OneTime = new(int.Parse(oneTime[0], CultureInfo.InvariantCulture), int.Parse(oneTime[1], CultureInfo.InvariantCulture)),
            Bands = bands,
            Loss = new(json.Value<int>("lossAfterDays"), decimal.Parse(Field("lossFactor"), CultureInfo.InvariantCulture)),
            Currency = json.Value<string>("currency"),
            Population = json.ContainsKey("population") ? Word<Population>("population") : Population.Customers,
            Weights = MeasureWeights.TryParse(json.Value<string>("weights"), out var weights) ? weights : MeasureWeights.Default,
            Manager = json.Value<string>("manager"),
            City = json.Value<string>("city"),
            Segment = new(json.Value<string>("segment"), json.Value<string>("region"), json.Value<string>("country"), json.Value<string>("class"), json.Value<string>("stage")),
        };
    }

    /// <summary>Totals as a run stores them.</summary>
    public static string Write(ClassificationTotals totals) => JsonConvert.SerializeObject(totals, Formatting.None);

    /// <summary>Reads what <see cref="Write(ClassificationTotals)"/> wrote.</summary>
    public static ClassificationTotals ReadTotals(string text) =>
        JsonConvert.DeserializeObject<ClassificationTotals>(text) ?? throw new InvalidDataException("The stored totals are empty.");

    /// <summary>Reads the reasons of a failed run; none of null.</summary>
    public static IReadOnlyList<ClassificationProblem> ReadProblems(string? text) =>
        text is null ? [] : JsonConvert.DeserializeObject<List<ClassificationProblem>>(text) ?? [];

    /// <summary>What <c>crm classify --json</c> prints.</summary>
    public static JObject Answer(long run, ClassificationTotals totals, ClassificationParameters parameters) => new()
    {
        ["run"] = run,
        ["counterparties"] = totals.Counterparties,
        ["revenue"] = Exact(totals.RevenueE4),
        ["importance"] = new JObject { ["A"] = totals.A.Count, ["B"] = totals.B.Count, ["C"] = totals.C.Count, ["none"] = totals.WithoutImportance.Count },
        ["stage"] = new JObject
        {
            ["Potential"] = totals.Potential.Count,
            ["OneTime"] = totals.OneTime.Count,
            ["Regular"] = totals.Regular.Count,
            ["Lost"] = totals.Lost.Count,
        },
        ["regularity"] = new JObject { ["X"] = totals.X.Count, ["Y"] = totals.Y.Count, ["Z"] = totals.Z.Count },
        ["parameters"] = Write(parameters),
    };

    /// <summary>Exact decimal without trailing zeros, decimal point.</summary>
    public static string Exact(long e4) => Amount.FromE4(e4).ToString("0.####", CultureInfo.InvariantCulture);

    private static JObject Parse(string text)
    {
        using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None };
        return JObject.Load(reader);
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
