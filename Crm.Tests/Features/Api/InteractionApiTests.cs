using System.Net;
using System.Text;
using System.Text.Json;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Features.Mail;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Api;

public sealed class InteractionApiTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Post_ACall_IsLoggedAndListed(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();

        var (status, answer, location) = await PostAsync(
            client, """{"counterparty":1,"kind":"phoneCall","direction":"incoming","content":"Спросили цену","minutes":5,"startedAt":"2026-01-15T10:00:00+02:00"}""");

        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal("done", answer.GetProperty("state").GetString());
        Assert.Equal("incoming", answer.GetProperty("direction").GetString());
        Assert.Equal("Спросили цену", answer.GetProperty("content").GetString());
        Assert.Equal(new DateTimeOffset(2026, 1, 15, 8, 0, 0, TimeSpan.Zero), answer.GetProperty("at").GetDateTimeOffset());
        Assert.Equal("Anna", answer.GetProperty("responsible").GetString());
        Assert.Equal(answer.GetProperty("id").GetInt64(), (await client.JsonAsync(location!)).GetProperty("id").GetInt64());
        Assert.Single((await client.JsonAsync("/api/v1/interactions?counterparty=1&kind=phoneCall&state=done&responsible=anna&q=ЦЕН")).GetProperty("items").EnumerateArray());
        Assert.Empty((await client.JsonAsync("/api/v1/interactions?responsible=nobody")).GetProperty("items").EnumerateArray());
        Assert.Empty((await client.JsonAsync("/api/v1/interactions?before=2026-01-15T08:00:00Z")).GetProperty("items").EnumerateArray());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Post_ATextWithZeroes_IsLoggedWithoutThem(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();

        var (status, answer, _) = await PostAsync(client, """{"counterparty":1,"subject":"Pri\u0000ce","content":"Asked\u0000 again"}""");

        Assert.Equal((HttpStatusCode.Created, "Price", "Asked again"), (status, answer.GetProperty("subject").GetString(), answer.GetProperty("content").GetString()));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Post_ListsWithZeroes_AreKeptWithoutThem_AndSuchASearchFinds(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();

        var (status, _, location) = await PostAsync(client, """{"counterparty":1,"content":"Asked again","outsideNames":["An\u0000na"],"checklist":["Of\u0000fer"]}""");

        Assert.Equal(HttpStatusCode.Created, status);
        var answer = await client.JsonAsync(location!);
        Assert.Equal("Anna", answer.GetProperty("outsideNames")[0].GetString());
        Assert.Equal("Offer", answer.GetProperty("checklist")[0].GetProperty("text").GetString());
        Assert.Single((await client.JsonAsync("/api/v1/interactions?q=ask%00ed")).GetProperty("items").EnumerateArray());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Post_SentAgainWithItsKey_IsAnsweredWithTheFirst(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        client.DefaultRequestHeaders.Add("Idempotency-Key", "order 17/4");

        var first = await PostAsync(client, """{"counterparty":1,"content":"Asked"}""");
        var second = await PostAsync(client, """{"counterparty":1,"content":"Asked"}""");
        client.DefaultRequestHeaders.Remove("Idempotency-Key");
        client.DefaultRequestHeaders.Add("Idempotency-Key", new string('x', 201));
        var (refused, _, _) = await PostAsync(client, """{"counterparty":1,"content":"Asked"}""");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity), (first.Status, second.Status, refused));
        Assert.Equal(first.Location, second.Location);
        Assert.Equal("Asked", second.Answer.GetProperty("content").GetString());
        Assert.Single((await client.JsonAsync("/api/v1/interactions?q=asked")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Post_WhatCannotBeKept_Is422WithReasonsAtTheFields()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();

        var (status, problem, _) = await PostAsync(client, """{"counterparty":1,"content":"x","minutes":2000}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal("refused", problem.GetProperty("code").GetString());
        Assert.Equal("Minutes are a whole number from 0 to 1440.", problem.GetProperty("errors").GetProperty("minutes")[0].GetString());
    }

    [Theory]
    [InlineData("""{"counterparty":1,"kind":"smoke signal"}""")]
    [InlineData("""{"content":"no counterparty"}""")]
    [InlineData("not json")]
    public async Task Post_UnreadableBody_Is400(string body)
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();

        var (status, problem, _) = await PostAsync(client, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("bad-body", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Post_WithTheCrmsOwnPerson_IsLoggedWithThem()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        var card = await app.AddOwnPersonAsync("Olga Own", "o@x.example", 1);
        var own = Assert.Single((await client.JsonAsync("/api/v1/counterparties/1")).GetProperty("ownPersons").EnumerateArray());
        Assert.Equal((card, "Olga Own", "o@x.example"), (own.GetProperty("card").GetInt64(), own.GetProperty("name").GetString(), own.GetProperty("mechanisms")[0].GetProperty("value").GetString()));

        var (status, answer, _) = await PostAsync(client, $$"""{"counterparty":1,"content":"x","card":{{card}}}""");
        Assert.Equal((HttpStatusCode.Created, "Olga Own"), (status, answer.GetProperty("person").GetString()));
        foreach (var (fields, reason) in ((string, string)[])[("\"card\":999", "This person does not belong to the counterparty. Choose another one."), ($"\"card\":{card},\"person\":1", "A contact is with one person: of the ERP, or of the CRM's own.")])
        {
            (status, answer, _) = await PostAsync(client, $$"""{"counterparty":1,"content":"x",{{fields}}}""");
            Assert.Equal((HttpStatusCode.UnprocessableEntity, reason), (status, answer.GetProperty("errors").GetProperty("person")[0].GetString()));
        }
    }

    [Fact]
    public async Task Post_ToACounterpartyOutOfReach_Is404AndNothingIsWritten()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        using var director = await app.TokenClientAsync("dana", Role.CommercialDirector);
        await app.NarrowAsync();

        var (status, _, _) = await PostAsync(client, """{"counterparty":2,"content":"x"}""");

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Empty((await director.JsonAsync("/api/v1/interactions")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Interactions_OfOthers_AreNotToldToWhoMaySeeOnlyTheirOwn()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        using var director = await app.TokenClientAsync("dana", Role.CommercialDirector);
        var (_, answer, _) = await PostAsync(director, """{"counterparty":2,"content":"x"}""");
        await app.NarrowAsync();

        Assert.Empty((await client.JsonAsync("/api/v1/interactions")).GetProperty("items").EnumerateArray());
        await client.JsonAsync($"/api/v1/interactions/{answer.GetProperty("id").GetInt64()}", 404);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Post_Steps_MoveAPlanAndTellWhoCameFirst(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        var boris = await app.AddUserAsync("boris", Role.SalesManager);
        var (_, plan, at) = await PostAsync(
            client, """{"counterparty":1,"state":"planned","content":"Show samples","plannedStart":"2096-01-15T10:00:00Z","plannedEnd":"2096-01-15T11:00:00Z","users":["boris"],"outsideNames":["Ms Guest"]}""");
        var id = plan.GetProperty("id").GetInt64();
        var stored = Assert.Single(await app.InteractionsAsync());
        Assert.Equal((boris.Id, "Ms Guest", 1), (Assert.Single(stored.Users).UserId, Assert.Single(stored.Persons).Name, plan.GetProperty("version").GetInt32()));
        var (unknown, problem, _) = await PostAsync(client, """{"counterparty":1,"content":"x","users":["boris","nobody"]}""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "users"), (unknown, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name));

        var (moved, answer, _) = await PostAsync(client, """{"version":1,"plannedStart":"2096-01-16T09:00:00Z"}""", at + "/postpone");
        Assert.Equal(HttpStatusCode.OK, moved);
        Assert.Equal(new DateTimeOffset(2096, 1, 16, 10, 0, 0, TimeSpan.Zero), answer.GetProperty("plannedEnd").GetDateTimeOffset());
        Assert.Equal(2, answer.GetProperty("version").GetInt32());
        var (late, conflict, _) = await PostAsync(client, """{"version":1,"result":"too late"}""", at + "/done");
        Assert.Equal((HttpStatusCode.Conflict, "changed"), (late, conflict.GetProperty("code").GetString()));
        var (past, _, _) = await PostAsync(client, """{"plannedStart":"2001-01-16T09:00:00Z"}""", at + "/postpone");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, past);

        var (done, happened, _) = await PostAsync(client, """{"version":2,"result":"Liked them","nextStep":"Send the offer","nextAt":"2096-02-01T09:00:00Z","minutes":20}""", at + "/done");
        Assert.Equal((HttpStatusCode.OK, "done", "Liked them", 20), (done, happened.GetProperty("state").GetString(), happened.GetProperty("result").GetString(), happened.GetProperty("minutes").GetInt32()));
        Assert.Equal(new DateTimeOffset(2096, 1, 16, 9, 0, 0, TimeSpan.Zero), happened.GetProperty("plannedStart").GetDateTimeOffset());
        var next = Assert.Single(await app.InteractionsAsync(), i => i.FollowsId == id);
        var (twice, refused, _) = await PostAsync(client, "{}", at + "/done");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "state"), (twice, Assert.Single(refused.GetProperty("errors").EnumerateObject()).Name));

        var (cancelled, gone, _) = await PostAsync(client, """{"reason":"No budget"}""", $"/api/v1/interactions/{next.Id}/cancel");
        Assert.Equal((HttpStatusCode.OK, "cancelled", "No budget"), (cancelled, gone.GetProperty("state").GetString(), gone.GetProperty("result").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(client, "{}", "/api/v1/interactions/987654/cancel")).Status);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Answer, string? Location)> PostAsync(HttpClient client, string body, string address = "/api/v1/interactions")
    {
        using var answer = await client.PostAsync(new Uri(address, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement, answer.Headers.Location?.ToString());
    }
}
