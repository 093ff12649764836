using Crm.Plugin.Features.Classification;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Api;

public sealed class ClassificationApiTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Current_ApprovedRun_TellsClassesLargestValueFirst(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        await SeedRunAsync(app);
        using var client = await app.TokenClientAsync();

        var first = await client.JsonAsync("/api/v1/classification/current?limit=1");
        var second = await client.JsonAsync("/api/v1/classification/current?limit=1&after=" + first.GetProperty("next").GetString());
        var one = await client.JsonAsync("/api/v1/classification/current?counterparty=1");

        var top = first.GetProperty("items")[0];
        Assert.Equal(("c2", "Василёк"), (top.GetProperty("key").GetString(), top.GetProperty("name").GetString()));
        var given = top.GetProperty("class");
        Assert.Equal(("A", "regular", "X"), (given.GetProperty("importance").GetString(), given.GetProperty("stage").GetString(), given.GetProperty("regularity").GetString()));
        Assert.Equal("123.45", given.GetProperty("value").GetString());
        Assert.Equal("12.5", given.GetProperty("variation").GetString());
        Assert.Equal("c1", second.GetProperty("items")[0].GetProperty("key").GetString());
        Assert.Null(second.GetProperty("next").GetString());
        Assert.Equal("oneTime", Assert.Single(one.GetProperty("items").EnumerateArray()).GetProperty("class").GetProperty("stage").GetString());
    }

    [Fact]
    public async Task RunsAndHistory_AreToldWithinTheUsersRights()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        await SeedRunAsync(app);
        using var client = await app.TokenClientAsync();

        var run = Assert.Single((await client.JsonAsync("/api/v1/classification/runs")).GetProperty("items").EnumerateArray());
        var history = (await client.JsonAsync("/api/v1/counterparties/2/classification")).GetProperty("items");

        Assert.Equal(7, run.GetProperty("number").GetInt64());
        Assert.Equal("approved", run.GetProperty("state").GetString());
        Assert.Equal("2026-10-31", run.GetProperty("asOf").GetString());
        Assert.Equal("A", Assert.Single(history.EnumerateArray()).GetProperty("importance").GetString());
        await client.JsonAsync("/api/v1/classification/runs/8", 404);

        await app.NarrowAsync();
        Assert.Single((await client.JsonAsync("/api/v1/classification/current")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Current_BeforeTheFirstRun_IsEmpty()
    {
        await using var app = await CrmApp.StartAsync();
        using var client = await app.TokenClientAsync("dana", Role.CommercialDirector);

        Assert.Empty((await client.JsonAsync("/api/v1/classification/current")).GetProperty("items").EnumerateArray());
    }

    private static async Task SeedRunAsync(CrmApp app)
    {
        await using var database = app.Database();
        database.Add(new ClassificationRun
        {
            Id = 7, AsOf = new DateOnly(2026, 10, 31), State = RunState.Approved, AuthorLogin = "dana", CreatedAt = ApiWorld.Noon, HeartbeatAt = ApiWorld.Noon, Population = Population.Customers,
            Parameters = ClassificationJson.Write(ClassificationParameters.For(RuleSet.Standard, new(2026, 10, 31))).ToString(),
        });
        var day = new DateOnly(2026, 10, 1).DayNumber;
        FillRow[] rows =
        [
            new() { Id = 1, Place = 2, ValueE4 = 100_000, Cv = FillRow.NoCv, Purchases = 1, PurchasesInPeriod = 1, PurchasesEver = 1, FirstDay = day, LastDay = day, Importance = 3, Stage = 2, Reason = 3 },
            new() { Id = 2, Place = 1, ValueE4 = 1_234_500, Cv = 12_500, Purchases = 12, PurchasesInPeriod = 12, PurchasesEver = 12, FirstDay = day, LastDay = day, Importance = 1, Stage = 3, Regularity = 1, Reason = 5 },
        ];
        database.AddRange(RunCodec.Pack(rows).Select(b => new ClassificationBlock { RunId = 7, FirstId = b.FirstId, Data = b.Data }));
        await database.SaveChangesAsync();
    }
}
