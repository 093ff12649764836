using Crm.Plugin.Features.Classification;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Care;

/// <summary>Rules of care in the user's words.</summary>
internal static class CareWords
{
    /// <summary>English texts of fields of the form, the keys of their translations.</summary>
    public static IReadOnlyDictionary<string, string> Fields { get; } = new Dictionary<string, string>
    {
        ["importance1"] = "Class A", ["importance2"] = "Class B", ["importance3"] = "Class C",
        ["stage1"] = "Stage: potential", ["stage2"] = "Stage: one-time", ["stage3"] = "Stage: regular", ["stage4"] = "Stage: lost",
        ["regularity1"] = "Regularity X: stable", ["regularity2"] = "Regularity Y: irregular", ["regularity3"] = "Regularity Z: episodic",
    };

    /// <summary>Whom a rule speaks of.</summary>
    public static string Of(IStringLocalizer<Texts> text, CareRule rule, IReadOnlyList<ClassificationSegment> segments) =>
        rule.SegmentId is not { } id ? text[Fields[rule.Field]] : segments.FirstOrDefault(s => s.Id == id) is { } segment ? text["Segment: {0}", segment.Name] : text["a removed segment"];
}
