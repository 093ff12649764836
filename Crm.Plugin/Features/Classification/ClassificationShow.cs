using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Classification;

/// <summary>Figures and words of classification in the user's language.</summary>
internal static class ClassificationShow
{
    /// <summary>Who made a run, as people are told: the schedule's and the command line's runs are the system's.</summary>
    public static string Author(IStringLocalizer text, string login) => login == CurrentUser.System.Login ? text["the system"].Value : login;

    /// <summary>What a measure of a run is called: what is paid to suppliers is no revenue.</summary>
    public static string Measure(IStringLocalizer<Texts> text, ClassificationParameters parameters) => Measure(text, parameters.Population, parameters.Measure);

    /// <summary>The same for one of several measures.</summary>
    public static string Measure(IStringLocalizer<Texts> text, Population population, Measure measure) =>
        text[population == Population.Suppliers && measure == Classification.Measure.Revenue ? "amount of purchases" : ClassificationWords.Word(measure)].Value;

    /// <summary>What one row of a run is.</summary>
    public static string Member(IStringLocalizer<Texts> text, Population population) => text[population switch
    {
        Population.Suppliers => "Supplier",
        Population.Managers => "Manager",
        Population.Products => "Product",
        _ => "Counterparty",
    }].Value;

    /// <summary>A problem in words; English where a language has none.</summary>
    public static string Problem(IStringLocalizer<Texts> text, ClassificationProblem problem)
    {
        if (problem is { Code: "classification.unreadable", Figures: [var field, var typed] })
        {
            // The field by the name that it has on the screen.
            problem = ClassificationProblem.Of(problem.Code, "{0}: “{1}” cannot be read.", text[Label(field)].Value, typed);
        }

        var found = text[problem.Code, [.. problem.Figures]];
        return found.ResourceNotFound ? problem.English : found.Value;
    }

    private static string Label(string field) => field switch
    {
        "asOf" => "As of",
        "from" => "From (else 12 months)",
        "population" => "Who",
        "rules" => "Rules",
        "cut" => "Accumulated from",
        "measure" => "Measure",
        "regularityMeasure" => "Measure of regularity",
        "shares" => "A/B/C, %",
        "bands" => "X/Y up to, %",
        "periodicity" => "Period",
        "periods" => "Number of periods",
        "oneTime" => "One-time: purchases",
        "weights" => "Weights (for the weighted measure), such as revenue=60,orders=40",
        "lossAfterDays" => "Lost after days, at least",
        "lossFactor" => "… and own intervals",
        _ => field,
    };

    /// <summary>A measured value: an amount of money, or a plain number.</summary>
    public static string Value(long e4, Measure measure, string currency) => measure is Classification.Measure.Revenue or Classification.Measure.GrossProfit
        ? Show.Money(e4, currency)
        : measure == Classification.Measure.Weighted ? Storage.Amount.FromE4(e4).ToString("#,##0.0", CultureInfo.CurrentCulture)
        : Storage.Amount.FromE4(e4).ToString("#,##0.####", CultureInfo.CurrentCulture);

    /// <summary>A fraction as a percentage; a dash without one.</summary>
    public static string Part(decimal? fraction) => fraction is { } known ? Show.Percent((double)known) : "–";

    /// <summary>A coefficient of variation.</summary>
    public static string Variation(int? cvE3) => cvE3 is { } known ? (known / 1000m).ToString("#,##0.0", CultureInfo.CurrentCulture) + "\u00a0%" : "–";

    /// <summary>English text of a stage, the key of its translations.</summary>
    public static string Stage(RelationshipStage? stage) => stage switch
    {
        RelationshipStage.Potential => "Potential",
        RelationshipStage.OneTime => "One-time",
        RelationshipStage.Regular => "Regular",
        RelationshipStage.Lost => "Lost",
        _ => "–",
    };

    /// <summary>Colour of a stage.</summary>
    public static string Tone(RelationshipStage? stage) => stage switch
    {
        RelationshipStage.Potential => "cyan",
        RelationshipStage.OneTime => "yellow",
        RelationshipStage.Regular => "green",
        RelationshipStage.Lost => "red",
        _ => "secondary",
    };

    /// <summary>Whom a run chooses, in one line; "" for everybody.</summary>
    public static string Segment(IStringLocalizer<Texts> text, ClassificationParameters parameters) => parameters.Segment.Name is { } name
        ? text["segment “{0}”", name]
        : string.Join(", ", SegmentText.Parts(parameters).Where(p => p.Value is not null).Select(p => p.Name switch
        {
            "class" => p.Value == "none" ? text["no class"].Value : p.Value,
            "stage" => string.Join(", ", SegmentFilter.Values(p.Value).Select(v => text[v is "none" ? "–" : char.ToUpperInvariant(v[0]) + v[1..]].Value)),
            _ => p.Value,
        }));

    /// <summary>Filter and place as an address.</summary>
    public static string Address(long run, RowFilter filter, int? after = null)
    {
        var parts = new List<string>();
        void Add(string name, object? value)
        {
            if (value is not null)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{name}={value}"));
            }
        }

        Add("importance", filter.Importance);
        Add("stage", filter.Stage);
        Add("regularity", filter.Regularity);
        Add("classMoved", filter.ImportanceMovement);
        Add("stageMoved", filter.StageMovement);
        Add("mark", filter.Mark == RowMarks.None ? null : filter.Mark);
        Add("after", after);
        var path = string.Create(CultureInfo.InvariantCulture, $"/classification/{run}") + (after is null ? "" : "/rows");
        return parts.Count == 0 ? path : path + "?" + string.Join('&', parts);
    }
}
