using System.Collections.Concurrent;
using Crm.Contracts;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Opens the ERPs of connections and keeps them open: a session in the ERP is not made anew each minute.</summary>
public sealed class HostPool(ConnectionStore connections, ConnectorLoader loader) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, (string Stamp, Contracts.IHost Host)> open = new();
    private readonly SemaphoreSlim gate = new(1, 1);

    /// <summary>Opens a connection, or hands out the one that is open with the same settings. The pool disposes it.</summary>
    /// <exception cref="HostException">Refused: a setting is missing or wrong.</exception>
    /// <exception cref="ManifestException">The connector cannot be loaded.</exception>
    public async Task<Contracts.IHost> OpenAsync(ConnectionRecord connection, CancellationToken cancellation)
    {
        var stamp = string.Join('\n', connection.Address, connection.UserName, connection.Secret, connection.Manifest);
        await gate.WaitAsync(cancellation);
        try
        {
            if (open.TryGetValue(connection.Id, out var known))
            {
                if (known.Stamp == stamp)
                {
                    return known.Host;
                }

                open.TryRemove(connection.Id, out _);
                await known.Host.DisposeAsync();
            }

            var manifest = ManifestReader.Parse(connection.Manifest, $"connection {connection.Name}");
            var host = loader.Load(manifest).Open(connections.Settings(connection));
            open[connection.Id] = (stamp, host);
            return host;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Ends the session in an ERP that was uninstalled.</summary>
    public async Task CloseAsync(int connectionId)
    {
        if (open.TryRemove(connectionId, out var known))
        {
            await known.Host.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var id in open.Keys)
        {
            await CloseAsync(id);
        }

        gate.Dispose();
    }
}
