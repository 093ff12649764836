using System.Security.Cryptography;
using System.Text;
using Crm.Tests.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(TrytonServer))]

namespace Crm.Tests.Servers;

/// <summary>A database served by <see cref="TrytonServer"/>.</summary>
/// <param name="Url">Address with the database, as CRM_HOST_URL takes it.</param>
/// <param name="Database">Its name.</param>
/// <param name="ConnectionString">Straight to PostgreSQL, for fingerprints and for what only SQL can do.</param>
/// <param name="Rpc">Signed in as <c>admin</c>.</param>
public sealed record TrytonDatabase(Uri Url, string Database, string ConnectionString, TrytonRpc Rpc)
{
    /// <summary>Sign-in name with all rights.</summary>
    public string AdminUser => "admin";

    /// <summary>Its password.</summary>
    public string AdminPassword => TrytonServer.Password;
}

/// <summary>
/// Debian's Tryton 6.0 on the private PostgreSQL: one process for the test run, as many databases as tests want. Starts at the first request.
/// </summary>
/// <remarks>
/// Use: <c>public sealed class XTests(TrytonServer tryton)</c>, then <c>await tryton.NorthwindAsync()</c> for the shared database that nobody
/// changes, or <c>await tryton.StartWithNorthwindAsync()</c> for a copy of one's own (about two seconds). The filled database is built once
/// (minutes) and kept as a dump in $XDG_CACHE_HOME/crm-tests (or ~/.cache), keyed by the packages' versions and by what the loader does.
/// </remarks>
public sealed class TrytonServer : IAsyncDisposable
{
    internal const string Password = "admin-crm-1";

    private const string Template = "northwind_template";

    private static readonly string[] Modules =
    [
        "party", "party_relationship", "company", "country", "currency", "product", "account", "account_invoice", "account_product",
        "stock", "sale", "purchase", "sale_opportunity",
    ];

    // Its own: one assembly fixture cannot ask for another.
    private readonly PostgresServer postgres = new();
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly List<TrytonRpc> clients = [];
    private ServerProcess? process;
    private int port;
    private string configuration = "";
    private Task? ready;
    private TrytonDatabase? shared;

    /// <summary>The database that all read-only tests share; nobody may change it.</summary>
    public async Task<TrytonDatabase> NorthwindAsync()
    {
        await gate.WaitAsync();
        try
        {
            return shared ??= await CopyAsync();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>A fresh copy that the test may change as it likes.</summary>
    public async Task<TrytonDatabase> StartWithNorthwindAsync()
    {
        await gate.WaitAsync();
        try
        {
            return await CopyAsync();
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients)
            client.Dispose();
        if (process is not null)
            await process.DisposeAsync();
        await postgres.DisposeAsync();
        gate.Dispose();
    }

    private async Task<TrytonDatabase> CopyAsync()
    {
        if (!File.Exists("/usr/bin/trytond"))
            RequiredServers.Absent("Tryton is not installed (Debian packages tryton-server and tryton-modules-*; see .ci/servers.sh).");
        var data = RequiredServers.Data("northwind");
        await (ready ??= GetReadyAsync(data));   // one that failed fails every test with its reason, at once
        return await OpenAsync(await postgres.CreateDatabaseAsync(Template));
    }

    private async Task GetReadyAsync(string data)
    {
        await postgres.StartAsync();
        await LaunchAsync();
        await PrepareAsync(data);
    }

    private async Task<TrytonDatabase> OpenAsync(string connectionString)
    {
        var database = new Npgsql.NpgsqlConnectionStringBuilder(connectionString).Database!;
        var url = new Uri($"http://127.0.0.1:{port}/{database}/");
        var rpc = await TrytonRpc.SignInAsync(url, "admin", Password);
        clients.Add(rpc);
        return new TrytonDatabase(url, database, connectionString, rpc);
    }

    private async Task LaunchAsync()
    {
        var folder = Directory.CreateTempSubdirectory("crm-tryton-").FullName;
        port = ServerProcess.FreePort();
        await File.WriteAllTextAsync($"{folder}/trytond.conf", $"""
            [web]
            listen = 127.0.0.1:{port}
            [database]
            uri = postgresql://postgres@127.0.0.1:{postgres.Port}/
            list = False
            [email]
            uri = smtp://127.0.0.1:9
            """);
        configuration = $"{folder}/trytond.conf";
        process = ServerProcess.Start(["/usr/bin/trytond", "-c", configuration], "TERM", folder, user: null);
        using var http = new HttpClient();
        await process.ReadyAsync(
            async cancellation =>
            {
                using var question = new StringContent("""{"id":1,"method":"common.server.version","params":[]}""", Encoding.UTF8, "application/json");
                using var answer = await http.PostAsync(new Uri($"http://127.0.0.1:{port}/"), question, cancellation);
                return answer.IsSuccessStatusCode;
            },
            TimeSpan.FromSeconds(60));
    }

    private async Task PrepareAsync(string data)
    {
        var versions = await ServerProcess.RunAsync(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", "tryton-*", "python3-phonenumbers", "postgresql-15"]);
        var empty = await CachedAsync($"tryton-{Key(versions)}", "tryton_build", InitialiseAsync);
        var filled = await CachedAsync($"northwind-{Key(versions + NorthwindLoader.Revision)}", "northwind_build", async database =>
        {
            await RestoreAsync(empty, database);
            await NorthwindLoader.FillAsync(await OpenAsync(postgres.ConnectionString(database)), data);
        });
        await postgres.ExecuteAsync("postgres", $"create database {Template} encoding 'UTF8' template template0");
        await RestoreAsync(filled, Template);
    }

    /// <summary>A dump from the cache, made once by <paramref name="build"/> in a fresh database.</summary>
    private async Task<string> CachedAsync(string name, string database, Func<string, Task> build)
    {
        var dump = Path.Combine(CacheFolder(), $"{name}.dump");
        if (File.Exists(dump))
            return dump;
        await postgres.ExecuteAsync("postgres", $"create database {database} encoding 'UTF8' template template0");
        await build(database);
        Directory.CreateDirectory(CacheFolder());
        var part = $"{dump}.{Environment.ProcessId}";   // another run may be building the same
        await ServerProcess.RunAsync([$"{PostgresServer.Programs}/pg_dump", .. Reach, "-Fc", "-f", part, database]);
        File.Move(part, dump, overwrite: true);
        return dump;
    }

    private async Task InitialiseAsync(string database)
    {
        var secret = Path.Combine(Path.GetDirectoryName(configuration)!, "password");
        await File.WriteAllTextAsync(secret, Password);
        await ServerProcess.RunAsync(
            ["/usr/bin/trytond-admin", "-c", configuration, "-d", database, "-u", .. Modules, "--activate-dependencies", "--email", "admin@example.com"],
            environment: new Dictionary<string, string> { ["TRYTONPASSFILE"] = secret });
        File.Delete(secret);
    }

    private async Task RestoreAsync(string dump, string database)
    {
        await ServerProcess.RunAsync([$"{PostgresServer.Programs}/pg_restore", .. Reach, "-d", database, "-j", "2", "--no-owner", dump]);
        await postgres.ExecuteAsync(database, "analyze");
    }

    private string[] Reach => ["-h", "127.0.0.1", "-p", $"{postgres.Port}", "-U", "postgres"];

    private static string CacheFolder() => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "crm-tests");

    private static string Key(string versions) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(versions)))[..16];
}
