using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

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
}

/// <summary>One counterparty in one run: what was measured and what the rules made of it.</summary>
public sealed class ClassificationRow
{
    public long RunId { get; set; }

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

    public ImportanceClass? Importance { get; set; }

    public RelationshipStage? Stage { get; set; }

    public RegularityClass? Regularity { get; set; }

    public ImportanceClass? PreviousImportance { get; set; }

    public RelationshipStage? PreviousStage { get; set; }

    public RegularityClass? PreviousRegularity { get; set; }

    /// <summary>Which way the stage was reached.</summary>
    public StageReason Reason { get; set; }

    public RowMarks Marks { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ClassificationRow>
    {
        public void Configure(EntityTypeBuilder<ClassificationRow> builder) =>
            builder.ToTable("classification_row").HasKey(r => new { r.RunId, r.CounterpartyId });
    }
}
