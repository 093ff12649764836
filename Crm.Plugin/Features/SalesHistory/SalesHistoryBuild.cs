using System.Data.Common;
using Crm.Plugin.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Crm.Plugin.Features.SalesHistory;

/// <summary>
/// Packs the orders of the mirror anew when too many have changed since. What reads them sees the old blocks with the list of changes,
/// or the new blocks with a short list: both commit together.
/// </summary>
internal sealed partial class SalesHistoryBuild(IDbContextFactory<CrmDbContext> contexts, DatabaseOptions options, TimeProvider clock, ILogger<SalesHistoryBuild> logger) : IDisposable
{
    /// <summary>So many noted changes are read beside the blocks; more are packed.</summary>
    public const int MostTouched = 50_000;

    private const long MuchMemory = 500_000; // orders; packing fewer takes little
    private const long AdvisoryLock = 0x43524D5F53414C45;

    private readonly SemaphoreSlim one = new(1, 1);

    public void Dispose() => one.Dispose();

    /// <summary>Makes or renews the blocks where that is due. Safe to call at any time, from several processes.</summary>
    /// <param name="mostTouched">Renews beyond so many noted changes.</param>
    /// <param name="cancellation">A build that is cut off leaves what was there.</param>
    public async Task EnsureAsync(int mostTouched, CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation);
        try
        {
            if (await BuildIfDueAsync(mostTouched, cancellation) > MuchMemory)
            {
                ProcessMemory.GiveBack(); // what a pass over all orders took is not needed again for days
            }
        }
        finally
        {
            one.Release();
        }
    }

    /// <returns>Orders packed; 0 when it was not due.</returns>
    private async Task<long> BuildIfDueAsync(int mostTouched, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        await database.Database.OpenConnectionAsync(cancellation);
        if (!await IsDueAsync(database, mostTouched, cancellation))
        {
            return 0;
        }

        var connection = database.Database.GetDbConnection();
        await SalesTriggers.EnsureAsync(connection, options.Kind, cancellation);
        var start = clock.GetTimestamp();
        var orders = connection is NpgsqlConnection postgres
            ? await Task.Run(() => BuildAsync(postgres, mostTouched, cancellation), cancellation)
            : await Task.Run(() => BuildAsync((SqliteConnection)connection, cancellation), cancellation);
        var took = clock.GetElapsedTime(start);
        Built(logger, orders, took);
        return orders;
    }

    /// <summary>Renews in the background, earlier than a run would; waits until the first reading of orders has ended.</summary>
    public async Task RenewAsync(CancellationToken cancellation)
    {
        await using (var database = await contexts.CreateDbContextAsync(cancellation))
        {
            var orders = database.Set<Mirror.Records.SyncStateRecord>().Where(s => s.Entity == Mirror.MirrorEntity.SalesOrders);
            if (!await orders.AnyAsync(cancellation) || await orders.AnyAsync(s => s.FirstReadAt == null, cancellation))
            {
                return;
            }
        }

        await EnsureAsync(MostTouched / 2, cancellation);
    }

    private static async Task<bool> IsDueAsync(CrmDbContext database, int mostTouched, CancellationToken cancellation) =>
        !await database.Set<SalesHistoryState>().AnyAsync(s => s.Format == SalesBlockWriter.Format, cancellation)
        || await database.Set<SalesTouched>().OrderBy(t => t.Id).Select(t => t.Id).Skip(mostTouched).AnyAsync(cancellation);

    // One snapshot: rows noted after it stay noted, rows noted before it are packed and taken away.
    private async Task<long> BuildAsync(NpgsqlConnection connection, int mostTouched, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, null, $"SELECT pg_advisory_lock({AdvisoryLock})", cancellation);
        try
        {
            await using (var again = await contexts.CreateDbContextAsync(cancellation))
            {
                if (!await IsDueAsync(again, mostTouched, cancellation))
                {
                    return 0; // another process was faster
                }
            }

            await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
            var source = new SalesSource(connection, transaction);
            var blocks = source.Pack(null, cancellation);
            await ExecuteAsync(connection, transaction, "DELETE FROM sales_touched; DELETE FROM sales_block", cancellation);
            await using (var import = await connection.BeginBinaryImportAsync("COPY sales_block (no, data) FROM STDIN (FORMAT BINARY)", cancellation))
            {
                foreach (var (no, data) in blocks)
                {
                    await import.StartRowAsync(cancellation);
                    await import.WriteAsync(no, NpgsqlDbType.Bigint, cancellation);
                    await import.WriteAsync(data, NpgsqlDbType.Bytea, cancellation);
                }

                await import.CompleteAsync(cancellation);
            }

            await NoteAsync(connection, transaction, source, cancellation);
            await transaction.CommitAsync(cancellation);
            return source.Orders;
        }
        finally
        {
            await ExecuteAsync(connection, null, $"SELECT pg_advisory_unlock({AdvisoryLock})", CancellationToken.None);
        }
    }

    // Read first and written then, so that SQLite's one writer waits for the writing only.
    private async Task<long> BuildAsync(SqliteConnection connection, CancellationToken cancellation)
    {
        SalesSource source;
        SortedDictionary<long, byte[]> blocks;
        long generation;
        long lastTouched;
        await using (var snapshot = connection.BeginTransaction(deferred: true))
        {
            generation = await NumberAsync(connection, snapshot, "SELECT COALESCE(MAX(generation), 0) FROM sales_history", cancellation);
            lastTouched = await NumberAsync(connection, snapshot, "SELECT COALESCE(MAX(id), 0) FROM sales_touched", cancellation);
            source = new SalesSource(connection, snapshot);
            blocks = source.Pack(null, cancellation);
        }

        await using var transaction = connection.BeginTransaction();
        if (await NumberAsync(connection, transaction, "SELECT COALESCE(MAX(generation), 0) FROM sales_history", cancellation) != generation)
        {
            return 0; // another process was faster, and knows more
        }

        await ExecuteAsync(connection, transaction, $"DELETE FROM sales_touched WHERE id <= {lastTouched}; DELETE FROM sales_block", cancellation);
        await using (var insert = connection.CreateCommand())
        {
            (insert.Transaction, insert.CommandText) = (transaction, "INSERT INTO sales_block (no, data) VALUES (@no, @data)");
            var no = insert.Parameters.Add("@no", SqliteType.Integer);
            var data = insert.Parameters.Add("@data", SqliteType.Blob);
            foreach (var block in blocks)
            {
                (no.Value, data.Value) = (block.Key, block.Value);
                await insert.ExecuteNonQueryAsync(cancellation);
            }
        }

        await NoteAsync(connection, transaction, source, cancellation);
        await transaction.CommitAsync(cancellation);
        return source.Orders;
    }

    private async Task NoteAsync(DbConnection connection, DbTransaction transaction, SalesSource source, CancellationToken cancellation) =>
        await ExecuteAsync(
            connection,
            transaction,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"""
            INSERT INTO sales_history (id, format, generation, built_at, members, orders)
            VALUES (1, {SalesBlockWriter.Format}, 1, {Instant.ToMicroseconds(clock.GetUtcNow())}, {source.Members}, {source.Orders})
            ON CONFLICT (id) DO UPDATE SET format = excluded.format, generation = sales_history.generation + 1, built_at = excluded.built_at, members = excluded.members, orders = excluded.orders
            """),
            cancellation);

    private static async Task<long> NumberAsync(DbConnection connection, DbTransaction transaction, string sql, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction, sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        (command.Transaction, command.CommandText, command.CommandTimeout) = (transaction, sql, 0);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Sales history packed: {Orders} orders in {Took}")]
    private static partial void Built(ILogger logger, long orders, TimeSpan took);
}
