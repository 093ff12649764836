using System.Buffers.Binary;

namespace Crm.Plugin.Export;

/// <summary>What a PDF needs of a TrueType file: which glyph a letter is and how wide. Only letters of the basic plane.</summary>
/// <remarks>OpenType specification, tables head, hhea, hmtx and cmap (format 4).</remarks>
internal sealed class TrueTypeFont
{
    private readonly int[] glyphs = new int[char.MaxValue + 1];
    private readonly ushort[] widths;
    private readonly int unitsPerEm;

    /// <exception cref="InvalidDataException">Not a TrueType font with a table of Unicode letters.</exception>
    public TrueTypeFont(byte[] file)
    {
        File = file;
        var tables = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < U16(4); i++)
        {
            var entry = 12 + (16 * i);
            tables[System.Text.Encoding.ASCII.GetString(file, entry, 4)] = (int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(entry + 8));
        }

        if (!tables.TryGetValue("head", out var head) || !tables.TryGetValue("hhea", out var hhea) || !tables.TryGetValue("hmtx", out var hmtx) || !tables.TryGetValue("cmap", out var cmap))
        {
            throw new InvalidDataException("The font lacks a table.");
        }

        unitsPerEm = U16(head + 18);
        Box = [Scaled(S16(head + 36)), Scaled(S16(head + 38)), Scaled(S16(head + 40)), Scaled(S16(head + 42))];
        (Ascent, Descent) = (Scaled(S16(hhea + 4)), Scaled(S16(hhea + 6)));
        widths = new ushort[U16(hhea + 34)];
        for (var i = 0; i < widths.Length; i++)
        {
            widths[i] = (ushort)U16(hmtx + (4 * i));
        }

        ReadLetters(cmap);
    }

    public byte[] File { get; }

    /// <summary>In 1/1,000 of the size, as all measures here.</summary>
    public int Ascent { get; }

    public int Descent { get; }

    /// <summary>Left, bottom, right, top of all glyphs.</summary>
    public int[] Box { get; }

    /// <summary>Number of a letter's glyph; 0, the empty box, for one that the font lacks.</summary>
    public int Glyph(char letter) => glyphs[letter];

    public int Width(int glyph) => Scaled(widths[Math.Min(glyph, widths.Length - 1)]);

    /// <summary>Width of a text in points.</summary>
    public double Width(string text, double size) => text.Sum(c => Width(Glyph(c))) * size / 1000;

    private void ReadLetters(int cmap)
    {
        for (var i = 0; i < U16(cmap + 2); i++)
        {
            var table = cmap + (int)BinaryPrimitives.ReadUInt32BigEndian(File.AsSpan(cmap + 8 + (8 * i)));
            if (U16(table) == 4 && U16(cmap + 4 + (8 * i)) is 0 or 3)
            {
                ReadSegments(table);
                return;
            }
        }

        throw new InvalidDataException("The font has no table of Unicode letters.");
    }

    private void ReadSegments(int table)
    {
        var doubled = U16(table + 6);
        for (var at = 0; at < doubled; at += 2)
        {
            var end = U16(table + 14 + at);
            var start = U16(table + 16 + doubled + at);
            var delta = U16(table + 16 + (2 * doubled) + at);
            var offsetAt = table + 16 + (3 * doubled) + at;
            var offset = U16(offsetAt);
            for (var letter = start; letter <= end && letter < char.MaxValue; letter++)
            {
                var glyph = offset == 0 ? letter : U16(offsetAt + offset + (2 * (letter - start)));
                glyphs[letter] = offset != 0 && glyph == 0 ? 0 : (glyph + delta) & 0xFFFF;
            }
        }
    }

    private int Scaled(int units) => (int)Math.Round(units * 1000.0 / unitsPerEm);

    private int U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(File.AsSpan(at));

    private int S16(int at) => BinaryPrimitives.ReadInt16BigEndian(File.AsSpan(at));
}

/// <summary>Finds a font with Cyrillic letters on this machine.</summary>
internal static class PdfFonts
{
    // Debian and Fedora with DejaVu or Liberation, Windows, macOS.
    private static readonly string[] Candidates =
    [
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
        "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.Fonts), "arial.ttf"),
        "/System/Library/Fonts/Supplemental/Arial.ttf",
    ];

    private static readonly Lazy<TrueTypeFont> Found = new(() => new(File.ReadAllBytes(Array.Find(Candidates, File.Exists)
        ?? throw new FileNotFoundException("No font with Cyrillic letters was found; install DejaVu (Debian: fonts-dejavu-core)."))));

    /// <summary>Whether any of the known fonts is installed.</summary>
    public static bool AreThere => Array.Exists(Candidates, File.Exists);

    /// <exception cref="FileNotFoundException">None is installed.</exception>
    public static TrueTypeFont Font => Found.Value;
}
