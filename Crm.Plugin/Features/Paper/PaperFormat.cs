namespace Crm.Plugin.Features.Paper;

/// <summary>A sheet with places for addresses; all measures in millimetres from the upper left.</summary>
/// <param name="Code">Stable.</param>
/// <param name="Name">What people call it; the same in every language.</param>
/// <param name="Width">Of the sheet.</param>
/// <param name="Height">Of the sheet.</param>
/// <param name="Columns">Places side by side.</param>
/// <param name="Rows">Places below each other.</param>
/// <param name="Left">Of the first place.</param>
/// <param name="Top">Of the first place.</param>
/// <param name="PlaceWidth">Of one place.</param>
/// <param name="PlaceHeight">Of one place.</param>
/// <param name="StepX">From place to place.</param>
/// <param name="StepY">From place to place.</param>
public sealed record PaperFormat(
    string Code, string Name, double Width, double Height, int Columns, int Rows, double Left, double Top, double PlaceWidth, double PlaceHeight, double StepX, double StepY)
{
    /// <summary>Whether a sender stands in the upper left corner.</summary>
    public bool IsEnvelope => Columns * Rows == 1;

    /// <summary>
    /// Envelopes by ISO 269 with the receiver in the lower right half; label sheets by the makers' measures (Avery Zweckform 3474, 3475, L7160, L7163).
    /// </summary>
    public static IReadOnlyList<PaperFormat> All { get; } =
    [
        Envelope("C4", 324, 229),
        Envelope("C5", 229, 162),
        Envelope("DL", 220, 110),
        Envelope("E65", 220, 110),
        new("A4-3x8", "A4, 3 × 8 (70 × 37)", 210, 297, 3, 8, 0, 0.5, 70, 37, 70, 37),
        new("A4-3x7", "A4, 3 × 7 (63.5 × 38.1)", 210, 297, 3, 7, 7.2, 15.1, 63.5, 38.1, 66, 38.1),
        new("A4-2x7", "A4, 2 × 7 (99.1 × 38.1)", 210, 297, 2, 7, 4.7, 15.1, 99.1, 38.1, 101.6, 38.1),
        new("A4-2x8", "A4, 2 × 8 (105 × 37)", 210, 297, 2, 8, 0, 0.5, 105, 37, 105, 37),
    ];

    public static PaperFormat? Find(string code) => All.FirstOrDefault(f => f.Code == code);

    // The receiver's place keeps clear of the post's codes below (15 mm) and of the stamp above.
    private static PaperFormat Envelope(string code, double width, double height) => new(code, code, width, height, 1, 1, width / 2, height * 0.45, (width / 2) - 15, (height * 0.55) - 15, 0, 0);
}
