using Crm.Plugin.Storage;
using Microsoft.Data.Sqlite;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>
/// Gathers rows and writes many with one INSERT. ADO.NET's parameters box each value and look their names up again for each row,
/// which took longer than SQLite itself; so did the book that SQLite keeps of a table's ids, once for each statement.
/// </summary>
internal sealed class SqliteBulkLoad : IBulkLoad, IDisposable
{
    private const int MostRows = 64;
    private const int MostValues = 1500;

    private readonly SqliteInsert[] inserts; // of ever fewer rows, the last of one
    private readonly SqliteTexts texts = new();
    private readonly int columns;
    private readonly int most;
    private readonly long[] values; // a number, or where a text lies
    private readonly int[] lengths; // of a text in bytes; negative: not a text
    private int rows;
    private int index;

    public SqliteBulkLoad(SqliteConnection connection, string table, IReadOnlyList<MirrorColumn> columns, string onConflict = "")
    {
        this.columns = columns.Count;
        most = Math.Clamp(MostValues / columns.Count, 1, MostRows);
        values = new long[most * columns.Count];
        lengths = new int[values.Length];
        var names = string.Join(", ", columns.Select(c => c.Name));
        inserts = [.. new[] { most, 8, 1 }.Where(size => size <= most).Distinct().Select(size => new SqliteInsert(connection.Handle!, $"INSERT INTO {table} ({names}) VALUES ", onConflict, columns.Count, size))];
    }

    public void Begin() => index = rows * columns;

    public void Text(string? value)
    {
        if (value is null)
        {
            lengths[index++] = SqliteInsert.Null;
        }
        else
        {
            values[index] = texts.Keep(CleanText.Of(value), out lengths[index]);
            index++;
        }
    }

    public void Int(int? value) => Long(value);

    public void Long(long? value)
    {
        values[index] = value.GetValueOrDefault();
        lengths[index++] = value is null ? SqliteInsert.Null : SqliteInsert.Number;
    }

    public void Flag(bool value) => Long(value ? 1 : 0);

    public void End()
    {
        if (++rows == most)
        {
            Flush();
        }
    }

    /// <summary>Writes what is not written yet; at the end of each load.</summary>
    public void Flush()
    {
        var (count, first) = (rows, 0);
        rows = 0;
        foreach (var insert in inserts)
        {
            for (; count - first >= insert.Rows; first += insert.Rows)
            {
                var range = (first * columns)..((first + insert.Rows) * columns);
                insert.Run(values.AsSpan(range), lengths.AsSpan(range));
            }
        }

        texts.Forget();
    }

    /// <summary>Forgets rows of a load that was broken off.</summary>
    public void Reset()
    {
        rows = 0;
        texts.Forget();
    }

    public void Dispose()
    {
        foreach (var insert in inserts)
        {
            insert.Dispose();
        }
    }
}
