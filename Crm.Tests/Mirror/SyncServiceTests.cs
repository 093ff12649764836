using Crm.Contracts;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;
using IHost = Crm.Contracts.IHost;

namespace Crm.Tests.Mirror;

/// <summary>The service that polls while the plugin serves, with an ERP that is polled each second.</summary>
public sealed class SyncServiceTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("crm-sync-service-").FullName;
    private readonly MemoryHost erp = new();
    private WebApplication app = null!;

    public async ValueTask InitializeAsync()
    {
        erp.Counterparties.Put(Some.Counterparty("1", "First"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new FailureLog()).SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Crm:DataFolder"] = folder, ["Crm:ProgramFolder"] = PluginProgram.Folder, ["Crm:Erp:Poll"] = "00:00:01",
        });
        builder.Services.AddSingleton<IHost>(erp);
        builder.Services.AddCrmPlugin(builder.Configuration);
        app = builder.Build();
        app.MapCrmPlugin();
        await app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Poll_ChangeInTheErp_ArrivesByItself()
    {
        await UntilAsync(async () => await CountAsync() == 1);

        erp.Counterparties.Put(Some.Counterparty("2", "Second"));

        await UntilAsync(async () => await CountAsync() == 2);
    }

    /// <summary>The ERP goes away: the alarm appears after three polls; it comes back and is asked: the alarm clears.</summary>
    [Fact]
    public async Task Poll_ErpGoesAndComesBack_AlarmAppearsAndClears()
    {
        await UntilAsync(async () => await LevelAsync() == SilenceLevel.Fine && await CountAsync() == 1);

        erp.Counterparties.BeforePage = _ => throw new HostException(HostFailure.Unavailable, "memory.down", "Connection refused.");
        await UntilAsync(async () => await LevelAsync() == SilenceLevel.Silent);
        await using (var database = Database())
        {
            Assert.Contains("memory.down", await database.Set<SyncStateRecord>().Where(s => s.FailureCode != null).Select(s => s.FailureCode).ToListAsync());
        }

        // The failure asks for a pause of half a minute; whoever asks for a run does not wait for it.
        erp.Counterparties.BeforePage = null;
        app.Services.GetRequiredService<SyncService>().Request((await ConnectionAsync()).Id, sweep: false);
        await UntilAsync(async () => await LevelAsync() == SilenceLevel.Fine);
    }

    [Fact]
    public async Task Stop_InTheMiddleOfARead_WaitsForThePageAndLosesNothing()
    {
        await UntilAsync(async () => await CountAsync() == 1);
        using var reading = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        erp.Counterparties.BeforePage = _ =>
        {
            reading.Set();
            goOn.Wait(Patience);
        };
        erp.Counterparties.Put(Some.Counterparty("2", "Second"));
        Assert.True(reading.Wait(Patience));

        var stopping = app.Services.GetRequiredService<SyncService>().StopAsync(CancellationToken.None);
        Assert.False(stopping.IsCompleted);
        goOn.Set();
        await stopping;

        erp.Counterparties.BeforePage = null;
        await app.Services.GetRequiredService<ConnectionSync>().RunAsync(await ConnectionAsync(), new() { IgnoresRetryTimes = true }, null, CancellationToken.None);
        Assert.Equal(2, await CountAsync());
    }

    private async Task<SilenceLevel> LevelAsync() =>
        (await app.Services.GetRequiredService<SilenceStore>().JudgeAsync(await ConnectionAsync(), CancellationToken.None)).Level;

    private async Task<ConnectionRecord> ConnectionAsync() => Assert.Single(await app.Services.GetRequiredService<ConnectionStore>().ListAsync(withRemoved: false, CancellationToken.None));

    private async Task<int> CountAsync()
    {
        await using var database = Database();
        return await database.Set<CounterpartyRecord>().CountAsync();
    }

    private CrmDbContext Database() => app.Services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContext();

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, "It did not happen within a minute.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
