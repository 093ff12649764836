using System.Globalization;
using Crm.Plugin.Export;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Classification;

/// <summary>Writes the filtered rows of a run to a file: what the user may export, noted in the audit log.</summary>
internal sealed class ClassificationExport(ClassificationStore store, CurrentUser user, AuditLog audit, CrmDbContext database, IStringLocalizer<Texts> text, Show show)
{
    /// <summary>Beyond this a PDF is a book nobody reads; the spreadsheet has all rows.</summary>
    private const int MostPdfRows = 2_000;

    private static readonly string[] Headers = ["Place", "Key", "Name", "Class", "Value", "Share, %", "Stage", "Regularity", "Variation, %", "Purchases", "Last purchase", "Class before", "Stage before", "Manager", "Reason"];

    public async Task WriteAsync(HttpContext http, ClassificationRun run, RowFilter filter, string format, CancellationToken cancellation)
    {
        audit.Note(database, "classification.exported", "classification", run.Id.ToString(CultureInfo.InvariantCulture), format);
        await database.SaveChangesAsync(cancellation);
        var totals = ClassificationJson.ReadTotals(run.Totals!);
        http.Response.ContentType = format switch
        {
            "csv" => "text/csv; charset=utf-8",
            "pdf" => "application/pdf",
            _ => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        };
        http.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"classification-{run.Id}.{format}\"");
        var title = text["Classification {0}", run.Id].Value;
        await using ITableWriter writer = format switch
        {
            "csv" => new CsvTableWriter(http.Response.Body),
            "pdf" => new PdfTableWriter(http.Response.Body, title, Subtitle(run, totals), [0.045, 0.07, 0.23, 0.045, 0.095, 0.06, 0.1, 0.085, 0.08, 0.065, 0.075, 0.05]),
            _ => new XlsxTableWriter(http.Response.Body, title),
        };
        var columns = format == "pdf" ? 12 : Headers.Length;
        await writer.RowAsync([.. Headers.Take(columns).Select(h => (object)text[h].Value)]);
        var rows = 0;
        await foreach (var row in store.StreamAsync(run.Id, filter, user, cancellation))
        {
            if (format == "pdf" && rows++ == MostPdfRows)
            {
                await writer.RowAsync([null, null, text["… cut off after {0} rows; the spreadsheet has all.", MostPdfRows].Value]);
                break;
            }

            await writer.RowAsync([.. Cells(row, totals.Boundaries.TotalE4).Take(columns)]);
        }
    }

    private string Subtitle(ClassificationRun run, ClassificationTotals totals)
    {
        var parameters = ClassificationJson.ReadParameters(run.Parameters);
        return $"{text["as of {0}, by {1}", show.Day(run.AsOf), ClassificationShow.Author(text, run.AuthorLogin)].Value} · {(run.Population == Population.Customers ? "" : text[ClassificationWords.Word(run.Population)].Value + " · ")}{text[ClassificationWords.Word(parameters.Rules)].Value} · {ClassificationShow.Measure(text, parameters)} {totals.Currency} · {parameters.Shares} · {parameters.Bands} · A {totals.A.Count} B {totals.B.Count} C {totals.C.Count}";
    }

    private object?[] Cells(RunRow row, long totalE4) =>
    [
        (long)row.Row.Place, row.Key, row.Name, row.Row.Importance?.ToString(), Amount.FromE4(row.Row.ValueE4),
        totalE4 > 0 ? decimal.Round(row.Row.ValueE4 * 100m / totalE4, 4) : null,
        row.Row.Stage is { } stage ? text[ClassificationShow.Stage(stage)].Value : null, row.Row.Regularity?.ToString(),
        row.Row.CvE3 is { } cv ? cv / 1000m : null, (long)row.Row.PurchasesInPeriod, row.Row.LastOn,
        row.Row.PreviousImportance?.ToString(), row.Row.PreviousStage is { } before ? $"{text[ClassificationShow.Stage(before)].Value} {row.Row.PreviousRegularity}".TrimEnd() : null,
        row.ManagerLogin, row.Row.Override?.Reason,
    ];
}
