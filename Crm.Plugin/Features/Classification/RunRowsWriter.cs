using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Crm.Plugin.Features.Classification;

/// <summary>Writes the packed rows of a run: COPY on PostgreSQL, a prepared statement on SQLite.</summary>
internal static class RunRowsWriter
{
    /// <summary>Inside the caller's transaction.</summary>
    public static async Task WriteAsync(DbConnection connection, DbTransaction transaction, long runId, IReadOnlyList<RunBlock> blocks, CancellationToken cancellation)
    {
        if (connection is NpgsqlConnection postgres)
        {
            await using var import = await postgres.BeginBinaryImportAsync("COPY classification_block (run_id, first_id, data) FROM STDIN (FORMAT BINARY)", cancellation);
            foreach (var block in blocks)
            {
                await import.StartRowAsync(cancellation);
                await import.WriteAsync(runId, NpgsqlDbType.Bigint, cancellation);
                await import.WriteAsync(block.FirstId, NpgsqlDbType.Bigint, cancellation);
                await import.WriteAsync(block.Data, NpgsqlDbType.Bytea, cancellation);
            }

            await import.CompleteAsync(cancellation);
            return;
        }

        await using var insert = ((SqliteConnection)connection).CreateCommand();
        (insert.Transaction, insert.CommandText) = ((SqliteTransaction)transaction, "INSERT INTO classification_block (run_id, first_id, data) VALUES (@run, @first, @data)");
        insert.Parameters.AddWithValue("@run", runId);
        var first = insert.Parameters.Add("@first", SqliteType.Integer);
        var data = insert.Parameters.Add("@data", SqliteType.Blob);
        foreach (var block in blocks)
        {
            cancellation.ThrowIfCancellationRequested();
            (first.Value, data.Value) = (block.FirstId, block.Data);
            await insert.ExecuteNonQueryAsync(cancellation);
        }
    }
}
