using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>What SQLite's own functions answer, told as ADO.NET tells it.</summary>
internal static class SqliteResult
{
    /// <exception cref="SqliteException">The result is not SQLITE_OK.</exception>
    public static void Check(sqlite3 database, int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new SqliteException(raw.sqlite3_errmsg(database).utf8_to_string(), result, raw.sqlite3_extended_errcode(database));
        }
    }
}
