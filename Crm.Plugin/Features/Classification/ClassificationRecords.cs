using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Classification;

/// <summary>Packed rows of a run; see <see cref="RunCodec"/>.</summary>
public sealed class ClassificationBlock
{
    public long RunId { get; set; }

    /// <summary>Id of the first row: the block that holds an id is the last that does not begin after it.</summary>
    public long FirstId { get; set; }

    public required byte[] Data { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ClassificationBlock>
    {
        public void Configure(EntityTypeBuilder<ClassificationBlock> builder) => builder.ToTable("classification_block").HasKey(b => new { b.RunId, b.FirstId });
    }
}

/// <summary>What somebody set by hand in a draft, beside what was computed. All three classes together.</summary>
public sealed class ClassificationOverride
{
    public long RunId { get; set; }

    /// <summary>Id of the row: of a counterparty, a product, or a <see cref="ClassificationMember"/>.</summary>
    public long MemberId { get; set; }

    public ImportanceClass? Importance { get; set; }

    public RelationshipStage? Stage { get; set; }

    public RegularityClass? Regularity { get; set; }

    /// <summary>Never empty.</summary>
    public required string Reason { get; set; }

    public required string AuthorLogin { get; set; }

    public DateTimeOffset At { get; set; }

    public Classes Classes => new(Importance, Stage, Regularity);

    internal sealed class Configuration : IEntityTypeConfiguration<ClassificationOverride>
    {
        public void Configure(EntityTypeBuilder<ClassificationOverride> builder)
        {
            builder.ToTable("classification_override").HasKey(o => new { o.RunId, o.MemberId });
            builder.Ignore(o => o.Classes);
        }
    }
}

/// <summary>A change of a customer's classes by an approved run: the history that dates are asked of.</summary>
public sealed class ClassChange
{
    public long CounterpartyId { get; set; }

    public long RunId { get; set; }

    public ImportanceClass? Importance { get; set; }

    public RelationshipStage? Stage { get; set; }

    public RegularityClass? Regularity { get; set; }

    public ImportanceClass? PreviousImportance { get; set; }

    public RelationshipStage? PreviousStage { get; set; }

    public RegularityClass? PreviousRegularity { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ClassChange>
    {
        public void Configure(EntityTypeBuilder<ClassChange> builder) => builder.ToTable("class_change").HasKey(c => new { c.CounterpartyId, c.RunId });
    }
}

/// <summary>Gives a number to a member that has none in the mirror: a manager, known by the sign-in name.</summary>
public sealed class ClassificationMember
{
    public long Id { get; set; }

    public Population Population { get; set; }

    public required string Key { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ClassificationMember>
    {
        public void Configure(EntityTypeBuilder<ClassificationMember> builder) => builder.ToTable("classification_member");
    }
}

/// <summary>Parameters saved by name.</summary>
public sealed class ClassificationPreset
{
    public long Id { get; set; }

    /// <summary>Unique.</summary>
    public required string Name { get; set; }

    /// <summary><see cref="ClassificationParameters"/> as JSON; the days in it are not used.</summary>
    public required string Parameters { get; set; }

    public required string AuthorLogin { get; set; }

    public DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ClassificationPreset>
    {
        public void Configure(EntityTypeBuilder<ClassificationPreset> builder) => builder.ToTable("classification_preset");
    }
}

/// <summary>A run that makes itself each month.</summary>
public sealed class ClassificationSchedule
{
    public long Id { get; set; }

    /// <summary>The preset whose parameters are taken; without it the standard ones.</summary>
    public long? PresetId { get; set; }

    /// <summary>1–28: the run is made from this day of the month on and speaks of the last day of the month before.</summary>
    public int DayOfMonth { get; set; }

    public bool IsApprovedAtOnce { get; set; }

    public bool IsOn { get; set; }

    /// <summary>First day of the month that was made last; compared before it is set, so each month is made once.</summary>
    public DateOnly? MadeFor { get; set; }

    /// <summary>What the last attempt said when it was refused; null else.</summary>
    public string? Problem { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ClassificationSchedule>
    {
        public void Configure(EntityTypeBuilder<ClassificationSchedule> builder) => builder.ToTable("classification_schedule");
    }
}

/// <summary>A named selection of counterparties that runs are made over.</summary>
public sealed class ClassificationSegment
{
    public long Id { get; set; }

    /// <summary>Unique.</summary>
    public required string Name { get; set; }

    public string? Manager { get; set; }

    public string? City { get; set; }

    public string? Region { get; set; }

    public string? Country { get; set; }

    /// <summary>See <see cref="SegmentFilter.Importance"/>.</summary>
    public string? Importance { get; set; }

    /// <summary>See <see cref="SegmentFilter.Stage"/>.</summary>
    public string? Stage { get; set; }

    public required string AuthorLogin { get; set; }

    public DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ClassificationSegment>
    {
        public void Configure(EntityTypeBuilder<ClassificationSegment> builder) => builder.ToTable("classification_segment");
    }
}
