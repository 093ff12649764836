using System.Data.Common;
using Crm.Plugin.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>SQLite: one prepared statement per table, values bound without ADO.NET in between.</summary>
internal sealed class SqliteMirrorSession : MirrorSession
{
    private readonly Dictionary<string, SqliteBulkLoad> loads = [];
    private readonly Dictionary<string, SqliteKeyLookup> lookups = [];
    private readonly HashSet<string> staged = [];

    private SqliteMirrorSession(SqliteConnection connection, DatabaseOptions options)
        : base(connection, options)
    {
    }

    protected override string Begin => "BEGIN IMMEDIATE";

    public static async Task<MirrorSession> ConnectAsync(DatabaseOptions options, CancellationToken cancellation)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(options.ConnectionString) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            SqlitePragmas.Apply(connection);
            await using var command = connection.CreateCommand();
            // Sorts for indexes take both cores.
            // A larger log between checkpoints writes pages of the unique indexes, which change all over, once instead of often.
            // Sorts for indexes and the keys of a sweep grow with the mirror: they go to a file, staged pages stay in its cache.
            command.CommandText = "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-49152; PRAGMA wal_autocheckpoint=8000; PRAGMA threads=2; PRAGMA temp_store=FILE; PRAGMA temp.cache_size=-16000;";
            await command.ExecuteNonQueryAsync(cancellation);
            return new SqliteMirrorSession(connection, options);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override Task LoadAsync(string table, IReadOnlyList<MirrorColumn> columns, Action<IBulkLoad> fill, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!loads.TryGetValue(table, out var load))
        {
            loads[table] = load = new((SqliteConnection)Connection, table, columns);
        }

        load.Reset();
        fill(load);
        load.Flush();
        return Task.CompletedTask;
    }

    public override Task<long> AddAsync(
        MirrorTable table, MirrorSql sql, bool isKeyed, (string Name, object? Value)[] values, Action<IBulkLoad> fill, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var connection = (SqliteConnection)Connection;
        if (!loads.TryGetValue(table.Name, out var load))
        {
            loads[table.Name] = load = new(connection, table.Name, sql.FirstColumns, sql.OnConflict);
        }

        var connectionId = values.Number("@c");
        var before = raw.sqlite3_total_changes(connection.Handle);
        load.Reset();
        fill(new FirstLoad(load, table, (int)connectionId, values.Number("@now"), Find));
        load.Flush();
        return Task.FromResult((long)(raw.sqlite3_total_changes(connection.Handle) - before));

        long? Find(string target, string key)
        {
            if (!lookups.TryGetValue(target, out var lookup))
            {
                lookups[target] = lookup = new(connection, target, connectionId);
            }

            return lookup.Find(key);
        }
    }

    public override async Task StageAsync(string table, IReadOnlyList<MirrorColumn> columns, string? key, CancellationToken cancellation)
    {
        if (staged.Contains(table))
        {
            await ExecuteAsync($"DELETE FROM temp.{table}", cancellation);
            return;
        }

        var definitions = columns.Select(c => $"{c.Name} {(c.Kind == ColumnKind.Text ? "TEXT" : "INTEGER")}{(c.Name == key ? " PRIMARY KEY" : "")}");
        await ExecuteAsync($"CREATE TEMP TABLE {table} ({string.Join(", ", definitions)})", cancellation);
        staged.Add(table);
    }

    /// <inheritdoc/>
    public override async Task LetGoAsync(CancellationToken cancellation)
    {
        Release();
        // A sort for an index takes as much as the cache may, once for itself and once for each of its threads; it needs no cache.
        await ExecuteAsync("PRAGMA cache_size=-10240; PRAGMA shrink_memory", cancellation);
    }

    public override Task AnalyzeAsync(CancellationToken cancellation) => Task.CompletedTask; // queries are written for its fixed rules

    public override ValueTask DisposeAsync()
    {
        Release();
        return base.DisposeAsync();
    }

    private void Release()
    {
        foreach (var load in loads.Values)
        {
            load.Dispose();
        }

        foreach (var lookup in lookups.Values)
        {
            lookup.Dispose();
        }

        loads.Clear();
        lookups.Clear();
    }

    protected override void AddParameter(DbCommand command, string name, object? value) =>
        ((SqliteCommand)command).Parameters.AddWithValue(name, value ?? DBNull.Value);
}
