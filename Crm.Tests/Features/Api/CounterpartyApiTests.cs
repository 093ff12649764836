using Crm.Contracts;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Api;

public sealed class CounterpartyApiTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Counterparties_PageByPage_ComeInTheOrderOfNames(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();

        var first = await client.JsonAsync("/api/v1/counterparties?limit=1");
        var second = await client.JsonAsync("/api/v1/counterparties?limit=1&after=" + first.GetProperty("next").GetString());

        Assert.Equal("Василёк", first.GetProperty("items")[0].GetProperty("name").GetString());
        Assert.Equal("Ромашка", second.GetProperty("items")[0].GetProperty("name").GetString());
        Assert.Null(second.GetProperty("next").GetString());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Counterparties_Filtered_ByFragmentManagerRoleAndStage(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        await using (var database = app.Database())
        {
            short? regular = 3;
            await database.Set<CounterpartyRecord>().Where(c => c.Id == 2).ExecuteUpdateAsync(s => s.SetProperty(c => c.Stage, regular));
        }

        using var client = await app.TokenClientAsync();

        Assert.Equal((IEnumerable<long>)[1], await IdsAsync(client, "q=РОМ"));
        Assert.Equal((IEnumerable<long>)[2], await IdsAsync(client, "manager=boris"));
        Assert.Equal((IEnumerable<long>)[], await IdsAsync(client, "role=supplier"));
        Assert.Equal((IEnumerable<long>)[2], await IdsAsync(client, "stage=regular"));
        Assert.Equal((IEnumerable<long>)[1], await IdsAsync(client, "stage=none"));
        Assert.Equal((IEnumerable<long>)[2], await IdsAsync(client, "key=c2"));
        Assert.Equal((IEnumerable<long>)[2], await IdsAsync(client, "key=c2&connection=erp"));
        Assert.Equal((IEnumerable<long>)[], await IdsAsync(client, "key=C2"));
        Assert.Equal((IEnumerable<long>)[], await IdsAsync(client, "key=c2&connection=other"));
        Assert.Equal("bad-parameter", (await client.JsonAsync("/api/v1/counterparties?stage=vip", 400)).GetProperty("code").GetString());
        Assert.Equal("bad-cursor", (await client.JsonAsync("/api/v1/counterparties?after=xyz", 400)).GetProperty("code").GetString());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Counterparty_One_ComesWithContactInformationPersonsAndFreshness(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        await using (var database = app.Database())
        {
            var mechanisms = MirrorJson.Write([new ContactMechanism(ContactMechanismKind.Phone, "+380 44 123-45-67", "accounting")]);
            await database.Set<CounterpartyRecord>().Where(c => c.Id == 1).ExecuteUpdateAsync(s => s.SetProperty(c => c.Mechanisms, mechanisms));
            database.Add(new ContactPersonRecord
            {
                ConnectionId = 1, HostKey = "p1", Version = "1", ReadAt = ApiWorld.Noon, CounterpartyId = 1, Name = "Ольга", NameFolded = "ольга", Position = "директор",
                Mechanisms = "", Birthday = new DateOnly(1980, 5, 17), IsActive = true,
            });
            database.Add(new SyncStateRecord { ConnectionId = 1, Entity = MirrorEntity.Counterparties, CheckedAt = ApiWorld.Noon });
            database.Add(new SyncStateRecord { ConnectionId = 1, Entity = MirrorEntity.SalesOrders, CheckedAt = ApiWorld.Noon.AddHours(1) });
            await database.SaveChangesAsync();
        }

        using var client = await app.TokenClientAsync();
        var card = await client.JsonAsync("/api/v1/counterparties/1");

        Assert.Equal("c1", card.GetProperty("counterparty").GetProperty("key").GetString());
        Assert.Equal("phone", card.GetProperty("mechanisms")[0].GetProperty("kind").GetString());
        Assert.Equal("+380 44 123-45-67", card.GetProperty("mechanisms")[0].GetProperty("value").GetString());
        Assert.Equal("Ольга", card.GetProperty("persons")[0].GetProperty("name").GetString());
        Assert.Equal("1980-05-17", card.GetProperty("persons")[0].GetProperty("birthday").GetString());
        Assert.Equal("2026-11-02", card.GetProperty("lastOrderOn").GetString()); // the draft of the 3rd is no sale
        Assert.Equal(ApiWorld.Noon, card.GetProperty("freshness").GetProperty("checkedAt").GetDateTimeOffset()); // the older of the two
    }

    [Fact]
    public async Task Counterparty_OutOfReach_IsNotThere()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        await app.NarrowAsync();

        Assert.Equal((IEnumerable<long>)[1], await IdsAsync(client, ""));
        Assert.Equal((IEnumerable<long>)[], await IdsAsync(client, "key=c2"));
        foreach (var path in new[] { "", "/timeline", "/classification" })
        {
            Assert.Equal("not-found", (await client.JsonAsync("/api/v1/counterparties/2" + path, 404)).GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Timeline_PageByPage_ComesLatestFirst()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();

        var first = await client.JsonAsync("/api/v1/counterparties/1/timeline?limit=2");
        var second = await client.JsonAsync("/api/v1/counterparties/1/timeline?limit=2&after=" + first.GetProperty("next").GetString());

        Assert.Equal(["/orders/3", "/orders/2"], first.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("screen").GetString()));
        Assert.Equal(["/orders/1"], second.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("screen").GetString()));
        Assert.Equal("bad-cursor", (await client.JsonAsync("/api/v1/counterparties/1/timeline?after=1", 400)).GetProperty("code").GetString());
    }

    private static async Task<IReadOnlyList<long>> IdsAsync(HttpClient client, string question) =>
        [.. (await client.JsonAsync("/api/v1/counterparties?" + question)).GetProperty("items").EnumerateArray().Select(c => c.GetProperty("id").GetInt64())];
}
