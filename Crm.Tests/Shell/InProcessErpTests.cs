using Crm.Contracts;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Shell;
using Crm.Tests.App;
using Crm.Tests.Mirror;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Crm.Tests.Shell;

/// <summary>A .NET ERP takes the plugin into its own process: two calls, its own ports as services, no connector assembly.</summary>
public sealed class InProcessErpTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), "crm-in-process-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_PortsAsServices_AreReadAndShownToTheErpsUsers(bool asOneHost)
    {
        var erp = new TinyErp();
        await using var app = await StartAsync(erp, asOneHost);
        using var browser = new WebBrowser(new Uri(app.Urls.Single()));
        await ReadAsync(app);

        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync("/sign-in", new() { ["login"] = "olga", ["password"] = "erp-secret" });
        var list = await browser.OpenAsync("/counterparties?q=ромаш");

        Assert.Equal("ООО «Ромашка»", Assert.Single(list.QuerySelectorAll("tbody tr a[href^='/counterparties/']")).TextContent);
        Assert.Equal(["My day /my-day", "Calendar /calendar", "Counterparties /counterparties", "Contacts /interactions", "Calls /calls", "E-mail /mail", "Orders /orders", "Classification /classification", "Administration /administration"], erp.Menu.Entries);
    }

    [Fact]
    public async Task Start_Again_FindsItsConnectionAndReadsOnlyChanges()
    {
        var erp = new TinyErp();
        await using (var first = await StartAsync(erp, asOneHost: false))
        {
            await ReadAsync(first);
        }

        SqliteConnection.ClearAllPools();
        erp.Counterparties.Put(Some.Counterparty("2", "Second"));
        await using var second = await StartAsync(erp, asOneHost: false);
        var connection = Assert.Single(await second.Services.GetRequiredService<ConnectionStore>().ListAsync(withRemoved: true, CancellationToken.None));
        var result = await second.Services.GetRequiredService<ConnectionSync>().RunAsync(connection, new SyncOrder(), null, CancellationToken.None);

        Assert.Equal(("company", "in-process"), (connection.Name, connection.Host));
        Assert.Equal(1, result.Entities.Single(e => e.Entity == Plugin.Mirror.MirrorEntity.Counterparties).Changed);
        Assert.Equal(1, erp.Menu.Installed);
    }

    [Fact]
    public async Task Start_NoPorts_ConnectsNothing()
    {
        await using var app = await StartAsync(null, asOneHost: false);

        Assert.Empty(await app.Services.GetRequiredService<ConnectionStore>().ListAsync(withRemoved: true, CancellationToken.None));
    }

    [Theory]
    [InlineData("Crm:RunJobs", "maybe", "Crm:RunJobs is 'maybe': it must be true or false.")]
    [InlineData("Crm:Erp:Poll", "60", "Crm:Erp:Poll is '60': it must be a time of at least a second as hh:mm:ss.")]
    [InlineData("Crm:Erp:Connection", "My ERP", "Crm:Erp:Connection is 'My ERP': it must have 1 to 31 small letters, digits and dashes and begin with a letter.")]
    [InlineData("Crm:Erp:Roles:Sales", "boss", "Crm:Erp:Roles:Sales is 'boss': it must be one of sales-manager, commercial-director, administrator.")]
    [InlineData("Crm:Erp:Address", "crm.example.com", "Crm:Erp:Address is 'crm.example.com': it must be the http or https address under which users reach the CRM.")]
    [InlineData("Crm:Datafolder2", "x", "Crm:Datafolder2 is not known (known: DataFolder, Database, ProgramFolder, RunJobs, Erp).")]
    public void AddCrmPlugin_BadValue_NamesKeyAndRule(string key, string value, string expected)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Crm:DataFolder"] = folder, [key] = value }).Build();

        var failure = Assert.Throws<OptionsValidationException>(() => new ServiceCollection().AddCrmPlugin(configuration));

        Assert.Equal(expected, Assert.Single(failure.Failures));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void AddCrmPlugin_SectionItself_IsReadToo()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Any:DataFolder"] = folder, ["Any:RunJobs"] = "False", ["Any:Erp:Poll"] = "00:00:30", ["Any:Erp:Roles:Sales staff"] = "sales-manager",
        }).Build();
        var services = new ServiceCollection();

        services.AddCrmPlugin(configuration.GetSection("Any"));

        var options = services.Select(s => s.ImplementationInstance).OfType<CrmPluginOptions>().Single();
        Assert.Equal((folder, false, TimeSpan.FromSeconds(30)), (options.DataFolder, options.RunJobs, options.Erp.Poll));
        Assert.Equal("sales-manager", options.Erp.Roles["Sales staff"]);
    }

    private static async Task ReadAsync(WebApplication app)
    {
        var connection = Assert.Single(await app.Services.GetRequiredService<ConnectionStore>().ListAsync(withRemoved: false, CancellationToken.None));
        var result = await app.Services.GetRequiredService<ConnectionSync>().RunAsync(connection, new SyncOrder(), null, CancellationToken.None);
        Assert.All(result.Entities, e => Assert.Null(e.Failure));
    }

    private async Task<WebApplication> StartAsync(TinyErp? erp, bool asOneHost)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new FailureLog()).SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Crm:DataFolder"] = folder,
            ["Crm:ProgramFolder"] = PluginProgram.Folder,
            ["Crm:RunJobs"] = "false",
            ["Crm:Erp:Connection"] = "company",
            ["Crm:Erp:Address"] = "http://crm.company.example",
            ["Crm:Erp:Roles:Selling"] = "sales-manager",
        });
        if (asOneHost)
        {
            builder.Services.AddSingleton<IHost>(erp!);
        }
        else if (erp is not null)
        {
            builder.Services.AddSingleton<ICounterpartySource>(erp.Counterparties);
            builder.Services.AddSingleton<IHostUserSource>(erp.Users);
            builder.Services.AddSingleton<IHostSignIn>(erp);
            builder.Services.AddSingleton<IHostMenu>(erp.Menu);
        }

        builder.Services.AddCrmPlugin(builder.Configuration);
        var app = builder.Build();
        app.MapCrmPlugin();
        await app.StartAsync();
        return app;
    }

    /// <summary>What a small ERP would write to be read by the plugin.</summary>
    private sealed class TinyErp : IHost, IHostSignIn
    {
        public TinyErp()
        {
            Counterparties.Put(Some.Counterparty("1", "ООО «Ромашка»"));
            Users.Put(new HostUser { Key = new("7"), Version = "1", Login = "olga", Name = "Olga", Groups = ["Selling"] });
        }

        public MemoryHost.CounterpartySource Counterparties { get; } = new();

        public UserSource Users { get; } = new();

        public ErpMenu Menu { get; } = new();

        public TPort? Find<TPort>()
            where TPort : class => new object[] { Counterparties, Users, Menu, this }.OfType<TPort>().FirstOrDefault();

        public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<HostCheck>>([]);

        public Task<SignInVerdict> VerifyAsync(string login, string password, CancellationToken cancellation) =>
            Task.FromResult((login, password) == ("olga", "erp-secret") ? SignInVerdict.Accepted : SignInVerdict.Rejected);

        /// <summary>The ERP's own object: whoever disposes it takes the ERP down.</summary>
        public ValueTask DisposeAsync() => throw new InvalidOperationException("The plugin disposed the ERP.");
    }

    private sealed class UserSource : MemorySource<HostUser>, IHostUserSource;

    private sealed class ErpMenu : IHostMenu
    {
        public List<string> Entries { get; } = [];

        public int Installed { get; private set; }

        public Task<HostMenuChange> InstallAsync(string title, IReadOnlyList<HostMenuEntry> entries, CancellationToken cancellation)
        {
            Installed++;
            Assert.All(entries, e => Assert.Equal("http://crm.company.example", e.Url.GetLeftPart(UriPartial.Authority)));
            Entries.AddRange(entries.Select(e => $"{e.Title} {e.Url.AbsolutePath}"));
            return Task.FromResult(new HostMenuChange(entries.Count, 0, 0));
        }

        public Task<HostMenuChange> RemoveAsync(Uri root, CancellationToken cancellation) => Task.FromResult(new HostMenuChange(0, 0, 0));
    }
}
