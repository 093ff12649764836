using Crm.Plugin.Jobs;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Administration;

internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder screens)
    {
        screens.MapGet("/jobs", ShowAsync);
        screens.MapPost("/jobs/run", RunAsync);
    }

    private static async Task<IResult> ShowAsync(string? started, HttpRequest request, IJobBoard jobs, ConnectionOverview overview, CancellationToken cancellation)
    {
        var lines = await jobs.ListAsync(cancellation);
        var connections = await overview.ListAsync(withRemoved: false, cancellation);
        return request.IsPart()
            ? Screen.Of<JobRows>(new { Jobs = lines, Connections = connections })
            : Screen.Of<JobsPage>(new { Jobs = lines, Connections = connections, Started = started, jobs.Dashboard });
    }

    private static async Task<IResult> RunAsync(HttpContext http, IJobBoard jobs, CrmDbContext database, AuditLog audit, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        var (group, name) = (form["group"].ToString(), form["name"].ToString());
        if (name.Length == 0 || group.Length == 0 || !await jobs.RunAsync(group, name, cancellation))
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        audit.Note(database, "job.started", "job", name);
        await database.SaveChangesAsync(cancellation);
        return TypedResults.Redirect($"/administration/jobs?started={Uri.EscapeDataString(name)}");
    }
}
