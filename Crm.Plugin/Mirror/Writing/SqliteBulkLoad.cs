using Crm.Plugin.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>
/// One prepared INSERT of many rows, bound value by value. ADO.NET's parameters box each value and look their names up again for
/// each row, which took longer than SQLite itself; so did the book that SQLite keeps of a table's ids, once for each statement.
/// </summary>
/// <remarks>The first column is never null: by that a statement that is not full knows where its rows end.</remarks>
internal sealed class SqliteBulkLoad : IBulkLoad, IDisposable
{
    private const int MostRows = 64;
    private const int MostValues = 1500;

    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly SqliteBinding binding;
    private readonly int columns;
    private readonly int most;
    private int rows;
    private int index;

    public SqliteBulkLoad(SqliteConnection connection, string table, IReadOnlyList<MirrorColumn> columns, string onConflict = "")
    {
        database = connection.Handle!;
        this.columns = columns.Count;
        most = Math.Clamp(MostValues / columns.Count, 1, MostRows);
        var names = string.Join(", ", columns.Select(c => c.Name));
        var marks = string.Join(", ", Enumerable.Repeat($"({string.Join(", ", columns.Select(_ => "?"))})", most));
        Check(raw.sqlite3_prepare_v3(
            database, $"INSERT INTO {table} ({names}) SELECT * FROM (VALUES {marks}) WHERE column1 IS NOT NULL{onConflict}", raw.SQLITE_PREPARE_PERSISTENT, out statement));
        binding = new(statement);
    }

    public void Begin() => index = rows * columns;

    public void Text(string? value)
    {
        index++;
        Check(value is null ? binding.Null(index) : binding.Text(index, CleanText.Of(value)));
    }

    public void Int(int? value) => Long(value);

    public void Long(long? value)
    {
        index++;
        Check(value is { } number ? binding.Long(index, number) : binding.Null(index));
    }

    public void Flag(bool value) => Check(binding.Long(++index, value ? 1 : 0));

    public void End()
    {
        if (++rows == most)
        {
            Run();
        }
    }

    /// <summary>Writes what is not written yet; at the end of each load.</summary>
    public void Flush()
    {
        if (rows > 0)
        {
            for (var row = rows; row < most; row++)
            {
                Check(binding.Null((row * columns) + 1));
            }

            Run();
        }
    }

    /// <summary>Forgets rows of a load that was broken off.</summary>
    public void Reset()
    {
        rows = 0;
        binding.Forget();
    }

    public void Dispose() => statement.Dispose();

    private void Run()
    {
        rows = 0;
        var result = raw.sqlite3_step(statement);
        var reset = raw.sqlite3_reset(statement);
        binding.Forget();
        Check(result == raw.SQLITE_DONE ? reset : result);
    }

    private void Check(int result) => SqliteResult.Check(database, result);
}
