using System.Text;
using Crm.Plugin.Export;

namespace Crm.Plugin.Features.Paper;

/// <summary>Draws addresses onto sheets.</summary>
internal static class PaperWriter
{
    private const double Points = 72 / 25.4;
    private const double Padding = 3;
    private const double Largest = 12;
    private const double Smallest = 6;

    /// <param name="format">Of the sheet.</param>
    /// <param name="addresses">Lines of each address, in order.</param>
    /// <param name="sender">Lines of the sender, on envelopes only; empty for none.</param>
    /// <param name="skip">Places of the first sheet that are used already.</param>
    /// <param name="title">Of the document.</param>
    /// <exception cref="FileNotFoundException">No font with Cyrillic letters is installed.</exception>
    public static byte[] Write(PaperFormat format, IReadOnlyList<IReadOnlyList<string>> addresses, IReadOnlyList<string> sender, int skip, string title)
    {
        var font = PdfFonts.Font;
        var file = new PdfFile(font, format.Width * Points, format.Height * Points);
        var page = new StringBuilder();
        var perSheet = format.Columns * format.Rows;
        var place = format.IsEnvelope ? 0 : skip % perSheet;
        foreach (var lines in addresses)
        {
            if (page.Length == 0 && format.IsEnvelope)
            {
                Block(file, font, page, sender, 10, 10, format.Width / 2.5, format.Height / 4);
            }

            var (row, column) = (place / format.Columns, place % format.Columns);
            Block(file, font, page, lines, format.Left + (column * format.StepX), format.Top + (row * format.StepY), format.PlaceWidth, format.PlaceHeight);
            if (++place == perSheet)
            {
                file.Page(page.ToString());
                page.Clear();
                place = 0;
            }
        }

        if (page.Length > 0)
        {
            file.Page(page.ToString());
        }

        return file.Save(title);
    }

    /// <summary>As large as fits; a line that does not fit at the smallest size is broken between words.</summary>
    private static void Block(PdfFile file, TrueTypeFont font, StringBuilder page, IReadOnlyList<string> lines, double left, double top, double width, double height)
    {
        var (room, most) = ((width - (2 * Padding)) * Points, (height - (2 * Padding)) * Points);
        var size = Largest;
        var broken = Broken(font, lines, size, room);
        while (size > Smallest && (broken.Count * size * 1.25 > most || broken.Exists(l => font.Width(l, size) > room)))
        {
            size -= 0.5;
            broken = Broken(font, lines, size, room);
        }

        for (var i = 0; i < broken.Count; i++)
        {
            page.Append(file.Text(broken[i], (left + Padding) * Points, ((top + Padding) * Points) + (size * (1 + (i * 1.25))), size));
        }
    }

    private static List<string> Broken(TrueTypeFont font, IReadOnlyList<string> lines, double size, double room)
    {
        var result = new List<string>();
        foreach (var line in lines)
        {
            var current = "";
            foreach (var word in line.Split(' '))
            {
                var longer = current.Length == 0 ? word : $"{current} {word}";
                if (current.Length > 0 && font.Width(longer, size) > room)
                {
                    result.Add(current);
                    longer = word;
                }

                current = longer;
            }

            result.Add(current);
        }

        return result;
    }
}
