using System.Data.Common;
using Crm.Plugin.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>PostgreSQL: binary COPY.</summary>
internal sealed class PostgresMirrorSession : MirrorSession
{
    private readonly HashSet<string> staged = [];
    private readonly Dictionary<string, KeyMemory> memories = [];

    private PostgresMirrorSession(NpgsqlConnection connection, DatabaseOptions options)
        : base(connection, options)
    {
    }

    protected override string Begin => "BEGIN";

    public static async Task<MirrorSession> ConnectAsync(DatabaseOptions options, CancellationToken cancellation)
    {
        // Not pooled: closing it ends the claim and the temporary tables for certain.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.ConnectionString) { Pooling = false, KeepAlive = 30 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            // A page is small and the tables are large: the planner, which has no statistics of a temporary table, must go
            // from each staged row into an index and never through a whole table. Tables that were just filled have no statistics
            // either: a page in the order of ids must come from their index, not from sorting all that is left for each page anew.
            await using var command = new NpgsqlCommand(
                "SET synchronous_commit=off; SET jit=off; SET enable_hashjoin=off; SET enable_mergejoin=off; SET enable_seqscan=off; SET enable_sort=off; SET maintenance_work_mem='128MB'; SET client_min_messages=error",
                connection);
            await command.ExecuteNonQueryAsync(cancellation);
            return new PostgresMirrorSession(connection, options);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override Task LoadAsync(string table, IReadOnlyList<MirrorColumn> columns, Action<IBulkLoad> fill, CancellationToken cancellation) =>
        CopyAsync(table, columns, fill, cancellation);

    public override async Task<long> AddAsync(
        MirrorTable table, MirrorSql sql, bool isKeyed, (string Name, object? Value)[] values, Action<IBulkLoad> fill, CancellationToken cancellation)
    {
        if (isKeyed)
        {
            await LoadAsync(sql.Stage, sql.StageColumns, fill, cancellation);
            return await ExecuteAsync(sql.InsertOrUpdate, cancellation, values);
        }

        var references = new ReferenceKeys(table, memories);
        var targets = table.Columns.Select(c => c.Target).OfType<string>().Distinct().ToList();
        foreach (var target in targets.Where(t => !memories.ContainsKey(t)))
        {
            memories[target] = await RememberAsync(target, values.Number("@c"), cancellation);
        }

        if (targets.Exists(t => !memories[t].IsWhole))
        {
            fill(references); // a key that is not in a whole memory is not in the table either
        }

        foreach (var (target, keys) in references.Unknown)
        {
            references.Found[target] = await FindAsync(target, values.Number("@c"), [.. keys], cancellation);
        }

        return await CopyAsync(
            table.Name,
            sql.FirstColumns,
            load => fill(new FirstLoad(load, table, (int)values.Number("@c"), values.Number("@now"), references.Find)),
            cancellation);
    }

    public override async Task StageAsync(string table, IReadOnlyList<MirrorColumn> columns, string? key, CancellationToken cancellation)
    {
        if (staged.Contains(table))
        {
            return; // emptied by the last commit
        }

        var definitions = columns.Select(c => $"{c.Name} {Type(c.Kind)}{(c.Name == key ? " PRIMARY KEY" : "")}");
        await ExecuteAsync($"CREATE TEMP TABLE IF NOT EXISTS {table} ({string.Join(", ", definitions)}) ON COMMIT DELETE ROWS", cancellation);
        staged.Add(table);
    }

    /// <inheritdoc/>
    public override Task LetGoAsync(CancellationToken cancellation)
    {
        memories.Clear();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task AnalyzeAsync(CancellationToken cancellation)
    {
        // What lists and look-ups find in an index alone is fetched from the table all the same until its pages are known to be visible to everybody.
        await ExecuteAsync("VACUUM (SKIP_LOCKED) counterparty, counterparty_search, phone_fragment", cancellation);
        await ExecuteAsync(
            "ANALYZE counterparty, contact_person, sales_order, sales_order_line, line_set, purchase_order, purchase_order_line, product, supplier_terms, payment, phone, phone_fragment, counterparty_search",
            cancellation);
    }

    protected override void AddParameter(DbCommand command, string name, object? value)
    {
        var type = value switch
        {
            int => NpgsqlDbType.Integer,
            long => NpgsqlDbType.Bigint,
            bool => NpgsqlDbType.Boolean,
            _ => NpgsqlDbType.Text,
        };
        ((NpgsqlCommand)command).Parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });
    }

    /// <returns>Rows.</returns>
    private async Task<long> CopyAsync(string table, IReadOnlyList<MirrorColumn> columns, Action<IBulkLoad> fill, CancellationToken cancellation)
    {
        var names = string.Join(", ", columns.Select(c => c.Name));
        await using var stream = await ((NpgsqlConnection)Connection).BeginRawBinaryCopyAsync($"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)", cancellation);
        var copy = new PostgresCopy(stream, columns.Count);
        try
        {
            fill(copy);
            copy.Finish();
        }
        catch
        {
            await stream.CancelAsync(); // closing it would keep the rows that came so far
            throw;
        }

        return copy.Rows;
    }

    /// <summary>All the keys in one go through the table: a million read so cost less than a tenth of those looked up one by one.</summary>
    private async Task<KeyMemory> RememberAsync(string table, long connectionId, CancellationToken cancellation)
    {
        await ExecuteAsync("SET LOCAL enable_seqscan=on", cancellation);
        var memory = new KeyMemory();
        await using (var command = new NpgsqlCommand($"SELECT host_key, id FROM {table} WHERE connection_id + 0 = @c LIMIT {KeyMemory.MostKeys}", (NpgsqlConnection)Connection))
        {
            command.Parameters.AddWithValue("c", (int)connectionId);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                memory.Add(reader.GetString(0), reader.GetInt64(1));
            }
        }

        await ExecuteAsync("SET LOCAL enable_seqscan=off", cancellation);
        return memory;
    }

    private async Task<Dictionary<string, long>> FindAsync(string table, long connectionId, string[] keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT t.host_key, t.id FROM {table} t JOIN unnest(@keys) k ON t.host_key = k COLLATE \"C\" WHERE t.connection_id = @c", (NpgsqlConnection)Connection);
        command.Parameters.AddWithValue("keys", keys);
        command.Parameters.AddWithValue("c", (int)connectionId);
        var found = new Dictionary<string, long>(keys.Length, StringComparer.Ordinal);
        var memory = memories[table];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (key, id) = (reader.GetString(0), reader.GetInt64(1));
            found[key] = id;
            memory.Add(key, id);
        }

        return found;
    }

    private static string Type(ColumnKind kind) => kind switch
    {
        ColumnKind.Text => "text COLLATE \"C\"",
        ColumnKind.Int => "integer",
        ColumnKind.Long => "bigint",
        _ => "boolean",
    };
}
