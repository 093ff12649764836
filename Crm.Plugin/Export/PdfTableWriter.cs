using System.Globalization;
using PdfSharp.Drawing;
using PdfSharp.Fonts;
using PdfSharp.Pdf;

namespace Crm.Plugin.Export;

/// <summary>A table on A4 pages across, with title, page numbers and repeated headings. Text that does not fit is cut with an ellipsis.</summary>
public sealed class PdfTableWriter : ITableWriter
{
    private const double Margin = 36;
    private const double LineHeight = 13;

    private readonly Stream target;
    private readonly string title;
    private readonly IReadOnlyList<double> widths;
    private readonly PdfDocument document = new();
    private readonly XFont font;
    private readonly XFont bold;
    private readonly XFont large;
    private readonly string subtitle;
    private XGraphics? page;
    private IReadOnlyList<object?>? headings;
    private double y;
    private double right;
    private double bottom;

    /// <param name="target">Where the file goes when the writer is disposed.</param>
    /// <param name="title">First line of the first page.</param>
    /// <param name="subtitle">Second line.</param>
    /// <param name="widths">Of the columns, as parts of the page's width; they sum to about 1.</param>
    public PdfTableWriter(Stream target, string title, string subtitle, IReadOnlyList<double> widths)
    {
        PdfFonts.Use();
        (this.target, this.title, this.subtitle, this.widths) = (target, title, subtitle, widths);
        font = new XFont(PdfFonts.Family, 8);
        bold = new XFont(PdfFonts.Family, 8, XFontStyleEx.Bold);
        large = new XFont(PdfFonts.Family, 13, XFontStyleEx.Bold);
        document.Info.Title = title;
    }

    /// <inheritdoc/>
    public Task RowAsync(IReadOnlyList<object?> cells)
    {
        headings ??= cells;
        if (page is null || y + LineHeight > bottom)
        {
            NewPage();
            if (ReferenceEquals(cells, headings))
            {
                return Task.CompletedTask;
            }
        }

        Line(cells, font);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        page?.Dispose();
        if (document.PageCount == 0)
        {
            document.AddPage();
        }

        using var file = new MemoryStream();
        document.Save(file, closeStream: false);
        document.Dispose();
        file.Position = 0;
        await file.CopyToAsync(target);
    }

    private void NewPage()
    {
        page?.Dispose();
        var added = document.AddPage();
        added.Size = PdfSharp.PageSize.A4;
        added.Orientation = PdfSharp.PageOrientation.Landscape;
        page = XGraphics.FromPdfPage(added);
        (y, right, bottom) = (Margin, added.Width.Point - Margin, added.Height.Point - Margin);
        if (document.PageCount == 1)
        {
            page.DrawString(title, large, XBrushes.Black, new XPoint(Margin, y + 6));
            page.DrawString(Fitting(subtitle, font, right - Margin), font, XBrushes.DimGray, new XPoint(Margin, y + 22));
            y += 34;
        }

        page.DrawString(document.PageCount.ToString(CultureInfo.CurrentCulture), font, XBrushes.DimGray, new XPoint(right - 12, bottom + 18));
        Line(headings!, bold);
        page.DrawLine(XPens.Gray, Margin, y - 9, right, y - 9);
    }

    private void Line(IReadOnlyList<object?> cells, XFont with)
    {
        var x = Margin;
        var all = right - Margin;
        for (var i = 0; i < cells.Count && i < widths.Count; i++)
        {
            var width = widths[i] * all;
            var isNumber = cells[i] is decimal or long or int or double;
            var text = Fitting(Text(cells[i]), with, width - 4);
            var at = isNumber ? x + width - 4 - page!.MeasureString(text, with).Width : x;
            page!.DrawString(text, with, XBrushes.Black, new XPoint(at, y));
            x += width;
        }

        y += LineHeight;
    }

    private string Fitting(string text, XFont with, double width)
    {
        if (page!.MeasureString(text, with).Width <= width)
        {
            return text;
        }

        var (fits, tooLong) = (0, text.Length);
        while (tooLong - fits > 1)
        {
            var middle = (fits + tooLong) / 2;
            (fits, tooLong) = page.MeasureString(text[..middle] + "…", with).Width <= width ? (middle, tooLong) : (fits, middle);
        }

        return text[..fits] + "…";
    }

    private static string Text(object? cell) => cell switch
    {
        null => "",
        DateOnly day => day.ToString("d", CultureInfo.CurrentCulture),
        decimal number => number.ToString("#,##0.##", CultureInfo.CurrentCulture),
        IFormattable number => number.ToString(null, CultureInfo.CurrentCulture),
        _ => cell.ToString() ?? "",
    };
}

/// <summary>Finds a font with Cyrillic letters on this machine.</summary>
internal sealed class PdfFonts : IFontResolver
{
    /// <summary>Name that documents use, whatever the file is.</summary>
    public const string Family = "crm";

    private static readonly Lock Gate = new();

    // Debian and Fedora with DejaVu or Liberation, Windows, macOS.
    private static readonly (string Regular, string Bold)[] Candidates =
    [
        ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"),
        ("/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf", "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf"),
        ("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf", "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf"),
        (Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.Fonts), "arial.ttf"), Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.Fonts), "arialbd.ttf")),
        ("/System/Library/Fonts/Supplemental/Arial.ttf", "/System/Library/Fonts/Supplemental/Arial Bold.ttf"),
    ];

    /// <summary>Whether any of the known fonts is installed.</summary>
    public static bool AreThere => Array.Exists(Candidates, c => File.Exists(c.Regular));

    /// <summary>Registers the resolver once in the process.</summary>
    public static void Use()
    {
        lock (Gate)
        {
            GlobalFontSettings.FontResolver ??= new PdfFonts();
        }
    }

    public FontResolverInfo? ResolveTypeface(string familyName, bool isBold, bool isItalic) => new(isBold ? "bold" : "regular");

    public byte[]? GetFont(string faceName)
    {
        var found = Array.Find(Candidates, c => File.Exists(c.Regular));
        return found.Regular is null
            ? throw new FileNotFoundException("No font with Cyrillic letters was found; install DejaVu (Debian: fonts-dejavu-core).")
            : File.ReadAllBytes(faceName == "bold" && File.Exists(found.Bold) ? found.Bold : found.Regular);
    }
}
