namespace Crm.Plugin.Features.Counterparties;

/// <summary>Stored numbers of classes and stages as letters and texts.</summary>
internal static class ClassNames
{
    public static string? Importance(short? stored) => stored switch { 1 => "A", 2 => "B", 3 => "C", _ => null };

    /// <summary>English text, the key of its translations.</summary>
    public static string? Stage(short? stored) => stored switch { 1 => "Potential", 2 => "One-time", 3 => "Regular", 4 => "Lost", _ => null };

    public static string? Regularity(short? stored) => stored switch { 1 => "X", 2 => "Y", 3 => "Z", _ => null };

    /// <summary>Colour of a stage.</summary>
    public static string StageTone(short? stored) => stored switch { 1 => "cyan", 2 => "yellow", 3 => "green", 4 => "red", _ => "secondary" };
}
