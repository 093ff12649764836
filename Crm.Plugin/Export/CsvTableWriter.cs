using System.Buffers;
using System.Globalization;
using System.Text;

namespace Crm.Plugin.Export;

/// <summary>CSV by RFC 4180: UTF-8 with a byte order mark, so that spreadsheets read Cyrillic; points and ISO dates.</summary>
public sealed class CsvTableWriter(Stream target) : ITableWriter
{
    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789 ()-.");

    private readonly StreamWriter writer = new(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), 1 << 16, leaveOpen: true);

    /// <inheritdoc/>
    public async Task RowAsync(IReadOnlyList<object?> cells)
    {
        for (var i = 0; i < cells.Count; i++)
        {
            if (i > 0)
            {
                await writer.WriteAsync(',');
            }

            await writer.WriteAsync(Cell(cells[i]));
        }

        await writer.WriteAsync("\r\n");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => writer.DisposeAsync();

    private static string Cell(object? value)
    {
        var text = value switch
        {
            null => "",
            DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => Guarded(value.ToString()!),
        };
        return text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>A spreadsheet takes a text that begins so for a formula and would run it (CWE-1236). A telephone number is none.</summary>
    private static string Guarded(string text) =>
        text.Length > 0 && (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r') && text.AsSpan(1).ContainsAnyExcept(OfNumbers) ? "'" + text : text;
}
