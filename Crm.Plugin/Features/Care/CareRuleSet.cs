using System.Globalization;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace Crm.Plugin.Features.Care;

/// <summary>All rules of care in the order in which they are asked, and what their segments mean at present.</summary>
internal sealed class CareRuleSet
{
    /// <summary>Three classes, four stages, three regularities and the segments.</summary>
    public const int Most = 10 + MostSegments;

    public const int MostSegments = 20;

    private readonly IReadOnlyDictionary<long, SegmentCondition> segments;

    private CareRuleSet(IReadOnlyList<CareRule> rules, IReadOnlyDictionary<long, SegmentCondition> segments) => (Rules, this.segments) = (rules, segments);

    /// <summary>The strictest first: the first that holds counts.</summary>
    public IReadOnlyList<CareRule> Rules { get; }

    /// <summary>What <see cref="Condition"/> names.</summary>
    public IEnumerable<(string Name, object? Value)> Parameters => segments.Values.SelectMany(s => s.Parameters);

    /// <summary>Holds for every counterparty that a rule may speak of; spares the others the asking.</summary>
    public string Candidates => Rules.Any(r => r.SegmentId is not null) ? "1 = 1" : "(c.importance IS NOT NULL OR c.stage IS NOT NULL OR c.regularity IS NOT NULL)";

    public static async Task<CareRuleSet> ReadAsync(CrmDbContext database, IMemoryCache memory, CancellationToken cancellation)
    {
        var rules = await database.Set<CareRule>().OrderBy(r => r.Id).Take(Most).ToListAsync(cancellation);
        return new(CareRule.Order(rules), await SegmentConditions.FindAsync(database, memory, [.. rules.Select(r => r.SegmentId).OfType<long>()], cancellation));
    }

    /// <summary>Whether a rule holds for a counterparty <c>c</c>.</summary>
    public string Condition(CareRule rule) => rule switch
    {
        { Importance: { } importance } => string.Create(CultureInfo.InvariantCulture, $"c.importance = {importance}"),
        { Stage: { } stage } => string.Create(CultureInfo.InvariantCulture, $"c.stage = {stage}"),
        { Regularity: { } regularity } => string.Create(CultureInfo.InvariantCulture, $"c.regularity = {regularity}"),
        _ => $"({segments.GetValueOrDefault(rule.SegmentId ?? 0, SegmentCondition.Nobody).Sql})",
    };

    /// <summary>The rules of a set of bits, as <see cref="OverdueCareSql.Watched"/> gives it.</summary>
    public IReadOnlyList<CareRule> Of(long held) => [.. Rules.Where((_, i) => (held >> i & 1) == 1)];
}
