using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Administration;

internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder screens)
    {
        screens.MapGet("/audit", ListAsync);
        screens.MapGet("/audit.csv", ExportAsync);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, long? before, AuditStore store, CancellationToken cancellation)
    {
        var filter = AuditFilter.From(request.Query);
        var entries = await store.ListAsync(filter, before, AuditStore.PageSize + 1, cancellation);
        return request.IsPart() && before is not null
            ? Screen.Of<AuditRows>(new { Entries = entries, Filter = filter })
            : Screen.Of<AuditPage>(new { Entries = entries, Filter = filter });
    }

    private static async Task ExportAsync(HttpContext http, AuditStore store, CrmDbContext database, AuditLog audit, TimeProvider clock, CancellationToken cancellation)
    {
        var filter = AuditFilter.From(http.Request.Query);
        audit.Note(database, "audit.exported", "audit", null, AuditDetail.Of(("filter", filter.Address(""))));
        await database.SaveChangesAsync(cancellation);
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"audit-{clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.csv\"";
        await AuditExport.WriteAsync(http.Response.Body, store, filter, cancellation);
    }
}
