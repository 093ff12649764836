using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>Reads a folder of CSV files exported from any ERP; README.md beside this file lists their columns.</summary>
public sealed class FilesConnector : IHostConnector
{
    /// <inheritdoc/>
    public IHost Open(HostSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new FilesHost(FilesOptions.From(settings));
    }
}
