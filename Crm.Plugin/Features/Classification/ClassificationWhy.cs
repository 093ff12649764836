namespace Crm.Plugin.Features.Classification;

/// <summary>One bucket of the series.</summary>
/// <param name="Start">First day of the period.</param>
/// <param name="ValueE4">The regularity measure in it; for intervals the number of purchases.</param>
public readonly record struct SeriesPoint(DateOnly Start, long ValueE4);

/// <summary>What one measure gives to a weighted one.</summary>
/// <param name="Measure">Which.</param>
/// <param name="Weight">As in the parameters.</param>
/// <param name="ValueE4">Of the member, as the mirror has it now.</param>
/// <param name="TotalE4">Of everybody in the run.</param>
public sealed record WeightedPart(Measure Measure, decimal Weight, long ValueE4, long TotalE4);

/// <summary>Who stands next to a row in the order of values.</summary>
/// <param name="Place">From 1.</param>
/// <param name="Name">As the ERP has it.</param>
/// <param name="ValueE4">The measure.</param>
/// <param name="Importance">Its class.</param>
public sealed record Neighbour(int Place, string Name, long ValueE4, ImportanceClass? Importance);

/// <summary>Why a counterparty has its class and stage in one run: every figure that the rules used.</summary>
public sealed record ClassificationWhy
{
    /// <summary>The document.</summary>
    public required ClassificationRun Run { get; init; }

    /// <summary>What was asked.</summary>
    public required ClassificationParameters Parameters { get; init; }

    /// <summary>Counts and sums of the whole run.</summary>
    public required ClassificationTotals Totals { get; init; }

    /// <summary>The row with its counterparty.</summary>
    public required RunRow Subject { get; init; }

    /// <summary>Next larger value; null for the first, or when the reader may not see it.</summary>
    public Neighbour? Above { get; init; }

    /// <summary>Next smaller value; null for the last, or when the reader may not see it.</summary>
    public Neighbour? Below { get; init; }

    /// <summary>The series, oldest first, computed from the mirror as it is now.</summary>
    public required IReadOnlyList<SeriesPoint> Series { get; init; }

    /// <summary>Of a weighted measure: what it is made of; empty else.</summary>
    public required IReadOnlyList<WeightedPart> Components { get; init; }

    /// <summary>The mirror no longer gives the stored figures: documents were added or changed since the run.</summary>
    public required bool HasMirrorChanged { get; init; }

    /// <summary>Part of the total, 0–1; null when the total is not positive.</summary>
    public decimal? ShareFraction => Part(Subject.Row.ValueE4);

    /// <summary>Part of the total accumulated with this row, 0–1; null when the total is not positive.</summary>
    public decimal? AccumulatedFraction => Part(Subject.Row.AccumulatedE4);

    /// <summary>Days from the last purchase to the day of the run; null without a purchase.</summary>
    public int? SilentDays => Subject.Row.LastOn is { } last ? Parameters.AsOf.DayNumber - last.DayNumber : null;

    /// <summary>Coefficient of variation in percent; null when there is none.</summary>
    public decimal? VariationPercent => Subject.Row.CvE3 / 1000m;

    /// <summary>Classes now.</summary>
    public Classes Now => new(Subject.Row.Importance, Subject.Row.Stage, Subject.Row.Regularity);

    /// <summary>Classes in the run that was in force when this one was made.</summary>
    public Classes Before => new(Subject.Row.PreviousImportance, Subject.Row.PreviousStage, Subject.Row.PreviousRegularity);

    /// <summary>Arrow of the importance class.</summary>
    public Movement ImportanceMovement => MovementRule.OfImportance(Before.Importance, Now.Importance, Parameters.Rules);

    /// <summary>Arrow of the stage.</summary>
    public Movement StageMovement => MovementRule.OfStage(Before, Now, Parameters.Rules);

    private decimal? Part(long valueE4) => Totals.Boundaries.TotalE4 > 0 ? (decimal)valueE4 / Totals.Boundaries.TotalE4 : null;
}
