using System.Net.Sockets;
using Crm.Contracts;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Crm.Plugin.Commands;

/// <summary>Turns what can go wrong on a server into one line that an administrator can act on.</summary>
internal static class Failures
{
    /// <summary>Null for what nobody foresaw.</summary>
    public static CommandFailure? Explain(Exception exception) => Chain(exception).Select(One).FirstOrDefault(f => f is not null);

    private static CommandFailure? One(Exception exception) => exception switch
    {
        CommandFailure known => known,
        HostException host => new(host.Code, host.Message),
        AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            new("crm.port-busy", "The port is in use by another program: stop that one, or choose another with --urls http://localhost:PORT."),
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            new("crm.port-denied", "The system does not let this account listen on that port: choose one above 1023 with --urls http://localhost:PORT."),
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            new("crm.address-unknown", "This machine does not have the address that --urls names."),
        NewerDatabaseException newer => new("crm.database-newer", newer.Message),
        PostgresException postgres => Postgres(postgres),
        NpgsqlException { InnerException: TimeoutException } => Unreachable("it does not answer in time"),
        NpgsqlException npgsql => Unreachable(npgsql.InnerException is SocketException socket ? socket.SocketErrorCode.ToString() : "no connection"),
        SqliteException { SqliteErrorCode: 5 or 6 } => new("crm.database-locked", "Another program holds the database in the data folder locked: end it and try again."),
        SqliteException { SqliteErrorCode: 13 } => new("crm.disk-full", "The disk of the data folder is full: make room; nothing that was saved is lost."),
        SqliteException { SqliteErrorCode: 8 or 14 } => new("crm.database-unwritable", "The database file in the data folder cannot be opened for writing: mend the rights of the folder and its files."),
        SqliteException { SqliteErrorCode: 11 or 26 } => new("crm.database-damaged", "The database file in the data folder is damaged or is no database: restore it from the backup."),
        _ => null,
    };

    private static CommandFailure Postgres(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            new("crm.database-refused", "PostgreSQL refuses the account that CRM_DATABASE names: check user and password."),
        PostgresErrorCodes.InvalidCatalogName =>
            new("crm.database-missing", "PostgreSQL does not have the database that CRM_DATABASE names: create it (createdb -E UTF8 NAME)."),
        PostgresErrorCodes.InsufficientPrivilege =>
            new("crm.database-rights", "The PostgreSQL account that CRM_DATABASE names may not create tables: make it the owner of the database."),
        PostgresErrorCodes.DiskFull => new("crm.disk-full", "The disk of PostgreSQL is full: make room; nothing that was saved is lost."),
        _ when exception.SqlState.StartsWith("57P", StringComparison.Ordinal) || exception.SqlState == PostgresErrorCodes.TooManyConnections =>
            Unreachable($"it answers {exception.SqlState}"),
        _ => new("crm.database-failed", $"PostgreSQL failed with {exception.SqlState}: its own log says more."),
    };

    private static CommandFailure Unreachable(string why) =>
        new("crm.database-unreachable", $"The PostgreSQL that CRM_DATABASE names cannot be reached ({why}): start it or correct host and port.");

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var next = exception; next is not null; next = next.InnerException)
        {
            yield return next;
        }
    }
}
