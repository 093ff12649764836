using System.Runtime.CompilerServices;
using Crm.Plugin.Storage;
using Crm.Tests.Servers;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Crm.Tests.App;

/// <summary>The plugin's empty database, migrated once a run and copied for each application: hundreds of upgrades were most of the run's time.</summary>
internal static class MigratedDatabase
{
    private static readonly Lazy<Task<byte[]>> Sqlite = new(MigrateSqliteAsync);

    private static readonly ConditionalWeakTable<PostgresServer, Lazy<Task<string>>> Postgres = [];

    /// <summary>Puts the plugin's SQLite database into an empty data folder.</summary>
    public static async Task CopyToAsync(string folder) => await File.WriteAllBytesAsync(Path.Combine(folder, "crm.db"), await Sqlite.Value);

    /// <summary>A fresh database of the plugin on the server; its connection string.</summary>
    public static async Task<string> CopyAsync(PostgresServer server)
    {
        // The value of two that ask at once is one: the table keeps a single Lazy for a server.
        var template = await Postgres.GetValue(server, s => new(() => MigrateAsync(s))).Value;
        return await server.CreateDatabaseAsync(template);
    }

    private static async Task<byte[]> MigrateSqliteAsync()
    {
        var folder = Directory.CreateTempSubdirectory("crm-template-").FullName;
        try
        {
            await MigrateAsync(DatabaseOptions.From(null, folder));
            SqliteConnection.ClearAllPools(); // the last connection to close brings the write-ahead log into the file
            return await File.ReadAllBytesAsync(Path.Combine(folder, "crm.db"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> MigrateAsync(PostgresServer server)
    {
        var database = await server.CreateDatabaseAsync();
        await MigrateAsync(DatabaseOptions.From(database + ";Pooling=false", ""));
        return new NpgsqlConnectionStringBuilder(database).Database!;
    }

    private static async Task MigrateAsync(DatabaseOptions options)
    {
        var builder = new DbContextOptionsBuilder<CrmDbContext>();
        StorageFeature.Configure(builder, options);
        await using var context = new CrmDbContext(builder.Options);
        await context.Database.MigrateAsync();
    }
}
