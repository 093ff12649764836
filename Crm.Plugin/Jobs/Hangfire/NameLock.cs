using Hangfire.Storage;

namespace Crm.Plugin.Jobs.Hangfire;

/// <summary>Whoever runs a name holds its lock. It is a lock of a connection: it goes with a process that is killed.</summary>
internal static class NameLock
{
    /// <summary>Null when the name runs somewhere.</summary>
    public static IDisposable? TryTake(IStorageConnection connection, string name)
    {
        try
        {
            return connection.AcquireDistributedLock($"crm:run:{name}", TimeSpan.Zero);
        }
        catch (DistributedLockTimeoutException)
        {
            return null;
        }
    }
}
