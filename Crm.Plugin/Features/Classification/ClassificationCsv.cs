using System.Globalization;

namespace Crm.Plugin.Features.Classification;

/// <summary>Rows of a run as CSV (RFC 4180, UTF-8 without BOM, decimal point).</summary>
/// <remarks>
/// One line per counterparty, largest value first, then by key. <c>share</c> and <c>cv</c> are percent; an empty field means there is none.
/// <c>orders</c> counts the sale documents in the period.
/// </remarks>
internal static class ClassificationCsv
{
    public const string Header = "key,value,share,importance,regularity,stage,cv,orders";

    public static async Task WriteAsync(TextWriter writer, IAsyncEnumerable<RunRow> rows, ClassificationTotals totals, CancellationToken cancellation)
    {
        writer.NewLine = "\r\n";
        await writer.WriteLineAsync(Header.AsMemory(), cancellation);
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            await writer.WriteLineAsync(Line(row, totals.Boundaries.TotalE4).AsMemory(), cancellation);
        }
    }

    private static string Line(RunRow row, long totalE4)
    {
        var share = totalE4 > 0 ? (row.Row.ValueE4 * 100m / totalE4).ToString("0.######", CultureInfo.InvariantCulture) : "";
        var variation = row.Row.CvE3 is { } cv ? (cv / 1000m).ToString("0.###", CultureInfo.InvariantCulture) : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Quoted(row.Key)},{ClassificationJson.Exact(row.Row.ValueE4)},{share},{row.Row.Importance},{row.Row.Regularity},{row.Row.Stage},{variation},{row.Row.PurchasesInPeriod}");
    }

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
