using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Crm.Plugin.Features.Classification;

/// <summary>Writes the rows of a run that is being filled, in the order of the table's key.</summary>
/// <remarks>
/// SQLite: prepared statement, a transaction for every <see cref="ChunkRows"/> rows, so that other writers get in between.
/// PostgreSQL: one COPY, which blocks nobody and leaves nothing when it is cut off.
/// </remarks>
internal sealed class RunWriter(DbConnection connection, long runId, TimeProvider clock)
{
    /// <summary>About a tenth of a second of SQLite's only writer.</summary>
    public const int ChunkRows = 20_000;

    private static readonly string[] Columns =
    [
        "run_id", "counterparty_id", "place", "value_e4", "accumulated_e4", "cv_e3", "purchases", "purchases_in_period", "purchases_ever",
        "first_on", "last_on", "loss_after_days", "importance", "stage", "regularity", "previous_importance", "previous_stage", "previous_regularity",
        "reason", "marks",
    ];

    /// <exception cref="ClassificationRefusedException">The run was given up meanwhile.</exception>
    public async Task WriteAsync(FilledRun run, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
        if (connection is NpgsqlConnection postgres)
        {
            await CopyAsync(postgres, run, progress, cancellation);
            return;
        }

        for (var start = 0; start < run.Rows.Length; start += ChunkRows)
        {
            cancellation.ThrowIfCancellationRequested();
            InsertChunk((SqliteConnection)connection, run, start, Math.Min(start + ChunkRows, run.Rows.Length));
            progress?.Report(new(true, start, run.Rows.Length));
            await Task.Yield();
        }
    }

    private void InsertChunk(SqliteConnection sqlite, FilledRun run, int start, int end)
    {
        using var transaction = sqlite.BeginTransaction();
        using (var beat = sqlite.CreateCommand())
        {
            (beat.Transaction, beat.CommandText) = (transaction, "UPDATE classification_run SET heartbeat_at = @now WHERE id = @run AND state = 0");
            beat.Add("@now", Storage.Instant.ToMicroseconds(clock.GetUtcNow()));
            beat.Add("@run", runId);
            if (beat.ExecuteNonQuery() == 0)
            {
                throw new ClassificationRefusedException(ClassificationRuns.GivenUp(runId));
            }
        }

        using var insert = sqlite.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = $"INSERT INTO classification_row ({string.Join(", ", Columns)}) VALUES ({string.Join(", ", Columns.Select(c => "@" + c))})";
        var parameters = Columns.Select(c => insert.Add("@" + c, 0L)).ToArray();
        insert.Prepare();
        for (var i = start; i < end; i++)
        {
            Bind(parameters, run.Rows[i], run.Population);
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private void Bind(DbParameter[] parameters, in FillRow row, CustomerPopulation population)
    {
        var before = population.PreviousOf(row.Member);
        var hasBought = row.PurchasesEver > 0;
        parameters[0].Value = runId;
        parameters[1].Value = population.IdOf(row.Member);
        parameters[2].Value = row.Place;
        parameters[3].Value = row.ValueE4;
        parameters[4].Value = row.AccumulatedE4;
        parameters[5].Value = Null(row.Cv, row.Cv != FillRow.NoCv);
        parameters[6].Value = row.Purchases;
        parameters[7].Value = row.PurchasesInPeriod;
        parameters[8].Value = row.PurchasesEver;
        parameters[9].Value = Null(row.FirstDay, hasBought);
        parameters[10].Value = Null(row.LastDay, hasBought);
        parameters[11].Value = Null(row.LossAfterDays, hasBought);
        parameters[12].Value = Null(row.Importance, row.Importance != 0);
        parameters[13].Value = Null(row.Stage, row.Stage != 0);
        parameters[14].Value = Null(row.Regularity, row.Regularity != 0);
        parameters[15].Value = Null((int)(before.Importance ?? 0), before.Importance is not null);
        parameters[16].Value = Null((int)(before.Stage ?? 0), before.Stage is not null);
        parameters[17].Value = Null((int)(before.Regularity ?? 0), before.Regularity is not null);
        parameters[18].Value = (int)row.Reason;
        parameters[19].Value = (int)row.Marks;
    }

    private static object Null(int value, bool isKnown) => isKnown ? value : DBNull.Value;

    private async Task CopyAsync(NpgsqlConnection postgres, FilledRun run, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
        await using var import = await postgres.BeginBinaryImportAsync($"COPY classification_row ({string.Join(", ", Columns)}) FROM STDIN (FORMAT BINARY)", cancellation);
        for (var i = 0; i < run.Rows.Length; i++)
        {
            if (i % ChunkRows == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new(true, i, run.Rows.Length));
            }

            Write(import, run.Rows[i], run.Population);
        }

        await import.CompleteAsync(cancellation);
        await import.DisposeAsync();
        // Without statistics the planner takes the run for a handful of rows, and an approval would compare everybody with everybody.
        await using var analyze = new NpgsqlCommand("ANALYZE classification_row", postgres) { CommandTimeout = 0 };
        await analyze.ExecuteNonQueryAsync(cancellation);
    }

    private void Write(NpgsqlBinaryImporter import, in FillRow row, CustomerPopulation population)
    {
        var before = population.PreviousOf(row.Member);
        var hasBought = row.PurchasesEver > 0;
        import.StartRow();
        import.Write(runId, NpgsqlDbType.Bigint);
        import.Write(population.IdOf(row.Member), NpgsqlDbType.Bigint);
        import.Write(row.Place, NpgsqlDbType.Integer);
        import.Write(row.ValueE4, NpgsqlDbType.Bigint);
        import.Write(row.AccumulatedE4, NpgsqlDbType.Bigint);
        Write(import, row.Cv, row.Cv != FillRow.NoCv);
        import.Write(row.Purchases, NpgsqlDbType.Integer);
        import.Write(row.PurchasesInPeriod, NpgsqlDbType.Integer);
        import.Write(row.PurchasesEver, NpgsqlDbType.Integer);
        Write(import, row.FirstDay, hasBought);
        Write(import, row.LastDay, hasBought);
        Write(import, row.LossAfterDays, hasBought);
        WriteSmall(import, row.Importance);
        WriteSmall(import, row.Stage);
        WriteSmall(import, row.Regularity);
        WriteSmall(import, (short)(before.Importance ?? 0));
        WriteSmall(import, (short)(before.Stage ?? 0));
        WriteSmall(import, (short)(before.Regularity ?? 0));
        import.Write((int)row.Reason, NpgsqlDbType.Integer);
        import.Write((short)row.Marks, NpgsqlDbType.Smallint);
    }

    private static void Write(NpgsqlBinaryImporter import, int value, bool isKnown)
    {
        if (isKnown)
        {
            import.Write(value, NpgsqlDbType.Integer);
        }
        else
        {
            import.WriteNull();
        }
    }

    private static void WriteSmall(NpgsqlBinaryImporter import, short value)
    {
        if (value != 0)
        {
            import.Write(value, NpgsqlDbType.Smallint);
        }
        else
        {
            import.WriteNull();
        }
    }
}
