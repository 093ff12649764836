using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Api;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Prospects;

/// <summary>What a web form or an exchange does with prospects.</summary>
public sealed class ProspectApiTests(PostgresServer postgres)
{
    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Prospect_MadeChangedLinked_AsOnTheScreen(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ООО Степь"));
        await app.MirrorAsync(host);
        using var client = await app.TokenClientAsync("robot");

        var (status, made) = await SendAsync(client, HttpMethod.Post, "", new { company = "ТОВ Степ", name = "Олена", phones = new[] { "0501112233" }, emails = new[] { "info@step.example" }, note = "прайс", city = "Дніпро" });
        Assert.Equal((HttpStatusCode.Created, "open", "none", "robot"), (status, Text(made, "state"), Text(made, "entry"), Text(made, "responsible")));
        var id = made.GetProperty("id").GetInt64();
        Assert.Equal(["phone", "email"], made.GetProperty("mechanisms").EnumerateArray().Select(m => Text(m, "kind")));

        // The same once more is noticed; nothing is kept unless the caller is sure.
        (status, var likely) = await SendAsync(client, HttpMethod.Post, "", new { name = "Хтось", phones = new[] { "+380 50 111 22 33" } });
        Assert.Equal((HttpStatusCode.Conflict, "prospects.likely", id), (status, Text(likely, "code"), likely.GetProperty("likely")[0].GetInt64()));
        (status, var refused) = await SendAsync(client, HttpMethod.Post, "", new { company = "", phones = new[] { "1" } });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal(["name", "phone"], refused.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order());

        // What is left out stays; "" empties.
        (status, var changed) = await SendAsync(client, HttpMethod.Put, $"/{id}", new { note = "", city = "Київ" });
        Assert.Equal((HttpStatusCode.OK, "ТОВ Степ", JsonValueKind.Null, "Київ"), (status, Text(changed, "name"), changed.GetProperty("note").ValueKind, Text(changed.GetProperty("address"), "city")));
        Assert.Equal(2, changed.GetProperty("mechanisms").GetArrayLength());

        // Lists: the prospect's own, and the ERP's without it.
        Assert.Equal([id], (await GetAsync(client, "/api/v1/prospects?state=open&q=степ")).GetProperty("items").EnumerateArray().Select(p => p.GetProperty("id").GetInt64()));
        Assert.Equal(["ООО Степь"], (await GetAsync(client, "/api/v1/counterparties?q=степ")).GetProperty("items").EnumerateArray().Select(p => Text(p, "name")));
        Assert.Equal("ТОВ Степ", Text((await GetAsync(client, $"/api/v1/counterparties/{id}")).GetProperty("counterparty"), "name"));

        (status, _) = await SendAsync(client, HttpMethod.Post, $"/{id}/create", new { connection = "nowhere" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        (status, var given) = await SendAsync(client, HttpMethod.Post, $"/{id}/give-up", new { reason = "Дорого" });
        Assert.Equal((HttpStatusCode.OK, "givenUp", "Дорого"), (status, Text(given, "state"), Text(given, "reason")));
        var to = await app.IdAsync("1");
        for (var i = 0; i < 2; i++)
        {
            (status, var linked) = await SendAsync(client, HttpMethod.Post, $"/{id}/link", new { counterparty = to });
            Assert.Equal((HttpStatusCode.OK, "converted", to), (status, Text(linked, "state"), linked.GetProperty("counterparty").GetInt64()));
        }

        (status, _) = await SendAsync(client, HttpMethod.Put, $"/{id}", new { note = "x" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        (status, _) = await SendAsync(client, HttpMethod.Post, "/999/link", new { counterparty = to });
        Assert.Equal(HttpStatusCode.NotFound, status);
        var description = await GetAsync(client, "/openapi/v1.json");
        Assert.All((string[])["/api/v1/prospects", "/api/v1/prospects/{id}", "/api/v1/prospects/{id}/link", "/api/v1/prospects/{id}/create", "/api/v1/prospects/{id}/give-up"], p => Assert.True(description.GetProperty("paths").TryGetProperty(p, out _), p));
    }

    [Fact]
    public async Task List_OfManyPages_IsWholeAndHasNothingTwice()
    {
        await using var app = await CrmApp.StartAsync();
        using var client = await app.TokenClientAsync("robot");
        for (var i = 0; i < 7; i++)
        {
            await SendAsync(client, HttpMethod.Post, "", new { company = $"Новий {i}", sure = true });
        }

        var names = new List<string?>();
        for (string? after = null; ;)
        {
            var page = await GetAsync(client, $"/api/v1/prospects?limit=3{(after is null ? "" : $"&after={after}")}");
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(p => Text(p, "name")));
            after = Text(page, "next");
            if (after is null)
            {
                break;
            }
        }

        Assert.Equal(["Новий 6", "Новий 5", "Новий 4", "Новий 3", "Новий 2", "Новий 1", "Новий 0"], names);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static async Task<JsonElement> GetAsync(HttpClient client, string path) => await client.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    private static async Task<(HttpStatusCode, JsonElement)> SendAsync(HttpClient client, HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, new Uri("/api/v1/prospects" + path, UriKind.Relative)) { Content = JsonContent.Create(body) };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonDocument.Parse(text.Length == 0 ? "{}" : text).RootElement);
    }
}
