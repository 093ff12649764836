using System.Data.Common;
using Crm.Plugin.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Crm.Plugin.Features.Classification;

/// <summary>One member whose classes differ between two runs.</summary>
internal readonly record struct ChangeOfClasses(long Id, Classes Before, Classes Now);

/// <summary>Finds who changed and writes it down, set by set.</summary>
internal static class ClassChanges
{
    private static readonly string[] Columns = ["counterparty_id", "run_id", "importance", "stage", "regularity", "previous_importance", "previous_stage", "previous_regularity"];

    /// <summary>In the order of ids; whoever is in one run only counts as without classes in the other.</summary>
    public static List<ChangeOfClasses> Between(RunTable? before, RunTable now)
    {
        var result = new List<ChangeOfClasses>();
        var old = 0;
        var oldRows = before?.Rows ?? [];
        foreach (ref readonly var row in now.Rows.AsSpan())
        {
            for (; old < oldRows.Length && oldRows[old].Id < row.Id; old++)
            {
                Add(oldRows[old].Id, before!.EffectiveOf(oldRows[old]), Classes.None);
            }

            var was = Classes.None;
            if (old < oldRows.Length && oldRows[old].Id == row.Id)
            {
                was = before!.EffectiveOf(oldRows[old++]);
            }

            Add(row.Id, was, now.EffectiveOf(row));
        }

        for (; old < oldRows.Length; old++)
        {
            Add(oldRows[old].Id, before!.EffectiveOf(oldRows[old]), Classes.None);
        }

        return result;

        void Add(long id, Classes was, Classes becomes)
        {
            if (was != becomes)
            {
                result.Add(new(id, was, becomes));
            }
        }
    }

    /// <summary>Writes the changes of a run and gives them to the counterparties, in the caller's transaction.</summary>
    /// <returns>How many counterparties took other classes.</returns>
    public static async Task<int> WriteAsync(CrmDbContext database, DbTransaction transaction, long runId, List<ChangeOfClasses> changes, CancellationToken cancellation)
    {
        var connection = database.Database.GetDbConnection();
        if (connection is NpgsqlConnection postgres)
        {
            await CopyAsync(postgres, runId, changes, cancellation);
            // Without statistics the planner takes the run for a handful of rows, and compares everybody with everybody.
            await database.Database.ExecuteSqlAsync($"ANALYZE class_change", cancellation);
        }
        else
        {
            Insert((SqliteConnection)connection, (SqliteTransaction)transaction, runId, changes, cancellation);
        }

        return await database.Database.ExecuteSqlAsync(
            $"""
            UPDATE counterparty SET importance = h.importance, stage = h.stage, regularity = h.regularity
            FROM class_change h
            WHERE h.run_id = {runId} AND h.counterparty_id = counterparty.id
              AND (counterparty.importance IS DISTINCT FROM h.importance OR counterparty.stage IS DISTINCT FROM h.stage
                   OR counterparty.regularity IS DISTINCT FROM h.regularity)
            """,
            cancellation);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, long runId, List<ChangeOfClasses> changes, CancellationToken cancellation)
    {
        await using var import = await connection.BeginBinaryImportAsync($"COPY class_change ({string.Join(", ", Columns)}) FROM STDIN (FORMAT BINARY)", cancellation);
        foreach (var change in changes)
        {
            import.StartRow();
            import.Write(change.Id, NpgsqlDbType.Bigint);
            import.Write(runId, NpgsqlDbType.Bigint);
            foreach (var number in (ReadOnlySpan<short>)[.. Numbers(change.Now), .. Numbers(change.Before)])
            {
                if (number == 0)
                {
                    import.WriteNull();
                }
                else
                {
                    import.Write(number, NpgsqlDbType.Smallint);
                }
            }
        }

        await import.CompleteAsync(cancellation);
    }

    private static void Insert(SqliteConnection connection, SqliteTransaction transaction, long runId, List<ChangeOfClasses> changes, CancellationToken cancellation)
    {
        using var insert = connection.CreateCommand();
        (insert.Transaction, insert.CommandText) = (transaction, $"INSERT INTO class_change ({string.Join(", ", Columns)}) VALUES ({string.Join(", ", Columns.Select(c => "@" + c))})");
        var parameters = Columns.Select(c => insert.Parameters.AddWithValue("@" + c, 0L)).ToArray();
        insert.Prepare();
        parameters[1].Value = runId;
        foreach (var change in changes)
        {
            cancellation.ThrowIfCancellationRequested();
            parameters[0].Value = change.Id;
            var at = 2;
            foreach (var number in (ReadOnlySpan<short>)[.. Numbers(change.Now), .. Numbers(change.Before)])
            {
                parameters[at++].Value = number == 0 ? DBNull.Value : (long)number;
            }

            insert.ExecuteNonQuery();
        }
    }

    private static short[] Numbers(Classes classes) => [(short)(classes.Importance ?? 0), (short)(classes.Stage ?? 0), (short)(classes.Regularity ?? 0)];
}
