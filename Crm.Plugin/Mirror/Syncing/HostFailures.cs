using System.Data.Common;
using Crm.Contracts;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>What a failed read means, also where the exception is not the host's own.</summary>
internal static class HostFailures
{
    public static HostException Of(Exception exception) => exception switch
    {
        HostException host => host,
        // Messages of drivers may quote values of rows: only their kind is told, the log has the rest.
        DbException database => new(
            HostFailure.Unavailable, "mirror.database", $"The plugin's own database failed ({database.GetType().Name}{(database.SqlState is { } state ? " " + state : "")}).", null, exception),
        OperationCanceledException => new(HostFailure.Unavailable, "mirror.timed-out", "The connector gave up waiting for the ERP.", null, exception),
        _ => new(HostFailure.Unreadable, "mirror.connector-bug", $"The connector broke its contract: {exception.GetType().Name} instead of HostException.", null, exception),
    };
}
