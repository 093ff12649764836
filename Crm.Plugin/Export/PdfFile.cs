using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Crm.Plugin.Export;

/// <summary>The few parts of a PDF that a table needs: pages with text and lines in one embedded font.</summary>
/// <remarks>ISO 32000-1: text strings are glyph numbers (Identity-H), with a ToUnicode map so that text can be searched and copied.</remarks>
/// <param name="font">Of all texts.</param>
/// <param name="width">Of every page, in points.</param>
/// <param name="height">Of every page, in points.</param>
internal sealed class PdfFile(TrueTypeFont font, double width = PdfFile.Width, double height = PdfFile.Height)
{
    private const int FirstPage = 8;

    private readonly List<byte[]> pages = [];
    private readonly SortedDictionary<int, char> used = [];

    /// <summary>A4 across, in points.</summary>
    public const double Width = 842;

    /// <inheritdoc cref="Width"/>
    public const double Height = 595;

    /// <summary>Adds a page made of <see cref="Text"/> and <see cref="Line"/>.</summary>
    public void Page(string content) => pages.Add(Packed(Encoding.ASCII.GetBytes(content)));

    /// <summary>A text whose baseline begins at a point counted from the upper left.</summary>
    public string Text(string text, double x, double y, double size, double grey = 0)
    {
        var glyphs = new StringBuilder();
        foreach (var letter in text)
        {
            var glyph = font.Glyph(letter);
            used.TryAdd(glyph, letter);
            glyphs.Append(glyph.ToString("X4", CultureInfo.InvariantCulture));
        }

        return string.Create(CultureInfo.InvariantCulture, $"BT {grey:0.##} g /F {size:0.##} Tf {x:0.##} {height - y:0.##} Td <{glyphs}> Tj ET\n");
    }

    /// <summary>A thin horizontal line.</summary>
    public static string Line(double x, double y, double toX) =>
        string.Create(CultureInfo.InvariantCulture, $"0.6 G 0.5 w {x:0.##} {Height - y:0.##} m {toX:0.##} {Height - y:0.##} l S\n");

    public byte[] Save(string title)
    {
        var file = new MemoryStream();
        var starts = new List<long>();
        void Raw(string text) => file.Write(Encoding.Latin1.GetBytes(text));
        void Begin()
        {
            starts.Add(file.Position);
            Raw($"{starts.Count} 0 obj\n");
        }

        void Object(string text)
        {
            Begin();
            Raw(text + "\nendobj\n");
        }

        void Stream(byte[] packed, string more = "")
        {
            Begin();
            Raw($"<< /Length {packed.Length} /Filter /FlateDecode {more}>>\nstream\n");
            file.Write(packed);
            Raw("\nendstream\nendobj\n");
        }

        Raw("%PDF-1.5\n%\u00e2\u00e3\u00cf\u00d3\n");
        Object("<< /Type /Catalog /Pages 2 0 R >>");
        Object($"<< /Type /Pages /Count {pages.Count} /Kids [{string.Join(' ', pages.Select((_, i) => $"{FirstPage + (2 * i)} 0 R"))}] >>");
        Object("<< /Type /Font /Subtype /Type0 /BaseFont /CRM /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 7 0 R >>");
        Object($"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /CRM /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R /CIDToGIDMap /Identity /W [{string.Join(' ', used.Keys.Select(g => $"{g} [{font.Width(g)}]"))}] >>");
        Object($"<< /Type /FontDescriptor /FontName /CRM /Flags 32 /FontBBox [{string.Join(' ', font.Box)}] /ItalicAngle 0 /Ascent {font.Ascent} /Descent {font.Descent} /CapHeight {font.Ascent} /StemV 80 /FontFile2 6 0 R >>");
        Stream(Packed(font.File), $"/Length1 {font.File.Length} ");
        Stream(Packed(Encoding.ASCII.GetBytes(ToUnicode())));
        foreach (var page in pages)
        {
            Object($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {Number(width)} {Number(height)}] /Resources << /Font << /F 3 0 R >> >> /Contents {starts.Count + 2} 0 R >>");
            Stream(page);
        }

        Object($"<< /Title <FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(title))}> >>");
        var table = file.Position;
        Raw($"xref\n0 {starts.Count + 1}\n0000000000 65535 f \n");
        foreach (var start in starts)
        {
            Raw(start.ToString("D10", CultureInfo.InvariantCulture) + " 00000 n \n");
        }

        Raw($"trailer\n<< /Size {starts.Count + 1} /Root 1 0 R /Info {starts.Count} 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return file.ToArray();
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private string ToUnicode()
    {
        var text = new StringBuilder("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /CRM def /CMapType 2 def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n");
        // At most a hundred to a part.
        foreach (var part in used.Chunk(100))
        {
            text.Append(CultureInfo.InvariantCulture, $"{part.Length} beginbfchar\n");
            foreach (var (glyph, letter) in part)
            {
                text.Append(CultureInfo.InvariantCulture, $"<{glyph:X4}> <{(int)letter:X4}>\n");
            }

            text.Append("endbfchar\n");
        }

        return text.Append("endcmap CMapName currentdict /CMap defineresource pop end end\n").ToString();
    }

    private static byte[] Packed(byte[] data)
    {
        var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(data);
        }

        return packed.ToArray();
    }
}
