using System.Globalization;

namespace Crm.Plugin.Features.Classification;

/// <summary>Whom a run chooses besides manager and city. Several values of one field are separated by commas: one of them is enough; all fields must hold.</summary>
/// <param name="Name">Of the saved segment that it was taken from; null when it was typed. What it held then is stored with the run.</param>
/// <param name="Region">Regions of the main address, as the ERP writes them; null for all.</param>
/// <param name="Country">Countries of the main address, as the ERP writes them; null for all.</param>
/// <param name="Importance">Classes in the run in force: A, B, C, none; null for all.</param>
/// <param name="Stage">Stages in the run in force: potential, one-time, regular, lost, none; null for all.</param>
public sealed record SegmentFilter(string? Name, string? Region, string? Country, string? Importance, string? Stage)
{
    private const string None = "none";

    /// <summary>Chooses nobody in particular.</summary>
    public static SegmentFilter Everybody { get; } = new(null, null, null, null, null);

    public bool IsEverybody => this == Everybody;

    /// <summary>Looks at the classes of the run in force.</summary>
    public bool NeedsClasses => Importance is not null || Stage is not null;

    /// <summary>Words of <see cref="Importance"/> and <see cref="Stage"/> that there are not.</summary>
    public IReadOnlyList<string> UnknownWords =>
        [.. Values(Importance).Where(v => ImportanceOf(v) < 0), .. Values(Stage).Where(v => StageOf(v) < 0)];

    /// <summary>The values of a field; none of null.</summary>
    public static IReadOnlyList<string> Values(string? field) => field?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Whether a field admits a value, whatever its capital letters: the whole field is one, or one of its parts is.</summary>
    public static bool Admits(string? field, string? value) =>
        field is null || (value is not null && (field.Equals(value, StringComparison.OrdinalIgnoreCase) || Values(field).Contains(value.Trim(), StringComparer.OrdinalIgnoreCase)));

    /// <summary>Which classes of the run in force are chosen, by <see cref="PackedClasses"/>; null for all.</summary>
    internal bool[]? Classes()
    {
        if (!NeedsClasses)
        {
            return null;
        }

        var (importance, stages) = (ImportanceNumbers, StageNumbers);
        return [.. Enumerable.Range(0, PackedClasses.Values).Select(p => importance?.Contains(p & 3) != false && stages?.Contains((p >> 2) & 7) != false)];
    }

    /// <summary>Numbers of the chosen classes, 0 for none; null for all.</summary>
    internal IReadOnlyCollection<int>? ImportanceNumbers => Importance is null ? null : Values(Importance).Select(ImportanceOf).ToHashSet();

    /// <summary>Numbers of the chosen stages, 0 for none; null for all.</summary>
    internal IReadOnlyCollection<int>? StageNumbers => Stage is null ? null : Values(Stage).Select(StageOf).ToHashSet();

    private static int ImportanceOf(string word) => word.ToUpperInvariant() switch { "A" => 1, "B" => 2, "C" => 3, "NONE" => 0, _ => -1 };

    private static int StageOf(string word) => word.ToLower(CultureInfo.InvariantCulture) switch
    {
        "potential" => (int)RelationshipStage.Potential,
        "one-time" => (int)RelationshipStage.OneTime,
        "regular" => (int)RelationshipStage.Regular,
        "lost" => (int)RelationshipStage.Lost,
        None => 0,
        _ => -1,
    };
}
