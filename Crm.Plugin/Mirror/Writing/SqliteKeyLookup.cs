using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>Finds the id of a key in one table of one connection: a memory of what was there when it was made, and a statement for the rest.</summary>
internal sealed class SqliteKeyLookup : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly KeyMemory memory = new();
    private byte[] buffer = new byte[256];

    public SqliteKeyLookup(SqliteConnection connection, string table, long connectionId)
    {
        database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(database, $"SELECT id FROM {table} WHERE connection_id = ? AND host_key = ?", raw.SQLITE_PREPARE_PERSISTENT, out statement));
        Check(raw.sqlite3_bind_int64(statement, 1, connectionId));
        Remember(table, connectionId);
    }

    /// <summary>Null when there is none yet.</summary>
    public long? Find(string key)
    {
        if (memory.TryFind(key, out var known))
        {
            return known;
        }

        var most = Encoding.UTF8.GetMaxByteCount(key.Length);
        if (buffer.Length < most)
        {
            buffer = new byte[most];
        }

        Check(raw.sqlite3_bind_text(statement, 2, buffer.AsSpan(0, Encoding.UTF8.GetBytes(key, buffer))));
        var step = raw.sqlite3_step(statement);
        long? id = step == raw.SQLITE_ROW ? raw.sqlite3_column_int64(statement, 0) : null;
        var reset = raw.sqlite3_reset(statement);
        Check(step is raw.SQLITE_ROW or raw.SQLITE_DONE ? reset : step);
        if (id is { } found)
        {
            memory.Add(key, found);
        }

        return id;
    }

    public void Dispose() => statement.Dispose();

    /// <summary>The keys in their index's order: a million read so cost less than a tenth of those looked up one by one.</summary>
    private void Remember(string table, long connectionId)
    {
        Check(raw.sqlite3_prepare_v2(database, $"SELECT host_key, id FROM {table} WHERE connection_id = ? LIMIT {KeyMemory.MostKeys}", out var all));
        using (all)
        {
            Check(raw.sqlite3_bind_int64(all, 1, connectionId));
            int step;
            while ((step = raw.sqlite3_step(all)) == raw.SQLITE_ROW)
            {
                memory.Add(raw.sqlite3_column_blob(all, 0), raw.sqlite3_column_int64(all, 1));
            }

            if (step != raw.SQLITE_DONE)
            {
                Check(step);
            }
        }
    }

    private void Check(int result) => SqliteResult.Check(database, result);
}
