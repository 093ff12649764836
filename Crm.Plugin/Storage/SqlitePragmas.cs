using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Crm.Plugin.Storage;

/// <summary>Settings that SQLite keeps per connection.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    /// <summary>
    /// WAL lets readers and one writer go on together; FULL makes a committed contact survive a power cut;
    /// the busy time-out waits inside SQLite in steps of a millisecond, where ADO.NET would sleep 150.
    /// </summary>
    public const string Text = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=15000; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;";

    // A pooled connection is opened by each context that takes it, but its settings stay with the engine's handle.
    private static readonly ConditionalWeakTable<SQLitePCL.sqlite3, object> Settled = [];

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Apply(connection);
        return Task.CompletedTask;
    }

    public static void Apply(DbConnection connection)
    {
        if (connection is not SqliteConnection { Handle: { } handle } || !Settled.TryAdd(handle, Settled))
        {
            return;
        }

        using var command = connection.CreateCommand();
        // EF looks read-only whether the database exists; such a connection cannot change the journal.
        command.CommandText = connection.ConnectionString.Contains("Mode=ReadOnly", StringComparison.OrdinalIgnoreCase) ? "PRAGMA busy_timeout=15000" : Text;
        command.ExecuteNonQuery();
    }
}
