using System.Globalization;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Crm.Tests.App;

/// <summary>
/// The whole plugin on a free port of 127.0.0.1 with an empty database of its own. No background work runs unless asked for.
/// </summary>
/// <remarks>
/// <c>await using var app = await CrmApp.StartAsync(kind, postgres);</c> then <c>await using var db = app.Database();</c> to lay data
/// out and <c>var browser = await app.SignInAsync("anna", Role.SalesManager);</c> to look at screens as a person does.
/// </remarks>
public sealed class CrmApp : IAsyncDisposable
{
    /// <summary>For <c>[Theory, MemberData]</c>: each storage test runs on every supported database.</summary>
    public static TheoryData<DatabaseKind> Databases { get; } = [DatabaseKind.Sqlite, DatabaseKind.PostgreSql];

    /// <summary>Password of every account that <see cref="AddUserAsync"/> makes.</summary>
    public const string Password = "correct horse battery";

    private readonly WebApplication app;

    private readonly string? database;

    // Whose database it is, when it goes with this application.
    private readonly PostgresServer? owned;

    private CrmApp(WebApplication app, string folder, string? database, PostgresServer? owned)
    {
        this.app = app;
        this.database = database;
        this.owned = owned;
        Folder = folder;
    }

    /// <summary>The data folder; removed at the end.</summary>
    public string Folder { get; }

    /// <summary>http://127.0.0.1:port.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The plugin's services.</summary>
    public IServiceProvider Services => app.Services;

    /// <summary>Starts it; a PostgreSQL that is absent skips the test.</summary>
    /// <param name="kind">Which database.</param>
    /// <param name="postgres">Needed for PostgreSQL only.</param>
    /// <param name="clock">The plugin's clock; the system's by default.</param>
    /// <param name="runJobs">Whether background work runs.</param>
    public static async Task<CrmApp> StartAsync(DatabaseKind kind = DatabaseKind.Sqlite, PostgresServer? postgres = null, TimeProvider? clock = null, bool runJobs = false) =>
        kind == DatabaseKind.PostgreSql
            ? await StartOnAsync(await MigratedDatabase.CopyAsync(postgres!), postgres, clock, runJobs)
            : await StartOnAsync(null, null, clock, runJobs);

    /// <summary>Starts another one on this one's PostgreSQL, with a data folder of its own.</summary>
    public Task<CrmApp> StartBesideAsync(TimeProvider? clock = null, bool runJobs = false) => StartOnAsync(database ?? throw new InvalidOperationException("SQLite has one process."), null, clock, runJobs);

    private static async Task<CrmApp> StartOnAsync(string? database, PostgresServer? owned, TimeProvider? clock, bool runJobs)
    {
        var folder = Directory.CreateTempSubdirectory("crm-app-").FullName;
        if (database is null)
        {
            await MigratedDatabase.CopyToAsync(folder);
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new FailureLog()).SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
#if HANGFIRE
        builder.Services.AddSingleton<global::Hangfire.JobStorage>(new global::Hangfire.InMemory.InMemoryStorage());
#endif
        builder.Services.AddCrmPlugin(new CrmPluginOptions { DataFolder = folder, ProgramFolder = PluginProgram.Folder, Database = database, RunJobs = runJobs, Clock = clock ?? TimeProvider.System });
        builder.Services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1_000); // hundreds of sign-ins
        var app = builder.Build();
        app.MapCrmPlugin();
        await app.Services.PrepareCrmPluginAsync(CancellationToken.None);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new(app, folder, database, owned) { Address = new Uri(address) };
    }

    /// <summary>A context of the plugin's database.</summary>
    public CrmDbContext Database() => Services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContext();

    /// <summary>Adds a local account with <see cref="Password"/>.</summary>
    public async Task<UserAccount> AddUserAsync(string login, Role role, string? language = null)
    {
        var account = new UserAccount
        {
            Login = login,
            Name = CultureInfo.InvariantCulture.TextInfo.ToTitleCase(login),
            Role = role,
            IsActive = true,
            Language = language,
            TimeZone = "UTC",
            SecurityStamp = Guid.NewGuid().ToString("N"),
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        account.PasswordHash = Services.GetRequiredService<IPasswordHasher<UserAccount>>().HashPassword(account, Password);
        await using var database = Database();
        database.Add(account);
        await database.SaveChangesAsync();
        return account;
    }

    /// <summary>Adds the account if it is new and signs it in through the sign-in screen.</summary>
    public async Task<WebBrowser> SignInAsync(string login, Role role, string language = "en")
    {
        await using (var database = Database())
        {
            if (!await database.Set<UserAccount>().AnyAsync(a => a.Login == login))
            {
                await AddUserAsync(login, role, language);
            }
        }

        var browser = new WebBrowser(Address);
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync("/sign-in", new() { ["login"] = login, ["password"] = Password });
        return browser;
    }

    /// <summary>Connects an ERP that lives in the test and mirrors it; a second call with the same host reads its changes.</summary>
    internal async Task<int> MirrorAsync(MemoryHost host, string connection = "erp")
    {
        await using var database = Database();
        var record = await database.Set<ConnectionRecord>().FirstOrDefaultAsync(c => c.Name == connection);
        if (record is null)
        {
            record = new() { Name = connection, Host = "memory", Manifest = "{}", Address = "" };
            database.Add(record);
            await database.SaveChangesAsync();
        }

        // Background work, where it runs, reads this connection too: it may have it just now, and fails, for its manifest says nothing.
        var order = new SyncOrder { IgnoresRetryTimes = true, WaitsForOther = TimeSpan.FromMinutes(1) };
        var result = await Services.GetRequiredService<SyncEngine>().RunAsync(record.Id, host, order, null, CancellationToken.None);
        Assert.False(result.WasBusy);
        Assert.All(result.Entities, e => Assert.Null(e.Failure));
        return record.Id;
    }

    /// <summary>The plugin's number of a mirrored counterparty.</summary>
    public async Task<long> IdAsync(string hostKey)
    {
        await using var database = Database();
        return (await database.Set<CounterpartyRecord>().SingleAsync(c => c.HostKey == hostKey)).Id;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        if (database is null)
        {
            SqliteConnection.ClearAllPools();
        }

        if (owned is not null)
        {
            await owned.DropDatabaseAsync(database!);
        }

        Directory.Delete(Folder, recursive: true);
    }
}
