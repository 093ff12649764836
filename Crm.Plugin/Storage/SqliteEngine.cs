using SQLitePCL;

namespace Crm.Plugin.Storage;

/// <summary>Settings that SQLite takes once a process, before its first database is opened.</summary>
internal static class SqliteEngine
{
    static SqliteEngine()
    {
        Batteries_V2.Init();
        // Its book of allocated memory, which nobody reads, takes a lock that all threads share at each allocation. Set too late, all goes on as it was.
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    /// <summary>Makes them. Safe to repeat.</summary>
    public static void SetUp()
    {
    }
}
