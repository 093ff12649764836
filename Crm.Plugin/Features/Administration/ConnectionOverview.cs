using Crm.Contracts;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Administration;

/// <summary>Reads how the connections do, and asks their ERPs what they offer.</summary>
internal sealed class ConnectionOverview(CrmDbContext database, ConnectionStore connections, SilenceStore silence, HostsAtHand hosts)
{
    /// <summary>Installed ones first, each with its state.</summary>
    public async Task<IReadOnlyList<ConnectionStatus>> ListAsync(bool withRemoved, CancellationToken cancellation)
    {
        var states = await database.Set<SyncStateRecord>().OrderBy(s => s.ConnectionId).ThenBy(s => s.Entity).Take(10_000).ToListAsync(cancellation);
        var found = new List<ConnectionStatus>();
        foreach (var connection in await connections.ListAsync(withRemoved, cancellation))
        {
            found.Add(await StatusAsync(connection, [.. states.Where(s => s.ConnectionId == connection.Id)], cancellation));
        }

        return [.. found.OrderBy(c => c.Connection.RemovedAt is not null)];
    }

    /// <summary>One of them; null when there is none.</summary>
    public async Task<ConnectionStatus?> FindAsync(int id, CancellationToken cancellation)
    {
        if (await database.Set<ConnectionRecord>().FirstOrDefaultAsync(c => c.Id == id, cancellation) is not { } connection)
        {
            return null;
        }

        var states = await database.Set<SyncStateRecord>().Where(s => s.ConnectionId == id).OrderBy(s => s.Entity).ToListAsync(cancellation);
        return await StatusAsync(connection, states, cancellation);
    }

    private async Task<ConnectionStatus> StatusAsync(ConnectionRecord connection, IReadOnlyList<SyncStateRecord> states, CancellationToken cancellation)
    {
        HostManifest manifest;
        try
        {
            manifest = ManifestReader.Parse(connection.Manifest, connection.Name);
        }
        catch (ManifestException)
        {
            return new(connection, null, states, new(SilenceLevel.Fine, null, null), null);
        }

        return new(connection, manifest, states, await silence.JudgeAsync(connection, cancellation), hosts.Live(connection.Id));
    }
}
