using Crm.Tests.Servers;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Crm.Tests.Servers;

/// <summary>
/// One private PostgreSQL 15 for the whole test run: own data folder, free port on 127.0.0.1, gone afterwards. Starts at the first
/// request (about two seconds), so runs that do not need it pay nothing.
/// </summary>
/// <remarks>
/// Use: <c>public sealed class XStoreTests(PostgresServer postgres)</c> and in the test
/// <c>var connectionString = await postgres.CreateDatabaseAsync();</c> – a fresh, empty database each time, no clean-up needed.
/// An absent server skips the test (fails it with CRM_REQUIRE_SERVERS=1).
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private ServerProcess? process;
    private int created;

    /// <summary>Where Debian puts the server's programs.</summary>
    internal const string Programs = "/usr/lib/postgresql/15/bin";

    /// <summary>Known after the first <see cref="CreateDatabaseAsync"/>.</summary>
    public int Port { get; private set; }

    /// <summary>The server's programs refuse to run as root.</summary>
    internal static string? User => Environment.UserName == "root" ? "postgres" : null;

    /// <summary>Makes a fresh database, empty or as a copy of <paramref name="template"/> (which nobody may be connected to).</summary>
    /// <returns>Its connection string for Npgsql; the user may do anything.</returns>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        await StartAsync();
        var name = $"test_{Interlocked.Increment(ref created)}";
        // Copying the files takes half the processor time of writing each page to the log, which nobody will ever replay.
        await ExecuteAsync("postgres", $"create database {name} encoding 'UTF8' template {template ?? "template0"} strategy file_copy");
        return ConnectionString(name);
    }

    /// <summary>Removes a database that its test has done with: hundreds of them would fill the memory, and each is vacuumed in turn.</summary>
    /// <param name="connectionString">As <see cref="CreateDatabaseAsync"/> gave it.</param>
    internal async Task DropDatabaseAsync(string connectionString)
    {
        await using (var pool = new NpgsqlConnection(connectionString))
        {
            NpgsqlConnection.ClearPool(pool);
        }

        await ExecuteAsync("postgres", $"drop database {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");
    }

    /// <summary>How to reach a database of this server by name.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database};Include Error Detail=true";

    /// <summary>Runs one SQL script.</summary>
    internal async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Starts the server unless it runs; skips the test when its programs are absent.</summary>
    internal async Task StartAsync()
    {
        if (!File.Exists($"{Programs}/postgres"))
            RequiredServers.Absent("PostgreSQL 15 is not installed (Debian package postgresql-15).");
        await gate.WaitAsync();
        try
        {
            if (process is null)
                await LaunchAsync();
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task LaunchAsync()
    {
        var folder = (await ServerProcess.RunAsync(["mktemp", "-d", Path.Combine(Path.GetTempPath(), "crm-postgres-XXXXXX")], User)).Trim();
        await ServerProcess.RunAsync(
            [$"{Programs}/initdb", "-D", $"{folder}/data", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"], User);
        Port = ServerProcess.FreePort();
        string[] command =
        [
            $"{Programs}/postgres", "-D", $"{folder}/data", "-p", $"{Port}", "-h", "127.0.0.1", "-k", folder,
            "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "timezone=UTC",
            "-c", "jit=off", "-c", "autovacuum_naptime=5s",   // Tryton's set-up joins the catalog views: minutes with the defaults
        ];
        var started = ServerProcess.Start(command, "INT", folder, User);
        await started.ReadyAsync(
            async cancellation =>
            {
                await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
                await connection.OpenAsync(cancellation);
                return true;
            },
            TimeSpan.FromSeconds(60));
        process = started;
    }

    /// <summary>Stops the server and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (process is not null)
            await process.DisposeAsync();
        gate.Dispose();
    }
}
