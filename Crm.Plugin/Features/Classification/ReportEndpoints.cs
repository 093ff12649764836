using System.Globalization;
using Crm.Plugin.Export;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Classification;

/// <summary>Reports on runs, and files. Sums over everybody are for those who may see everybody.</summary>
internal static class ReportEndpoints
{
    private const int MostRuns = 60;

    private static readonly string[] Formats = ["csv", "xlsx", "pdf"];

    public static void MapClassificationReports(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/classification/{run:long}/report", ReportAsync);
        routes.MapGet("/classification/{run:long}/export.{format}", ExportAsync);
        routes.MapGet("/classification/history", HistoryAsync);
        routes.MapGet("/classification/history/{counterparty:long}", OfOneAsync);
    }

    private static async Task<IResult> ReportAsync(long run, ClassificationStore store, CurrentUser user, CancellationToken cancellation)
    {
        if (user.Rights.ReadScope != Scope.All)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden });
        }

        return await store.FindAsync(run, cancellation) is not { } found
            ? Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound })
            : Screen.Of<ReportPage>(new { Run = found, Report = RunReport.Of(await store.TableAsync(found, cancellation)) });
    }

    private static async Task<IResult> ExportAsync(
        long run, string format, HttpContext http, ClassificationStore store, ClassificationExport export, CurrentUser user, CancellationToken cancellation)
    {
        if (!Formats.Contains(format) || await store.FindAsync(run, cancellation) is not { } found)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        if (user.Rights.ExportScope == Scope.None)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden });
        }

        if (format == "pdf" && !PdfFonts.AreThere)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            var filter = ClassificationFeature.Filter(http.Request.Query);
            IReadOnlyList<ClassificationProblem> problems = [ClassificationProblem.Of("classification.no-font", "This server has no font for a PDF with Cyrillic letters: its administrator installs DejaVu.")];
            return Screen.Of<RunPage>(new { Run = found, Filter = filter, Rows = await store.RowsAsync(run, filter, 0, 50, user, cancellation), PageSize = 50, Problems = problems });
        }

        await export.WriteAsync(http, found, ClassificationFeature.Filter(http.Request.Query), format, cancellation);
        return TypedResults.Empty;
    }

    private static async Task<IResult> HistoryAsync(
        string? population, long? from, long? to, string? date, ClassificationStore store, CurrentUser user, CancellationToken cancellation)
    {
        if (user.Rights.ReadScope != Scope.All)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden });
        }

        var who = ClassificationWords.TryRead<Population>(population, out var chosen) ? chosen : Population.Customers;
        var runs = await store.ApprovedAsync(who, MostRuns, cancellation);
        var last = runs.FirstOrDefault(r => r.Id == to) ?? (runs.Count > 0 ? runs[0] : null);
        var first = runs.FirstOrDefault(r => r.Id == from) ?? runs.SkipWhile(r => r.Id != last?.Id).Skip(1).FirstOrDefault();
        DateOnly? day = DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var asked) ? asked : null;
        var tables = last is null ? null : await store.TableAsync(last, cancellation);
        var before = first is null || first == last ? null : await store.TableAsync(first, cancellation);
        return Screen.Of<HistoryPage>(new
        {
            Population = who,
            Runs = runs,
            From = before is null ? null : first,
            To = last,
            Day = day,
            AsOf = day is { } at ? await store.AsOfAsync(who, at, cancellation) : null,
            Stages = before is null ? [] : RunFlow.Between(before, tables!, WhatIf.StageGroups, WhatIf.StageGroup),
            Importance = before is null ? [] : RunFlow.Between(before, tables!, WhatIf.ImportanceGroups, c => (int)(c.Importance ?? 0)),
        });
    }

    private static async Task<IResult> OfOneAsync(long counterparty, ClassificationStore store, Counterparties.CounterpartyCardStore cards, CurrentUser user, CancellationToken cancellation) =>
        await cards.FindAsync(counterparty, cancellation) is not { } card
            ? Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound })
            : Screen.Of<MemberHistoryPage>(new { Id = counterparty, card.Name, Rows = await store.HistoryAsync(counterparty, MostRuns, user, cancellation) });
}
