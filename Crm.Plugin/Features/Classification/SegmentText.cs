namespace Crm.Plugin.Features.Classification;

/// <summary>A segment in one line of the command line's words: "city=Київ, stage=lost".</summary>
internal static class SegmentText
{
    /// <summary>"" for everybody.</summary>
    public static string Of(ClassificationParameters parameters) => string.Join(", ", Parts(parameters).Where(p => p.Value is not null).Select(p => p.Name + "=" + p.Value));

    /// <summary>Every field with what it holds; null for all.</summary>
    public static IEnumerable<(string Name, string? Value)> Parts(ClassificationParameters parameters) =>
    [
        ("segment", parameters.Segment.Name), ("manager", parameters.Manager), ("city", parameters.City), ("region", parameters.Segment.Region),
        ("country", parameters.Segment.Country), ("class", parameters.Segment.Importance), ("stage", parameters.Segment.Stage),
    ];
}
