using System.Globalization;
using System.Text.Json.Nodes;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Architecture;
using Crm.Tests.Connector.Tryton;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Prospects;

/// <summary>
/// Two plugin processes on one PostgreSQL enter prospects in a real Tryton and are killed (SIGKILL) while they wait for its answer, which it
/// has given or is still to give: each prospect becomes one party.
/// </summary>
public sealed class ProspectKillTests(PostgresServer postgres, TrytonServer tryton)
{
    private const int Prospects = 12;
    private static readonly HoldPlace[] Kills = [HoldPlace.AfterServer, HoldPlace.BeforeServer, HoldPlace.AfterServer];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoProcesses_KilledBeforeTheErpsAnswer_EnterEachOnce()
    {
        await using var erp = await tryton.StartWithNorthwindAsync();
        await using var proxy = new HoldingProxy(erp.Url.Port, octets => octets.IndexOf("model.party.party.create"u8) >= 0);
        await using var app = await CrmApp.StartAsync(DatabaseKind.PostgreSql, postgres);
        var manifest = ManifestReader.Parse(await File.ReadAllTextAsync(Repository.PathOf("manifests", "hosts", "tryton.json"), Cancellation), "tryton.json");
        var address = new UriBuilder(erp.Url) { Port = proxy.Port }.Uri.AbsoluteUri;
        var connection = await app.Services.GetRequiredService<ConnectionStore>().AddAsync(new("tryton", manifest, address, erp.AdminUser, erp.AdminPassword), Cancellation);
        await using (var host = erp.Open())
        {
            Assert.True((await app.Services.GetRequiredService<SyncEngine>().RunAsync(connection.Id, host, new SyncOrder(), null, Cancellation)).IsComplete);
        }

        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        for (var i = 0; i < Prospects; i++)
        {
            // With and without anything that can be marked: Tryton finds the former by the mark, the latter by the name.
            var id = await anna.EnterAsync(new() { ["company"] = $"Killed {i}", ["email"] = i % 2 == 0 ? $"killed-{i}@x.example" : "", ["sure"] = "true" });
            await anna.SubmitAsync($"/prospects/{id}/create", new() { ["connection"] = connection.Id.ToString(CultureInfo.InvariantCulture) });
        }

        await using var database = app.Database();
        Assert.Equal(Prospects, await database.Set<Prospect>().CountAsync(p => p.Fate == ProspectFate.Waiting, Cancellation));
        List<TurnProcess> living = [Start(0), Start(0)];
        try
        {
            foreach (var place in Kills)
            {
                var held = await proxy.HoldNextAsync(place).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancellation);
                await using var victim = living.Single(p => p.Owns(held.SenderPort));
                await victim.KillAsync();
                living[living.IndexOf(victim)] = Start(0);
            }

            await Task.WhenAll(living.Select(p => p.IdleAsync()));
            Assert.Equal(Kills.Length, await database.Set<Prospect>().CountAsync(p => p.Fate == ProspectFate.Waiting, Cancellation)); // until the claims of the dead have run out
            await TurnProcess.StopAsync(living);
            living = [Start(6), Start(6)];
            await Task.WhenAll(living.Select(p => p.IdleAsync()));
        }
        finally
        {
            await TurnProcess.StopAsync(living);
        }

        Assert.Equal(Prospects, await database.Set<Prospect>().CountAsync(p => p.State == ProspectState.Converted, Cancellation));
        var parties = await erp.Rpc.SearchAsync("party.party", [new JsonArray("name", "like", "Killed %")]);
        Assert.Equal(Prospects, parties.Length);
        var keys = await database.Set<Prospect>().Select(p => p.HostKey!).ToListAsync(Cancellation);
        Assert.Equal(parties.Select(p => p.ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));

        TurnProcess Start(int minutesLate) => TurnProcess.Start(Turn.Prospects, app.Folder, database.Database.GetConnectionString()!, minutesLate);
    }
}
