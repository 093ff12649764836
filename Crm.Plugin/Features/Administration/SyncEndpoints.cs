using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Administration;

internal static class SyncEndpoints
{
    public static void MapSync(this IEndpointRouteBuilder screens)
    {
        screens.MapGet("/sync", ShowAsync);
        screens.MapGet("/sync/{id:int}", PartAsync);
        screens.MapPost("/sync/{id:int}/now", NowAsync);
        screens.MapGet("/sync/{id:int}/problems", ProblemsAsync);
        screens.MapGet("/ledger", LedgerAsync);
    }

    private static async Task<IResult> ShowAsync(string? asked, ConnectionOverview overview, CancellationToken cancellation) =>
        Screen.Of<SyncPage>(new { Connections = await overview.ListAsync(withRemoved: false, cancellation), Asked = asked });

    /// <summary>What htmx asks for again and again; a browser without script that comes here is sent to the whole screen.</summary>
    private static async Task<IResult> PartAsync(int id, HttpRequest request, ConnectionOverview overview, CancellationToken cancellation) =>
        !request.IsPart() ? TypedResults.Redirect("/administration/sync")
        : await overview.FindAsync(id, cancellation) is { } status ? Screen.Of<SyncState>(new { Status = status })
        : TypedResults.NotFound();

    private static async Task<IResult> NowAsync(
        int id, HttpContext http, ConnectionOverview overview, SyncService service, CrmPluginOptions options, CrmDbContext database, AuditLog audit, CancellationToken cancellation)
    {
        if (!options.RunJobs || await overview.FindAsync(id, cancellation) is not { Connection.RemovedAt: null } status)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var form = await http.Request.ReadFormAsync(cancellation);
        var sweep = form["compare"] == "1";
        audit.Note(database, "sync.asked", "connection", status.Connection.Name, AuditDetail.Of(("compare", sweep)));
        await database.SaveChangesAsync(cancellation);
        service.Request(id, sweep);
        return TypedResults.Redirect($"/administration/sync?asked={Uri.EscapeDataString(status.Connection.Name)}");
    }

    private static async Task<IResult> ProblemsAsync(
        int id, int? entity, long? before, HttpRequest request, ConnectionOverview overview, SyncReports reports, CancellationToken cancellation)
    {
        if (await overview.FindAsync(id, cancellation) is not { } status)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var only = entity is { } number && Enum.IsDefined((MirrorEntity)number) ? (MirrorEntity?)number : null;
        var problems = await reports.ProblemsAsync(id, only, before, cancellation);
        return request.IsPart()
            ? Screen.Of<ProblemRows>(new { Id = id, Entity = only, Problems = problems })
            : Screen.Of<ProblemsPage>(new { Status = status, Entity = only, Problems = problems });
    }

    private static async Task<IResult> LedgerAsync(int? connection, string? key, ConnectionStore connections, SyncReports reports, CancellationToken cancellation)
    {
        var all = await connections.ListAsync(withRemoved: true, cancellation);
        var typed = key?.Trim() ?? "";
        var chosen = all.FirstOrDefault(c => c.Id == connection) ?? (all.Count > 0 ? all[0] : null);
        var life = typed.Length is > 0 and <= 200 && chosen is not null ? await reports.LifeAsync(chosen.Id, typed, cancellation) : null;
        return Screen.Of<LedgerPage>(new { Connections = all, Chosen = chosen?.Id, Key = typed, Life = life });
    }
}
