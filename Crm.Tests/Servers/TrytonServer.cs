using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Crm.Tests.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(TrytonServer))]

namespace Crm.Tests.Servers;

/// <summary>A Tryton of its own: one database and the process that serves it. Disposing it early saves memory; the end of the run does it anyway.</summary>
public sealed class TrytonDatabase : IAsyncDisposable
{
    private readonly ServerProcess process;

    internal TrytonDatabase(ServerProcess process, Uri url, string connectionString, TrytonRpc rpc)
    {
        this.process = process;
        Url = url;
        ConnectionString = connectionString;
        Rpc = rpc;
    }

    /// <summary>Address with the database, as CRM_HOST_URL takes it.</summary>
    public Uri Url { get; }

    /// <summary>The database's name.</summary>
    public string Database => Url.AbsolutePath.Trim('/');

    /// <summary>Straight to PostgreSQL, for fingerprints and for what only SQL can do.</summary>
    public string ConnectionString { get; }

    /// <summary>Signed in as <see cref="AdminUser"/>.</summary>
    public TrytonRpc Rpc { get; }

    /// <summary>Sign-in name with all rights.</summary>
    public string AdminUser => "admin";

    /// <summary>Its password.</summary>
    public string AdminPassword => TrytonServer.Password;

    /// <summary>What trytond printed last.</summary>
    public string Output => process.Output;

    public async ValueTask DisposeAsync()
    {
        Rpc.Dispose();
        await process.DisposeAsync();
    }
}

/// <summary>Debian's Tryton 6.0 on a private PostgreSQL, a process for each database. Starts at the first request.</summary>
/// <remarks>
/// Use: <c>public sealed class XTests(TrytonServer tryton)</c>, then <c>await tryton.NorthwindAsync()</c> for the shared database that nobody
/// changes, or <c>await using var database = await tryton.StartWithNorthwindAsync()</c> for a copy of one's own (a few seconds). The filled
/// database is built once (minutes) and kept as a dump in $XDG_CACHE_HOME/crm-tests (or ~/.cache), keyed by the packages' versions and by
/// what the loader does. One process could serve all databases, but requests fail at random while it loads another one.
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
    private readonly ConcurrentBag<TrytonDatabase> started = [];
    private Task? ready;
    private Task<TrytonDatabase>? shared;

    /// <summary>The database that all read-only tests share; nobody may change it.</summary>
    public async Task<TrytonDatabase> NorthwindAsync()
    {
        Task<TrytonDatabase> database;
        await gate.WaitAsync();
        try
        {
            database = shared ??= CopyAsync();
        }
        finally
        {
            gate.Release();
        }

        return await database;
    }

    /// <summary>A fresh copy that the test may change as it likes.</summary>
    public async Task<TrytonDatabase> StartWithNorthwindAsync()
    {
        await NorthwindAsync();   // prepares the template, once for all
        return await CopyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in started)
            await database.DisposeAsync();
        await postgres.DisposeAsync();
        gate.Dispose();
    }

    private async Task<TrytonDatabase> CopyAsync()
    {
        if (!File.Exists("/usr/bin/trytond"))
            RequiredServers.Absent("Tryton is not installed (Debian packages tryton-server and tryton-modules-*; see .ci/servers.sh).");
        var data = RequiredServers.Data("northwind");
        await (ready ??= PrepareAsync(data));   // one that failed fails every test with its reason, at once
        return await LaunchAsync(await postgres.CreateDatabaseAsync(Template));
    }

    private async Task<TrytonDatabase> LaunchAsync(string connectionString)
    {
        var name = new Npgsql.NpgsqlConnectionStringBuilder(connectionString).Database!;
        var folder = Directory.CreateTempSubdirectory("crm-tryton-").FullName;
        var port = ServerProcess.FreePort();
        var process = ServerProcess.Start(["/usr/bin/trytond", "-c", await ConfigureAsync(folder, port), "-d", name], "TERM", folder, user: null);
        using var http = new HttpClient();
        await process.ReadyAsync(
            async cancellation =>
            {
                using var question = new StringContent("""{"id":1,"method":"common.server.version","params":[]}""", Encoding.UTF8, "application/json");
                using var answer = await http.PostAsync(new Uri($"http://127.0.0.1:{port}/"), question, cancellation);
                return answer.IsSuccessStatusCode;
            },
            TimeSpan.FromMinutes(3));
        var url = new Uri($"http://127.0.0.1:{port}/{name}/");
        var database = new TrytonDatabase(process, url, connectionString, await TrytonRpc.SignInAsync(url, "admin", Password));
        started.Add(database);
        return database;
    }

    private async Task<string> ConfigureAsync(string folder, int port)
    {
        var path = Path.Combine(folder, "trytond.conf");
        await File.WriteAllTextAsync(path, $"""
            [web]
            listen = 127.0.0.1:{port}
            [database]
            uri = postgresql://postgres@127.0.0.1:{postgres.Port}/
            list = False
            [email]
            uri = smtp://127.0.0.1:9
            """);
        return path;
    }

    private async Task PrepareAsync(string data)
    {
        await postgres.StartAsync();
        var versions = await ServerProcess.RunAsync(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", "tryton-*", "python3-phonenumbers", "postgresql-15"]);
        var empty = await CachedAsync($"tryton-{Key(versions)}", "tryton_build", InitialiseAsync);
        var filled = await CachedAsync($"northwind-{Key(versions + NorthwindLoader.Revision)}", "northwind_build", async database =>
        {
            await RestoreAsync(empty, database);
            await using var server = await LaunchAsync(postgres.ConnectionString(database));
            await NorthwindLoader.FillAsync(server, data);
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
        var folder = Directory.CreateTempSubdirectory("crm-tryton-");
        var secret = Path.Combine(folder.FullName, "password");
        await File.WriteAllTextAsync(secret, Password);
        await ServerProcess.RunAsync(
            [
                "/usr/bin/trytond-admin", "-c", await ConfigureAsync(folder.FullName, 0), "-d", database, "-u", .. Modules,
                "--activate-dependencies", "--email", "admin@example.com",
            ],
            environment: new Dictionary<string, string> { ["TRYTONPASSFILE"] = secret });
        folder.Delete(recursive: true);
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
