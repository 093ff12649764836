using System.Net.Http.Json;
using System.Text.Json;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Api;

public sealed class ClassificationChangeApiTests(PostgresServer postgres)
{
    // Both bought for 123.45 and 246.90 in November: equal values, one class. At 80/15/5 both are A.
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Director_TriesSetsByHandApprovesAndReplays(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        await app.Services.GetRequiredService<ClassificationService>().RunAsync(ClassificationParameters.For(RuleSet.Standard, new(2026, 11, 20)), CurrentUser.System, null, default);
        using var client = await app.TokenClientAsync("dana", Role.CommercialDirector);
        const string Run = "/api/v1/classification/runs/1";

        var tried = await client.JsonAsync(Run + "/what-if?oneTime=1-1");
        Assert.Equal((0, 2), (tried.GetProperty("importanceMoved").GetInt32(), tried.GetProperty("stagesMoved").GetInt32()));
        var flow = Assert.Single(tried.GetProperty("stageFlows").EnumerateArray());
        Assert.Equal(("oneTime", "Z", 2, "740.7"), (flow.GetProperty("from").GetString(), flow.GetProperty("to").GetString(), flow.GetProperty("count").GetInt32(), flow.GetProperty("value").GetString()));
        Assert.Equal(("oneTime", "regular"), (tried.GetProperty("moves")[0].GetProperty("before").GetProperty("stage").GetString(), tried.GetProperty("moves")[0].GetProperty("after").GetProperty("stage").GetString()));
        var group = tried.GetProperty("importance")[0];
        Assert.Equal(("A", 2, 2, 1.0), (group.GetProperty("group").GetString(), group.GetProperty("before").GetInt32(), group.GetProperty("after").GetInt32(), group.GetProperty("shareAfter").GetDouble()));
        Assert.Equal("classification.shares-sum", (await client.JsonAsync(Run + "/what-if?shares=1/2/3", 422)).GetProperty("code").GetString());
        Assert.Equal("classification.unreadable", (await client.JsonAsync(Run + "/what-if?bands=x", 422)).GetProperty("code").GetString());
        Assert.Equal("not-found", (await client.JsonAsync("/api/v1/classification/runs/9/what-if", 404)).GetProperty("code").GetString());

        Assert.Equal("classification.no-reason", await CodeAsync(await client.PutAsJsonAsync(Run + "/rows/2", new { importance = "B", stage = "lost", reason = " " }), 422));
        Assert.Equal("bad-parameter", await CodeAsync(await client.PutAsJsonAsync(Run + "/rows/2", new { importance = "D", stage = "lost", reason = "why" }), 400));
        Assert.Equal("classification.unknown-row", await CodeAsync(await client.PutAsJsonAsync(Run + "/rows/77", new { stage = "lost", reason = "why" }), 404));
        var set = await JsonAsync(await client.PutAsJsonAsync(Run + "/rows/2", new { importance = "B", stage = "lost", reason = "closed down" }), 200);
        Assert.Equal(("B", "lost"), (set.GetProperty("class").GetProperty("importance").GetString(), set.GetProperty("class").GetProperty("stage").GetString()));
        var cleared = await JsonAsync(await client.DeleteAsync(new Uri(Run + "/rows/2", UriKind.Relative)), 200);
        Assert.Equal("oneTime", cleared.GetProperty("class").GetProperty("stage").GetString());
        var cut = await JsonAsync(await client.PostAsJsonAsync(Run + "/redistribute", new { oneTime = "1-1" }), 200);
        Assert.Equal("1-1", cut.GetProperty("result").GetProperty("parameters").GetProperty("oneTime").GetString());

        Assert.Equal("approved", (await JsonAsync(await client.PostAsync(new Uri(Run + "/approve", UriKind.Relative), null), 200)).GetProperty("state").GetString());
        Assert.Equal("classification.already-approved", await CodeAsync(await client.PostAsync(new Uri(Run + "/approve", UriKind.Relative), null), 409));
        Assert.Equal("classification.not-a-draft", await CodeAsync(await client.PutAsJsonAsync(Run + "/rows/2", new { stage = "lost", reason = "why" }), 409));
        var replay = await JsonAsync(await client.PostAsync(new Uri(Run + "/replay", UriKind.Relative), null), 200);
        Assert.True(replay.GetProperty("same").GetBoolean());
        Assert.Equal(64, replay.GetProperty("storedHash").GetString()!.Length);
        Assert.Equal("regular", (await client.JsonAsync("/api/v1/classification/current?counterparty=2")).GetProperty("items")[0].GetProperty("class").GetProperty("stage").GetString());
    }

    [Fact]
    public async Task Seller_MayNotTryNorChange()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        await app.Services.GetRequiredService<ClassificationService>().RunAsync(ClassificationParameters.For(RuleSet.Standard, new(2026, 11, 20)), CurrentUser.System, null, default);
        using var client = await app.TokenClientAsync();

        Assert.Equal("not-allowed", (await client.JsonAsync("/api/v1/classification/runs/1/what-if", 403)).GetProperty("code").GetString());
        Assert.Equal("not-allowed", await CodeAsync(await client.PostAsync(new Uri("/api/v1/classification/runs/1/approve", UriKind.Relative), null), 403));
        Assert.Equal("not-allowed", await CodeAsync(await client.PostAsync(new Uri("/api/v1/classification/runs/1/replay", UriKind.Relative), null), 403));
        Assert.Equal("not-allowed", await CodeAsync(await client.PutAsJsonAsync("/api/v1/classification/runs/1/rows/1", new { stage = "lost", reason = "why" }), 403));
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer, int status)
    {
        using var owned = answer;
        var text = await owned.Content.ReadAsStringAsync();
        Assert.True((int)owned.StatusCode == status, $"{(int)owned.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer, int status) => (await JsonAsync(answer, status)).GetProperty("code").GetString();
}
