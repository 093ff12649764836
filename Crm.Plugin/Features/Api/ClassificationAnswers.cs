using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Crm.Plugin.Features.Classification;

namespace Crm.Plugin.Features.Api;

/// <summary>A classification document.</summary>
/// <param name="Number">Number of the document.</param>
/// <param name="AsOf">The day it speaks of.</param>
/// <param name="State">filling, draft, approved, superseded or failed.</param>
/// <param name="Author">Sign-in name.</param>
/// <param name="CreatedAt">When it was begun.</param>
/// <param name="Approver">Sign-in name; null before.</param>
/// <param name="ApprovedAt">Null before.</param>
/// <param name="Result">Counts, revenue and parameters as 'crm classify --json' prints them; null while filling, and for users who may not see everything.</param>
internal sealed record RunAnswer(
    long Number,
    DateOnly AsOf,
    [property: JsonConverter(typeof(Word<RunState>))] RunState State,
    string Author,
    DateTimeOffset CreatedAt,
    string? Approver,
    DateTimeOffset? ApprovedAt,
    JsonNode? Result)
{
    public static RunAnswer Of(ClassificationRun run, bool withResult) => new(
        run.Id, run.AsOf, run.State, run.AuthorLogin, run.CreatedAt, run.ApproverLogin, run.ApprovedAt,
        withResult && run.Totals is { } totals
            ? JsonNode.Parse(ClassificationJson.Answer(run.Id, ClassificationJson.ReadTotals(totals), ClassificationJson.ReadParameters(run.Parameters)).ToString(Newtonsoft.Json.Formatting.None))
            : null);
}

/// <summary>What a run made of one counterparty.</summary>
/// <param name="Run">Number of the document.</param>
/// <param name="AsOf">Its day.</param>
/// <param name="Counterparty">The plugin's number of it.</param>
/// <param name="Place">By value, largest first.</param>
/// <param name="Value">The measure in the period.</param>
/// <param name="Importance">A, B or C; null without.</param>
/// <param name="Stage">potential, oneTime, regular or lost; null without.</param>
/// <param name="Regularity">X, Y or Z; only of regular customers.</param>
/// <param name="PreviousImportance">Of the run in force before.</param>
/// <param name="PreviousStage">Of the run in force before.</param>
/// <param name="PreviousRegularity">Of the run in force before.</param>
/// <param name="Purchases">Sale documents in the period.</param>
/// <param name="FirstOn">First sale ever.</param>
/// <param name="LastOn">Last sale.</param>
/// <param name="Variation">Coefficient of variation in percent; null where there is none.</param>
internal sealed record ClassAnswer(
    long Run, DateOnly AsOf, long Counterparty, int Place, string Value, string? Importance, string? Stage, string? Regularity,
    string? PreviousImportance, string? PreviousStage, string? PreviousRegularity, int Purchases, DateOnly? FirstOn, DateOnly? LastOn, string? Variation)
{
    public static ClassAnswer Of(ClassificationRun run, ClassificationRow row) => new(
        run.Id, run.AsOf, row.CounterpartyId, row.Place, ApiJson.Amount(row.ValueE4), row.Importance?.ToString(), CounterpartyAnswer.StageWord((short?)row.Stage), row.Regularity?.ToString(),
        row.PreviousImportance?.ToString(), CounterpartyAnswer.StageWord((short?)row.PreviousStage), row.PreviousRegularity?.ToString(), row.PurchasesInPeriod, row.FirstOn, row.LastOn,
        row.CvE3 is { } cv ? (cv / 1000m).ToString("0.###", System.Globalization.CultureInfo.InvariantCulture) : null);
}

/// <summary>A class with the counterparty it was given to.</summary>
/// <param name="Class">What the run made of it.</param>
/// <param name="Key">The ERP's identifier of the counterparty.</param>
/// <param name="Name">Its name.</param>
internal sealed record ClassifiedAnswer(ClassAnswer Class, string Key, string Name);
