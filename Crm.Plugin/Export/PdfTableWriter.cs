using System.Globalization;
using System.Text;

namespace Crm.Plugin.Export;

/// <summary>A table on A4 pages across, with title, page numbers and repeated headings. Text that does not fit is cut with an ellipsis.</summary>
/// <remarks>Written by hand: the PDF libraries at hand are not free for a plugin under the MIT licence, and a table needs little.</remarks>
public sealed class PdfTableWriter : ITableWriter
{
    private const double Margin = 36;
    private const double LineHeight = 13;
    private const double Size = 8;
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
            NewPage();
            return Task.CompletedTask;
        }

        if (y + LineHeight > Bottom)
        {
            NewPage();
        }

        Cells(cells, 0);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
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
        Cells(headings!, 0.35);
        page.Append(PdfFile.Line(Margin, y - 9, Right));
    }

    private void Cells(IReadOnlyList<object?> cells, double grey)
    {
        var x = Margin;
        for (var i = 0; i < cells.Count && i < widths.Count; i++)
        {
            var width = widths[i] * (Right - Margin);
            var text = Fitting(Text(cells[i]), width - 4);
            var isNumber = cells[i] is decimal or long or int or double;
            page.Append(file.Text(text, isNumber ? x + width - 4 - font.Width(text, Size) : x, y, Size, grey));
            x += width;
        }

        y += LineHeight;
    }

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
        decimal number => number.ToString("#,##0.##", CultureInfo.CurrentCulture),
        IFormattable number => number.ToString(null, CultureInfo.CurrentCulture),
        _ => cell.ToString() ?? "",
    };
}
