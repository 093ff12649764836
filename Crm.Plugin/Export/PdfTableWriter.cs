using System.Globalization;
using System.Text;

namespace Crm.Plugin.Export;

/// <summary>A table on A4 pages across, with title, page numbers and repeated headings of up to two lines. Text that does not fit is cut with an ellipsis.</summary>
/// <remarks>Written by hand: the PDF libraries at hand are not free for a plugin under the MIT licence, and a table needs little.</remarks>
public sealed class PdfTableWriter : ITableWriter
{
    private const double Margin = 36;
    private const double LineHeight = 13;
    private const double Size = 8;
    private const double Gap = 6;
    private const double Right = PdfFile.Width - Margin;
    private const double Bottom = PdfFile.Height - Margin;

    private readonly Stream target;
    private readonly string title;
    private readonly string subtitle;
    private readonly IReadOnlyList<double> widths;
    private readonly TrueTypeFont font = PdfFonts.Font;
    private readonly PdfFile file;
    private readonly StringBuilder page = new();
    private IReadOnlyList<object?>? headings;
    private IReadOnlyList<object?> first = [];
    private int pages;
    private double y = double.MaxValue;

    /// <param name="target">Where the file goes when the writer is disposed.</param>
    /// <param name="title">First line of the first page.</param>
    /// <param name="subtitle">Second line.</param>
    /// <param name="widths">Of the columns, as parts of the page's width; they sum to about 1.</param>
    /// <exception cref="FileNotFoundException">No font with Cyrillic letters is installed.</exception>
    public PdfTableWriter(Stream target, string title, string subtitle, IReadOnlyList<double> widths)
    {
        (this.target, this.title, this.subtitle, this.widths) = (target, title, subtitle, widths);
        file = new PdfFile(font);
    }

    /// <inheritdoc/>
    public Task RowAsync(IReadOnlyList<object?> cells)
    {
        if (headings is null)
        {
            headings = cells;
            return Task.CompletedTask;
        }

        if (pages == 0)
        {
            first = cells; // headings of numbers stand where the numbers will
        }

        if (y + LineHeight > Bottom)
        {
            NewPage();
        }

        Cells(cells);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (pages == 0)
        {
            NewPage();
        }

        file.Page(page.ToString());
        await target.WriteAsync(file.Save(title));
    }

    private void NewPage()
    {
        if (pages++ > 0)
        {
            file.Page(page.ToString());
            page.Clear();
        }

        y = Margin + Size;
        if (pages == 1)
        {
            page.Append(file.Text(title, Margin, y + 4, 13));
            page.Append(file.Text(Fitting(subtitle, Right - Margin), Margin, y + 20, Size, 0.4));
            y += 36;
        }

        page.Append(file.Text(pages.ToString(CultureInfo.CurrentCulture), Right - 12, Bottom + 18, Size, 0.4));
        Headings();
        page.Append(PdfFile.Line(Margin, y - 9, Right));
    }

    private void Headings()
    {
        var (x, columns) = (Margin, headings ?? []);
        var lines = columns.Take(widths.Count).Select((heading, i) => Lines(Text(heading), Width(i))).ToList();
        var height = lines.Count == 0 ? 1 : lines.Max(l => l.Count);
        for (var i = 0; i < lines.Count; i++)
        {
            var isNumber = i < first.Count && IsNumber(first[i]);
            for (var line = 0; line < lines[i].Count; line++)
            {
                Cell(lines[i][line], x, Width(i), y + ((height - lines[i].Count + line) * (LineHeight - 3)), isNumber, 0.35);
            }

            x += Width(i) + Gap;
        }

        y += ((height - 1) * (LineHeight - 3)) + LineHeight;
    }

    private void Cells(IReadOnlyList<object?> cells)
    {
        var x = Margin;
        for (var i = 0; i < cells.Count && i < widths.Count; i++)
        {
            Cell(Fitting(Text(cells[i]), Width(i)), x, Width(i), y, IsNumber(cells[i]), 0);
            x += Width(i) + Gap;
        }

        y += LineHeight;
    }

    private void Cell(string text, double x, double width, double at, bool isNumber, double grey) =>
        page.Append(file.Text(text, isNumber ? x + width - font.Width(text, Size) : x, at, Size, grey));

    private double Width(int column) => (widths[column] * (Right - Margin)) - Gap;

    /// <summary>One line, or two broken between words.</summary>
    private List<string> Lines(string text, double width)
    {
        for (var end = text.LastIndexOf(' '); font.Width(text, Size) > width && end > 0; end = text.LastIndexOf(' ', end - 1))
        {
            if (font.Width(text[..end], Size) <= width)
            {
                return [text[..end], Fitting(text[(end + 1)..], width)];
            }
        }

        return [Fitting(text, width)];
    }

    private static bool IsNumber(object? cell) => cell is decimal or long or int or double;

    private string Fitting(string text, double width)
    {
        if (font.Width(text, Size) <= width)
        {
            return text;
        }

        var (fits, tooLong) = (0, text.Length);
        while (tooLong - fits > 1)
        {
            var middle = (fits + tooLong) / 2;
            (fits, tooLong) = font.Width(text[..middle] + "…", Size) <= width ? (middle, tooLong) : (fits, middle);
        }

        return text[..fits] + "…";
    }

    private static string Text(object? cell) => cell switch
    {
        null => "",
        DateOnly day => day.ToString("d", CultureInfo.CurrentCulture),
        decimal number => number.ToString("#,##0.00", CultureInfo.CurrentCulture),
        IFormattable number => number.ToString(null, CultureInfo.CurrentCulture),
        _ => cell.ToString() ?? "",
    };
}
