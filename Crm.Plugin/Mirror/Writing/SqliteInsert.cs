using System.Runtime.InteropServices;
using SQLitePCL;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>
/// One prepared INSERT of a number of rows. Values are bound by SQLite's own functions, without the change of the collector's mode
/// around each call, without SQLite's copy of each text, and with the connection's lock taken once and not for each value: of
/// millions of rows with a dozen values, that was most of the time that writing them took.
/// </summary>
internal sealed class SqliteInsert : IDisposable
{
    /// <summary>Instead of a text's length: no value.</summary>
    public const int Null = -1;

    /// <summary>Instead of a text's length: a whole number.</summary>
    public const int Number = -2;

    private const string Library = "e_sqlite3";

    private readonly sqlite3 database;
    private readonly nint mutex;
    private readonly string sql;
    private sqlite3_stmt? statement;

    /// <param name="database">Open.</param>
    /// <param name="into">The statement up to its rows.</param>
    /// <param name="onConflict">The statement behind them.</param>
    /// <param name="columns">Values of a row.</param>
    /// <param name="rows">How many.</param>
    public SqliteInsert(sqlite3 database, string into, string onConflict, int columns, int rows)
    {
        this.database = database;
        mutex = MutexOf(database.DangerousGetHandle());
        Rows = rows;
        var marks = $"({string.Join(", ", Enumerable.Repeat("?", columns))})";
        sql = $"{into}{string.Join(", ", Enumerable.Repeat(marks, rows))}{onConflict}";
    }

    /// <summary>How many it writes at a time.</summary>
    public int Rows { get; }

    /// <summary>Writes its rows.</summary>
    /// <param name="values">Row by row: a number, or where a text lies.</param>
    /// <param name="lengths">Of the texts in bytes, or what there is instead of a text.</param>
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">Nothing of them is written.</exception>
    public void Run(ReadOnlySpan<long> values, ReadOnlySpan<int> lengths)
    {
        if (statement is null)
        {
            SqliteResult.Check(database, raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
        }

        EnterMutex(mutex);
        try
        {
            Bind(statement.DangerousGetHandle(), values, lengths);
            var result = raw.sqlite3_step(statement);
            var reset = raw.sqlite3_reset(statement);
            SqliteResult.Check(database, result == raw.SQLITE_DONE ? reset : result);
        }
        finally
        {
            LeaveMutex(mutex);
        }
    }

    public void Dispose() => statement?.Dispose();

    private void Bind(nint handle, ReadOnlySpan<long> values, ReadOnlySpan<int> lengths)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var result = lengths[i] switch
            {
                Number => BindLong(handle, i + 1, values[i]),
                Null => BindNull(handle, i + 1),
                var length => BindText(handle, i + 1, (nint)values[i], length, 0),
            };
            SqliteResult.Check(database, result);
        }
    }

    // The binding functions do not wait, call back or run longer than it takes to store a value: what SuppressGCTransition asks for.
    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    [DllImport(Library, EntryPoint = "sqlite3_bind_int64")]
    private static extern int BindLong(nint statement, int index, long value);

    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    [DllImport(Library, EntryPoint = "sqlite3_bind_null")]
    private static extern int BindNull(nint statement, int index);

    /// <param name="statement">Of SQLite.</param>
    /// <param name="index">From 1.</param>
    /// <param name="text">UTF-8.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="destructor">0: the text stays where it is, SQLite makes no copy.</param>
    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    [DllImport(Library, EntryPoint = "sqlite3_bind_text")]
    private static extern int BindText(nint statement, int index, nint text, int length, nint destructor);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    [DllImport(Library, EntryPoint = "sqlite3_db_mutex")]
    private static extern nint MutexOf(nint database);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    [DllImport(Library, EntryPoint = "sqlite3_mutex_enter")]
    private static extern void EnterMutex(nint mutex);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    [DllImport(Library, EntryPoint = "sqlite3_mutex_leave")]
    private static extern void LeaveMutex(nint mutex);
}
