using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Api;

/// <summary>PUT of a contact: read, change, send back with the version.</summary>
public sealed class InteractionChangeApiTests(PostgresServer postgres)
{
    private const string Plan = """
        {"counterparty":1,"state":"planned","kind":"meeting","subject":"Samples","content":"Show","plannedStart":"2096-01-15T10:00:00Z","plannedEnd":"2096-01-15T11:00:00Z",
         "users":["boris"],"outsideNames":["Ms Guest"],"checklist":["Pack","Call a taxi"],"orders":["S11"],"room":"Blue","project":"P","remindMinutesBefore":60}
        """;

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Put_WhatWasReadWithChanges_KeepsTheRestAndIsAudited(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        await app.AddUserAsync("boris", Role.SalesManager);
        var (id, body) = await ReadAsync(client);
        Assert.Equal(("anna", "P", 60, 1), ((string)body["responsibleLogin"]!, (string)body["project"]!, (int)body["remindMinutesBefore"]!, (int)body["version"]!));

        body["subject"] = "Образцы";
        body["users"] = new JsonArray();
        body["outsideNames"] = new JsonArray("Ms Guest", "Mr Guest");
        body["orders"] = new JsonArray("S12");
        body["checklist"] = JsonNode.Parse("""[{"text":"Pack","done":true},{"text":"Call a taxi"},{"text":"Взять прайс"}]""");
        var (status, answer) = await PutAsync(client, id, body);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((2, "Образцы", "Show", "Blue", 60), ((int)answer["version"]!, (string)answer["subject"]!, (string)answer["content"]!, (string)answer["room"]!, (int)answer["remindMinutesBefore"]!));
        Assert.Equal(("[]", """["Ms Guest","Mr Guest"]""", """["S12"]"""), (answer["users"]!.ToJsonString(), answer["outsideNames"]!.ToJsonString(), answer["orders"]!.ToJsonString()));
        Assert.Equal(["Pack True", "Call a taxi False", "Взять прайс False"], answer["checklist"]!.AsArray().Select(c => $"{c!["text"]} {(bool)c["done"]!}"));
        // It is found by what was added, and by what was there.
        foreach (var word in (string[])["прайс", "taxi", "образцы", "mr guest"])
        {
            Assert.Single((await client.JsonAsync($"/api/v1/interactions?q={word}")).GetProperty("items").EnumerateArray());
        }

        await using var database = app.Database();
        var notes = await database.Set<AuditEntry>().Where(a => a.Subject == "interaction").OrderBy(a => a.Id).Select(a => a.Action).ToListAsync();
        Assert.Equal(["interaction.changed", "interaction.checklist-added", "interaction.orders", "interaction.planned", "interaction.prepared"], notes.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Put_AStaleVersion_Is409SayingWhatToDoAndChangesNothing(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        await app.AddUserAsync("boris", Role.SalesManager);
        var (id, body) = await ReadAsync(client);
        body["subject"] = "First";
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(client, id, body)).Status);

        body["subject"] = "Second";
        body["checklist"]!.AsArray().Add(JsonNode.Parse("""{"text":"New","done":false}"""));
        var (status, problem) = await PutAsync(client, id, body);

        Assert.Equal((HttpStatusCode.Conflict, "changed"), (status, (string)problem["code"]!));
        Assert.Contains($"Read /api/v1/interactions/{id} again", (string)problem["detail"]!, StringComparison.Ordinal);
        var stored = await client.JsonAsync($"/api/v1/interactions/{id}");
        Assert.Equal(("First", 2, 2), (stored.GetProperty("subject").GetString(), stored.GetProperty("version").GetInt32(), stored.GetProperty("checklist").GetArrayLength()));
    }

    [Theory]
    [InlineData("""{"version":1}""", "plannedStart", "When is it planned? Choose a date and time.")]
    [InlineData("""{"version":1,"plannedStart":"2001-01-15T10:00:00Z"}""", "plannedStart", "This time is in the past. Choose a later one, or log the contact as done.")]
    [InlineData("""{"version":1,"plannedStart":"2096-01-15T10:00:00Z","plannedEnd":"2096-01-15T09:00:00Z"}""", "plannedEnd", "The start is later than the end.")]
    [InlineData("""{"version":1,"plannedStart":"2096-01-15T10:00:00Z","users":["nobody"]}""", "users", "This user does not exist or may no longer sign in. Choose another one.")]
    [InlineData("""{"version":1,"plannedStart":"2096-01-15T10:00:00Z","orders":["S21"]}""", "orders", "This counterparty has no order with the number S21.")]
    [InlineData("""{"version":1,"plannedStart":"2096-01-15T10:00:00Z","personId":99}""", "person", "This person does not belong to the counterparty. Choose another one.")]
    [InlineData("""{"version":1,"plannedStart":"2096-01-15T10:00:00Z","checklist":[{"text":"Pack"}]}""", "checklist", "The item \"Call a taxi\" of the checklist was left out. Items are ticked, never removed: send it as well.")]
    [InlineData("""{"version":1,"plannedStart":"2096-01-15T10:00:00Z","checklist":[{"text":" "}]}""", "checklist", "An item of the checklist is empty.")]
    public async Task Put_WhatCannotBeKept_Is422AtTheField(string body, string field, string reason)
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        await app.AddUserAsync("boris", Role.SalesManager);
        var (id, _) = await ReadAsync(client);

        var (status, problem) = await PutAsync(client, id, JsonNode.Parse(body)!);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, reason), (status, (string)problem["errors"]![field]![0]!));
        Assert.Equal(1, Assert.Single(await app.InteractionsAsync()).Version);
    }

    [Fact]
    public async Task Put_AForeignOrUnknownOneOrWithoutVersion_IsRefused()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        using var director = await app.TokenClientAsync("dana", Role.CommercialDirector);
        using var created = await director.PostAsync(new Uri("/api/v1/interactions", UriKind.Relative), Json("""{"counterparty":2,"content":"theirs"}"""));
        var id = JsonNode.Parse(await created.Content.ReadAsStringAsync())!["id"]!.GetValue<long>();
        await app.NarrowAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await PutAsync(client, id, JsonNode.Parse("""{"version":1,"content":"mine now"}""")!)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PutAsync(director, 987654, JsonNode.Parse("""{"version":1}""")!)).Status);
        var (status, problem) = await PutAsync(director, id, JsonNode.Parse("""{"content":"no version"}""")!);
        Assert.Equal((HttpStatusCode.BadRequest, "bad-body"), (status, (string)problem["code"]!));
        Assert.Equal("theirs", Assert.Single(await app.InteractionsAsync()).Content);
    }

    [Fact]
    public async Task Put_OfWhatHappened_KeepsWhenItHappenedUnlessToldOtherwise()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        using var created = await client.PostAsync(new Uri("/api/v1/interactions", UriKind.Relative), Json("""{"counterparty":1,"content":"x","startedAt":"2026-01-15T08:00:00Z","minutes":5}"""));
        var id = JsonNode.Parse(await created.Content.ReadAsStringAsync())!["id"]!.GetValue<long>();

        var (status, answer) = await PutAsync(client, id, JsonNode.Parse("""{"version":1,"content":"y","minutes":7}""")!);

        Assert.Equal((HttpStatusCode.OK, "y", 7, "2026-01-15T08:00:00+00:00"), (status, (string)answer["content"]!, (int)answer["minutes"]!, (string)answer["startedAt"]!));
    }

    [Fact]
    public async Task Get_WithFilters_LeavesWhatFits()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedAsync();
        using var client = await app.TokenClientAsync();
        var person = await app.AddPersonAsync(1, "Ivan");
        foreach (var fields in new[] { $"\"person\":{person},\"importance\":\"high\"", "\"direction\":\"incoming\",\"orders\":[\"S11\"]", "\"basis\":\"S12\"" })
        {
            using var created = await client.PostAsync(new Uri("/api/v1/interactions", UriKind.Relative), Json($"{{\"counterparty\":1,\"content\":\"x\",{fields}}}"));
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        foreach (var (query, ids) in (((string, long[])[])[($"person={person}", [1]), ("importance=high", [1]), ("direction=incoming", [2]), ("order=S11", [2]), ("order=S12&q=x", [3]), ("card=5", []), ("", [3, 2, 1])]))
        {
            Assert.Equal(ids, (await client.JsonAsync($"/api/v1/interactions?{query}")).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetInt64()));
        }

        Assert.Equal("'importance' must be one of: low, middle, high.", (await client.JsonAsync("/api/v1/interactions?importance=huge", 400)).GetProperty("detail").GetString());
        Assert.Equal("'person' must be a whole number.", (await client.JsonAsync("/api/v1/interactions?person=ivan", 400)).GetProperty("detail").GetString());
    }

    private static async Task<(long Id, JsonNode Body)> ReadAsync(HttpClient client)
    {
        using var created = await client.PostAsync(new Uri("/api/v1/interactions", UriKind.Relative), Json(Plan));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var id = JsonNode.Parse(await created.Content.ReadAsStringAsync())!["id"]!.GetValue<long>();
        return (id, JsonNode.Parse((await client.JsonAsync($"/api/v1/interactions/{id}")).GetRawText())!);
    }

    private static async Task<(HttpStatusCode Status, JsonNode Answer)> PutAsync(HttpClient client, long id, JsonNode body)
    {
        using var answer = await client.PutAsync(new Uri($"/api/v1/interactions/{id}", UriKind.Relative), Json(body.ToJsonString()));
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
