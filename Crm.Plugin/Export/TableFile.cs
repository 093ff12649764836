using System.Globalization;

namespace Crm.Plugin.Export;

/// <summary>A list that is answered as a file.</summary>
internal static class TableFile
{
    /// <summary>A spreadsheet holds little more than a million rows.</summary>
    private const int MostRows = 1_000_000;

    /// <summary>Says what the answer is, and opens it.</summary>
    /// <param name="http">Whose answer it is; nothing of it has been written.</param>
    /// <param name="csv">CSV; a workbook otherwise.</param>
    /// <param name="name">Of the file, without day and extension.</param>
    /// <param name="title">Of the workbook's sheet.</param>
    /// <param name="today">In the user's zone.</param>
    public static ITableWriter Open(HttpContext http, bool csv, string name, string title, DateOnly today)
    {
        http.Response.ContentType = csv ? "text/csv; charset=utf-8" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        http.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"{name}-{today:yyyy-MM-dd}.{(csv ? "csv" : "xlsx")}\"");
        return csv ? new CsvTableWriter(http.Response.Body) : new XlsxTableWriter(http.Response.Body, title);
    }

    /// <summary>Writes a list page by page, until it ends or a sheet is full.</summary>
    /// <typeparam name="TRow">Of the list.</typeparam>
    /// <typeparam name="TCursor">Says where a page begins; null at the first one, and after the last.</typeparam>
    /// <param name="writer">With the headings written.</param>
    /// <param name="read">Reads the page that begins there.</param>
    /// <param name="cells">Of one row.</param>
    public static async Task WritePagesAsync<TRow, TCursor>(this ITableWriter writer, Func<TCursor?, Task<(IReadOnlyList<TRow> Rows, TCursor? Next)>> read, Func<TRow, object?[]> cells)
    {
        TCursor? after = default;
        for (var rows = 0; rows < MostRows;)
        {
            var (page, next) = await read(after);
            foreach (var row in page)
            {
                await writer.RowAsync(cells(row));
            }

            rows += page.Count;
            if (next is null)
            {
                break;
            }

            after = next;
        }
    }
}
