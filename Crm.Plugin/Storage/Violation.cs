using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Crm.Plugin.Storage;

/// <summary>Tells why a database refused to save.</summary>
internal static class Violation
{
    private const int SqliteUnique = 2067; // SQLITE_CONSTRAINT_UNIQUE

    /// <summary>Whether somebody else has saved what may be there only once.</summary>
    public static bool IsOfUniqueness(DbUpdateException failure) =>
        failure.InnerException is SqliteException { SqliteExtendedErrorCode: SqliteUnique } or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
}
