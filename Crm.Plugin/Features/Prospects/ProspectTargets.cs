using Crm.Contracts;
using Crm.Plugin.Features.Installation;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Sending;

namespace Crm.Plugin.Features.Prospects;

/// <summary>An ERP that a prospect may go to.</summary>
/// <param name="Takes">Whether it takes new counterparties from us; null when it could not be asked now.</param>
/// <param name="IsDemo">The made-up company, which keeps nothing: nobody can enter anything there, neither by us nor by hand.</param>
public sealed record ProspectTarget(int ConnectionId, string Name, bool? Takes, bool IsDemo);

/// <summary>Which ERPs take new counterparties.</summary>
internal sealed class ProspectTargets(ConnectionStore connections, OpenHost open)
{
    public async Task<IReadOnlyList<ProspectTarget>> ReadAsync(CancellationToken cancellation)
    {
        var targets = new List<ProspectTarget>();
        foreach (var connection in await connections.ListAsync(false, cancellation))
        {
            targets.Add(new(connection.Id, connection.Name, await TakesAsync(connection, cancellation), connection.Host == DemoCompany.Host));
        }

        return targets;
    }

    private async Task<bool?> TakesAsync(Mirror.Records.ConnectionRecord connection, CancellationToken cancellation)
    {
        try
        {
            var host = await open(connection, cancellation);
            return await Task.Run(() => host.Find<ICounterpartyWriter>() is not null, cancellation);
        }
        catch (HostException)
        {
            return null; // the administrator's screens tell why
        }
    }
}
