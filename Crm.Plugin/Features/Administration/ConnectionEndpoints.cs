using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Administration;

internal static class ConnectionEndpoints
{
    public static void MapConnections(this IEndpointRouteBuilder screens)
    {
        screens.MapGet("/connections", ShowAsync);
        screens.MapPost("/connections/{id:int}/check", CheckAsync);
    }

    private static async Task<IResult> ShowAsync(ConnectionOverview overview, HostsAtHand hosts, CancellationToken cancellation)
    {
        var connections = await overview.ListAsync(withRemoved: true, cancellation);
        return Screen.Of<ConnectionsPage>(new { Connections = connections, Offers = await OffersAsync(connections, hosts, cancellation) });
    }

    private static async Task<IResult> CheckAsync(
        int id, HttpRequest request, ConnectionOverview overview, HostsAtHand hosts, CrmDbContext database, AuditLog audit, CancellationToken cancellation)
    {
        if (await overview.FindAsync(id, cancellation) is not { Connection.RemovedAt: null } asked)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var report = await hosts.CheckAsync(asked.Connection, cancellation);
        audit.Note(database, "connection.checked", "connection", asked.Connection.Name);
        await database.SaveChangesAsync(cancellation);
        if (request.IsPart())
        {
            return Screen.Of<ConnectionChecks>(new { Report = report });
        }

        var connections = await overview.ListAsync(withRemoved: true, cancellation);
        return Screen.Of<ConnectionsPage>(new { Connections = connections, Offers = await OffersAsync(connections, hosts, cancellation), Checked = id, Report = report });
    }

    private static async Task<IReadOnlyDictionary<int, IReadOnlyList<Offer>?>> OffersAsync(
        IReadOnlyList<ConnectionStatus> connections, HostsAtHand hosts, CancellationToken cancellation)
    {
        var offers = new Dictionary<int, IReadOnlyList<Offer>?>();
        foreach (var status in connections.Where(c => c.Connection.RemovedAt is null))
        {
            offers[status.Connection.Id] = await hosts.OffersAsync(status.Connection, cancellation);
        }

        return offers;
    }
}
