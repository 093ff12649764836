using System.Data.Common;
using System.Globalization;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Crm.Tests.Mirror;

/// <summary>A fresh database with the plugin's tables and one or more connections.</summary>
internal sealed class MirrorDatabase : IAsyncDisposable
{
    private readonly string? folder;
    private readonly PostgresServer? server;

    private MirrorDatabase(DatabaseOptions options, string? folder, PostgresServer? server)
    {
        Options = options;
        this.folder = folder;
        this.server = server;
        Engine = new(options, Clock, NullLogger<SyncEngine>.Instance);
    }

    public DatabaseOptions Options { get; }

    public ManualClock Clock { get; } = new();

    public SyncEngine Engine { get; }

    public static async Task<MirrorDatabase> CreateAsync(DatabaseKind kind, PostgresServer postgres, int connections = 1)
    {
        MirrorDatabase result;
        if (kind == DatabaseKind.Sqlite)
        {
            var folder = Directory.CreateTempSubdirectory("crm-mirror-").FullName;
            await MigratedDatabase.CopyToAsync(folder);
            result = new(new(kind, $"Data Source={Path.Combine(folder, "crm.db")}"), folder, null);
        }
        else
        {
            result = new(new(kind, await MigratedDatabase.CopyAsync(postgres)), null, postgres);
        }

        await using var context = result.Context();
        for (var i = 1; i <= connections; i++)
        {
            context.Add(new ConnectionRecord { Name = $"erp-{i}", Host = "memory", Manifest = "{}", Address = "" });
        }

        await context.SaveChangesAsync();
        return result;
    }

    public CrmDbContext Context()
    {
        var builder = new DbContextOptionsBuilder<CrmDbContext>();
        StorageFeature.Configure(builder, Options);
        return new(builder.Options);
    }

    public Task<SyncResult> SyncAsync(Contracts.IHost host, SweepChoice sweep = SweepChoice.Never, int connection = 1) =>
        Engine.RunAsync(connection, host, new() { Sweep = sweep, IgnoresRetryTimes = true }, null, CancellationToken.None);

    public async Task<DbConnection> OpenAsync()
    {
        DbConnection connection = Options.Kind == DatabaseKind.Sqlite ? new SqliteConnection(Options.ConnectionString) : new NpgsqlConnection(Options.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Rows of a query, columns joined by '|', null as nothing.</summary>
    public async Task<List<string>> RowsAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var result = new List<string>();
        while (await reader.ReadAsync())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            result.Add(string.Join('|', values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture))));
        }

        return result;
    }

    public async Task<long> CountAsync(string sql) => long.Parse((await RowsAsync(sql)).Single(), CultureInfo.InvariantCulture);

    /// <summary>Names of the counterparties that a folded fragment of three letters or more finds.</summary>
    public Task<List<string>> SearchAsync(string fragment) => RowsAsync(
        Options.Kind == DatabaseKind.Sqlite
            ? $"SELECT c.name FROM counterparty_search s JOIN counterparty c ON c.id = s.rowid WHERE counterparty_search MATCH '\"{fragment}\"' ORDER BY c.name"
            : $"SELECT c.name FROM counterparty_search s JOIN counterparty c ON c.id = s.id WHERE s.text LIKE '%{fragment}%' ORDER BY c.name");

    /// <summary>Names of the counterparties with a number that holds these digits (at most eight).</summary>
    public Task<List<string>> PhoneAsync(string digits) => RowsAsync(
        $"SELECT DISTINCT c.name FROM phone_fragment f JOIN phone p ON p.id = {PhoneFragment.PhoneId} JOIN counterparty c ON c.id = p.counterparty_id WHERE f.entry >= {PhoneFragment.Range(digits).Low} AND f.entry < {PhoneFragment.Range(digits).High} ORDER BY c.name");

    public async ValueTask DisposeAsync()
    {
        if (folder is not null)
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, true);
        }

        if (server is not null)
        {
            await server.DropDatabaseAsync(Options.ConnectionString);
        }
    }
}

/// <summary>A clock that a test turns; timers do not run on it.</summary>
internal sealed class ManualClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 6, 1, 8, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
