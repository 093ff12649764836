using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;
using Microsoft.Data.Sqlite;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Lets one run at a time synchronise a connection; the operating system or the database frees it when its process dies.</summary>
internal sealed class SyncClaim : IAsyncDisposable
{
    /// <summary>"CRMS": keeps our advisory locks apart from those of others in the same database.</summary>
    public const int LockSpace = 0x43524D53;

    private readonly FileStream? file;
    private readonly MirrorSession? session;
    private readonly int connectionId;

    private SyncClaim(FileStream? file, MirrorSession? session, int connectionId)
    {
        this.file = file;
        this.session = session;
        this.connectionId = connectionId;
    }

    /// <summary>Null when somebody else has it.</summary>
    public static async Task<SyncClaim?> TryTakeAsync(MirrorSession session, int connectionId, CancellationToken cancellation)
    {
        if (session.Kind == DatabaseKind.PostgreSql)
        {
            // On the session that writes: should it break, the lock goes and so does the ability to write.
            var taken = await session.NumberAsync(
                "SELECT CASE WHEN pg_try_advisory_lock(@space, @c) THEN 1 ELSE 0 END", cancellation, ("@space", LockSpace), ("@c", connectionId));
            return taken == 1 ? new(null, session, connectionId) : null;
        }

        try
        {
            // The kernel frees the lock of a killed process; the empty file stays, because removing it would race with the next taker.
            return new(new FileStream(LockFile((SqliteConnection)session.Connection, connectionId), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1), null, connectionId);
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (file is not null)
        {
            await file.DisposeAsync();
        }

        if (session?.Connection.State == System.Data.ConnectionState.Open)
        {
            await session.NumberAsync("SELECT CASE WHEN pg_advisory_unlock(@space, @c) THEN 1 ELSE 0 END", CancellationToken.None, ("@space", LockSpace), ("@c", connectionId));
        }
    }

    private static string LockFile(SqliteConnection connection, int connectionId) =>
        $"{Path.GetFullPath(connection.DataSource)}-sync-{connectionId.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}
