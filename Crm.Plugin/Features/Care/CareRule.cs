using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Care;

/// <summary>How often customers of a class, a stage, a regularity or a segment are to be contacted. Of several that hold, the strictest counts.</summary>
public sealed class CareRule
{
    public long Id { get; set; }

    /// <summary>1 = A; null when the rule is for something else.</summary>
    public short? Importance { get; set; }

    /// <summary>See <see cref="Classification.RelationshipStage"/>; null when the rule is for something else.</summary>
    public short? Stage { get; set; }

    /// <summary>See <see cref="Classification.RegularityClass"/>; null when the rule is for something else.</summary>
    public short? Regularity { get; set; }

    /// <summary>A saved segment; once that is removed, the rule holds for nobody. Null when the rule is for something else.</summary>
    public long? SegmentId { get; set; }

    /// <summary>At least every so many days, 1–3650.</summary>
    public int EveryDays { get; set; }

    /// <summary>The field of the form that it is typed into.</summary>
    public string Field => Importance is { } importance ? FormattableString.Invariant($"importance{importance}")
        : Stage is { } stage ? FormattableString.Invariant($"stage{stage}")
        : Regularity is { } regularity ? FormattableString.Invariant($"regularity{regularity}")
        : FormattableString.Invariant($"segment{SegmentId}");

    /// <summary>The order in which rules are asked: the strictest first; of equal ones class, stage, regularity, segment. The first that holds counts.</summary>
    public static IReadOnlyList<CareRule> Order(IEnumerable<CareRule> rules) =>
        [.. rules.OrderBy(r => r.EveryDays).ThenBy(r => r.Importance is not null ? 0 : r.Stage is not null ? 1 : r.Regularity is not null ? 2 : 3).ThenBy(r => r.Importance ?? r.Stage ?? r.Regularity ?? r.SegmentId)];

    internal sealed class Configuration : IEntityTypeConfiguration<CareRule>
    {
        public void Configure(EntityTypeBuilder<CareRule> builder)
        {
            builder.ToTable("care_rule");
            builder.Ignore(r => r.Field);
        }
    }
}
