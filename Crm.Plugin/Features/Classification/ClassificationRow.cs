namespace Crm.Plugin.Features.Classification;

/// <summary>What is remarkable about a row. Numbers are stored.</summary>
[Flags]
public enum RowMarks : short
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Was lost and bought again.</summary>
    Returned = 1,

    /// <summary>Returns outweigh sales in the period.</summary>
    NetReturn = 2,

    /// <summary>Not ranked: 1C-compatible, lost and without a class before.</summary>
    Unranked = 4,

    /// <summary>There was a relationship before the present one, whatever the stage is now.</summary>
    CameBack = 8,

    /// <summary>Set by hand; never packed with the computed row.</summary>
    ByHand = 16,
}

/// <summary>One counterparty (or supplier, manager, product) in one run: what was measured and what the rules made of it.</summary>
public sealed class ClassificationRow
{
    public long RunId { get; set; }

    /// <summary>Id of the counterparty; in runs over products of the product, over managers of the <see cref="ClassificationMember"/>.</summary>
    public long CounterpartyId { get; set; }

    /// <summary>Place by value, largest first, then by the ERP's key; from 1 without gaps.</summary>
    public int Place { get; set; }

    /// <summary>The measure in the period.</summary>
    public long ValueE4 { get; set; }

    /// <summary>Accumulated with this row (with all of equal value), in the direction of the cut.</summary>
    public long AccumulatedE4 { get; set; }

    /// <summary>Coefficient of variation in 1/1,000 percent; null when there is none.</summary>
    public int? CvE3 { get; set; }

    /// <summary>The number that was held against the one-time band: purchases since the last return (standard) or in the window (1C-compatible).</summary>
    public int Purchases { get; set; }

    /// <summary>Sale documents in the period.</summary>
    public int PurchasesInPeriod { get; set; }

    /// <summary>Sale documents up to the day of the run.</summary>
    public int PurchasesEver { get; set; }

    public DateOnly? FirstOn { get; set; }

    public DateOnly? LastOn { get; set; }

    /// <summary>Days without a purchase after which (not on which) the counterparty is lost; null without a purchase.</summary>
    public int? LossAfterDays { get; set; }

    /// <summary>What holds: set by hand, else computed.</summary>
    public ImportanceClass? Importance { get; set; }

    /// <inheritdoc cref="Importance"/>
    public RelationshipStage? Stage { get; set; }

    /// <inheritdoc cref="Importance"/>
    public RegularityClass? Regularity { get; set; }

    /// <summary>What the rules computed.</summary>
    public Classes Computed { get; set; }

    /// <summary>Who set the row by hand and why; null when nobody did.</summary>
    public ClassificationOverride? Override { get; set; }

    public ImportanceClass? PreviousImportance { get; set; }

    public RelationshipStage? PreviousStage { get; set; }

    public RegularityClass? PreviousRegularity { get; set; }

    /// <summary>Which way the stage was reached.</summary>
    public StageReason Reason { get; set; }

    public RowMarks Marks { get; set; }

    internal static ClassificationRow Of(long runId, in FillRow row, Classes effective, ClassificationOverride? set)
    {
        var previous = PackedClasses.Unpack(row.Previous);
        var hasBought = row.PurchasesEver > 0;
        return new()
        {
            RunId = runId,
            CounterpartyId = row.Id,
            Place = row.Place,
            ValueE4 = row.ValueE4,
            AccumulatedE4 = row.AccumulatedE4,
            CvE3 = row.Cv == FillRow.NoCv ? null : row.Cv,
            Purchases = row.Purchases,
            PurchasesInPeriod = row.PurchasesInPeriod,
            PurchasesEver = row.PurchasesEver,
            FirstOn = hasBought ? DateOnly.FromDayNumber(row.FirstDay) : null,
            LastOn = hasBought ? DateOnly.FromDayNumber(row.LastDay) : null,
            LossAfterDays = hasBought ? row.LossAfterDays : null,
            Importance = effective.Importance,
            Stage = effective.Stage,
            Regularity = effective.Regularity,
            Computed = row.Computed,
            Override = set,
            PreviousImportance = previous.Importance,
            PreviousStage = previous.Stage,
            PreviousRegularity = previous.Regularity,
            Reason = (StageReason)row.Reason,
            Marks = row.Marks,
        };
    }
}
