using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Api;

public sealed class OrderApiTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Orders_PageByPage_ComeNewestFirstEachOnce(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();

        var numbers = new List<string>();
        string? next = null;
        do
        {
            var page = await client.JsonAsync("/api/v1/orders?limit=4" + (next is null ? "" : "&after=" + next));
            numbers.AddRange(page.GetProperty("items").EnumerateArray().Select(o => o.GetProperty("number").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);

        Assert.Equal(["S23", "S13", "S22", "S12", "S21", "S11"], numbers);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Orders_Filtered_SayAmountsAsDecimalsAndStatesAsWords(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();

        var items = (await client.JsonAsync("/api/v1/orders?counterparty=1&from=2026-11-02&to=2026-11-30&state=delivered")).GetProperty("items");

        var order = Assert.Single(items.EnumerateArray());
        Assert.Equal("246.9", order.GetProperty("total").GetString()); // 2 × 123.45
        Assert.Equal("EUR", order.GetProperty("currency").GetString());
        Assert.Equal("2026-11-02", order.GetProperty("date").GetString());
        Assert.Equal("delivered", order.GetProperty("state").GetString());
        Assert.Equal("Ромашка", order.GetProperty("counterpartyName").GetString());
        Assert.Equal("erp", order.GetProperty("connection").GetString());
        Assert.Equal("o2", order.GetProperty("key").GetString());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Orders_OfOthers_AreNotToldToWhoMaySeeOnlyTheirOwn(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        await app.NarrowAsync();

        var all = (await client.JsonAsync("/api/v1/orders")).GetProperty("items");
        var theirs = (await client.JsonAsync("/api/v1/orders?counterparty=2")).GetProperty("items");

        Assert.Equal(["S13", "S12", "S11"], all.EnumerateArray().Select(o => o.GetProperty("number").GetString()));
        Assert.Empty(theirs.EnumerateArray());
    }

    [Theory]
    [InlineData("limit=0", "bad-limit", "'limit' must be 1 to 200.")]
    [InlineData("limit=201", "bad-limit", "'limit' must be 1 to 200.")]
    [InlineData("limit=x", "bad-parameter", "'limit' must be a whole number.")]
    [InlineData("after=x", "bad-cursor", "'after' must be the 'next' of an earlier answer to the same question.")]
    [InlineData("from=yesterday", "bad-parameter", "'from' must be a day such as 2026-11-22.")]
    [InlineData("state=gone", "bad-parameter", "'state' must be one of: draft, confirmed, delivered, cancelled.")]
    public async Task Orders_BadQuestion_Is400AndNamesTheParameter(string question, string code, string detail)
    {
        await using var app = await CrmApp.StartAsync();
        using var client = await app.TokenClientAsync();

        var problem = await client.JsonAsync("/api/v1/orders?" + question, 400);

        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(detail, problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task UnknownAddress_Is404AsProblem()
    {
        await using var app = await CrmApp.StartAsync();
        using var client = await app.TokenClientAsync();

        var problem = await client.JsonAsync("/api/v1/nonsense", 404);

        Assert.Equal("not-found", problem.GetProperty("code").GetString());
    }
}
