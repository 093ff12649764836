using System.Text;
using Crm.Plugin.Export;
using Xunit;

namespace Crm.Tests.Export;

public sealed class PdfTableWriterTests
{
    [Fact]
    public async Task Rows_MoreThanAPage_GoOnOnTheNext()
    {
        Assert.SkipUnless(PdfFonts.AreThere, "No font for a PDF is installed (Debian package fonts-dejavu-core).");
        using var file = new MemoryStream();
        await using (var writer = new PdfTableWriter(file, "Классификация 1", "на 31.10.2026", [0.2, 0.5, 0.3]))
        {
            await writer.RowAsync(["№", "Наименование", "Значение"]);
            for (var i = 0; i < 60; i++)
            {
                await writer.RowAsync([(long)i, new string('Ж', 200), 12.5m]);
            }
        }

        var text = Encoding.Latin1.GetString(file.ToArray());
        Assert.StartsWith("%PDF-1.5", text, StringComparison.Ordinal);
        Assert.Contains("/Type /Pages /Count 2 /Kids [8 0 R 10 0 R]", text, StringComparison.Ordinal);
        // The table of objects begins where the end of the file says, and its first entry is where the first object is.
        var start = int.Parse(text[(text.LastIndexOf("startxref", StringComparison.Ordinal) + 10)..].Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.StartsWith("xref", text[start..], StringComparison.Ordinal);
        var first = int.Parse(text[start..].Split('\n')[3].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.StartsWith("1 0 obj", text[first..], StringComparison.Ordinal);
    }

    // DejaVu Sans: "A" is 1401 of 2048 units wide.
    [Fact]
    public void Width_OfAKnownLetter_IsTheFontsOwn()
    {
        const string Path = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
        Assert.SkipUnless(File.Exists(Path), "DejaVu is not installed (Debian package fonts-dejavu-core).");
        var font = new TrueTypeFont(File.ReadAllBytes(Path));
        Assert.Equal(684, font.Width(font.Glyph('A')));
        Assert.NotEqual(0, font.Glyph('Ї'));
    }
}
