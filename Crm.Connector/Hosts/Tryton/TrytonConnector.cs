using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>
/// Tryton 6.0 over JSON-RPC. Address: server and perhaps database (<c>http://host:8069/database/</c>); user and password of the service
/// account; options as listed in this folder's README.
/// </summary>
public sealed class TrytonConnector : IHostConnector
{
    /// <inheritdoc/>
    public IHost Open(HostSettings settings) => new TrytonHost(TrytonOptions.From(settings));
}
