using Crm.Connector.Hosts.Tryton;
using Crm.Contracts;
using Crm.Tests.Servers;

namespace Crm.Tests.Connector.Tryton;

/// <summary>Opens the connector on a real Tryton.</summary>
internal static class TrytonServerExtensions
{
    public static HostSettings Settings(this TrytonDatabase database, params (string Key, string Value)[] options) => new()
    {
        Connection = "tryton", Address = database.Url.AbsoluteUri, User = database.AdminUser, Password = database.AdminPassword, Clock = TimeProvider.System,
        Options = options.ToDictionary(o => o.Key, o => o.Value, StringComparer.OrdinalIgnoreCase),
    };

    public static IHost Open(this TrytonDatabase database, params (string Key, string Value)[] options) => new TrytonConnector().Open(database.Settings(options));
}
