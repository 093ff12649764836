using System.Net;
using System.Net.Http.Json;
using Crm.Plugin.Features.Channels;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Api;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Channels;

/// <summary>The company's own channels: kept as a list, offered where contacts are logged, and what was logged stays as it was.</summary>
public sealed class ChannelTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Channel_AddedChosenAndRetired_StaysAtTheContact(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("ООО «Ромашка»");
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        await viktor.OpenAsync("/interactions/channels");
        foreach (var (name, of) in ((string, string)[])[("Telegram", "Message"), ("WhatsApp", "Message"), ("Факс", "Letter")])
        {
            await viktor.SubmitAsync("/interactions/channels", new() { ["name"] = $" {name} ", ["kind"] = of });
        }

        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var card = await anna.OpenAsync($"/interactions/new?counterparty={id}");
        Assert.Equal(["", "Факс", "Telegram", "WhatsApp"], card.QuerySelectorAll("select[name=channel] option").Select(o => o.GetAttribute("value")));
        Assert.Equal("Message", card.QuerySelector("option[value=Telegram]")!.GetAttribute("data-kind"));
        await anna.SubmitAsync("/interactions", new() { ["counterparty"] = $"{id}", ["kind"] = "Message", ["direction"] = "Incoming", ["state"] = "Done", ["content"] = "Пришлите прайс", ["channel"] = "Telegram" });
        await anna.SubmitAsync("/interactions", new() { ["counterparty"] = $"{id}", ["kind"] = "Message", ["direction"] = "Incoming", ["state"] = "Done", ["content"] = "ещё" });
        var logged = Assert.Single(await app.InteractionsAsync(), i => i.Channel is not null);
        Assert.Equal(("Telegram", InteractionKind.Message), (logged.Channel, logged.Kind));

        // Taken off the list: no new contact by it, and those there are keep it, can be edited and are found by it.
        await viktor.SubmitAsync($"/interactions/channels/{(await ChannelAsync(app, "Telegram")).Id}/retire", []);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await RefusedAsync(anna, id, "Message", "Telegram"));
        await anna.OpenAsync($"/interactions/{logged.Id}");
        await anna.SubmitAsync($"/interactions/{logged.Id}", new() { ["version"] = $"{logged.Version}", ["kind"] = "Message", ["direction"] = "Incoming", ["content"] = "Пришлите прайс-лист", ["channel"] = "Telegram" });
        Assert.Equal(HttpStatusCode.OK, anna.Status);
        Assert.Equal(("Telegram", "Пришлите прайс-лист"), (await app.InteractionsAsync()).Where(i => i.Id == logged.Id).Select(i => (i.Channel, i.Content)).Single());
        var found = await anna.OpenAsync("/interactions?who=all&channel=Telegram");
        Assert.Contains("Message · Telegram", Assert.Single(found.QuerySelectorAll("#list tbody tr")).TextContent, StringComparison.Ordinal);
        Assert.Single((await anna.OpenAsync("/interactions?who=all&q=telegr")).QuerySelectorAll("#list tbody tr"));
        Assert.Contains("Telegram", (await anna.OpenAsync($"/counterparties/{id}")).QuerySelector("#timeline")!.TextContent, StringComparison.Ordinal);
        Assert.EndsWith(",Telegram\r\n", await viktor.Http.GetStringAsync(new Uri("/interactions/export?who=all&channel=Telegram&format=csv", UriKind.Relative)), StringComparison.Ordinal);

        await viktor.SubmitAsync("/interactions/channels", new() { ["name"] = "telegram", ["kind"] = "Message" });
        Assert.False((await ChannelAsync(app, "Telegram")).IsRetired);
    }

    [Fact]
    public async Task Channel_WrongInput_IsRefusedAndTold()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("A");
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        await viktor.OpenAsync("/interactions/channels");
        foreach (var (name, kind, text) in ((string, string, string)[])[("", "Message", "1 to 60"), (new string('x', 61), "Message", "1 to 60"), ("Telegram", "Pigeon", "Choose what"), ("<script>", "Message", ""), ("<SCRIPT>", "Other", "“<script>” already")])
        {
            var page = await viktor.SubmitAsync("/interactions/channels", new() { ["name"] = name, ["kind"] = kind });
            Assert.Equal(text.Length == 0 ? HttpStatusCode.OK : HttpStatusCode.UnprocessableEntity, viktor.Status);
            Assert.Contains(text, page.QuerySelector("[role=alert]")?.TextContent ?? "", StringComparison.Ordinal);
            Assert.Null(page.QuerySelector("#channels script"));
        }

        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await RefusedAsync(anna, id, "PhoneCall", "<script>")); // of another kind
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await RefusedAsync(anna, id, "Message", "Viber"));
        Assert.Empty(await app.InteractionsAsync());
        await anna.OpenAsync("/interactions/channels");
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);
        await anna.SubmitAsync("/interactions/channels", new() { ["name"] = "Viber", ["kind"] = "Message" });
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);
        await viktor.SubmitAsync("/interactions/channels/77/retire", []);
        Assert.Equal(HttpStatusCode.NotFound, viktor.Status);
    }

    [Fact]
    public async Task Api_Channel_IsTakenAnsweredAndRefusedWithTheList()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("A");
        await app.SaveAsync(new InteractionChannel { Name = "Viber", NameFolded = "viber", Kind = InteractionKind.Message }, new InteractionChannel { Name = "Chat", NameFolded = "chat", Kind = InteractionKind.Message });
        using var client = await app.TokenClientAsync();

        using var made = await client.PostAsJsonAsync("/api/v1/interactions", new { counterparty = id, kind = "message", content = "x", channel = "Viber" });
        using var refused = await client.PostAsJsonAsync("/api/v1/interactions", new { counterparty = id, kind = "message", content = "x", channel = "viber" });

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal("Viber", (await made.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("channel").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal("Choose a channel of this kind of contact: Chat, Viber.", (await refused.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("errors").GetProperty("channel")[0].GetString());
    }

    private static async Task<HttpStatusCode> RefusedAsync(WebBrowser browser, long counterparty, string kind, string channel)
    {
        await browser.OpenAsync($"/interactions/new?counterparty={counterparty}");
        var page = await browser.SubmitAsync("/interactions", new() { ["counterparty"] = $"{counterparty}", ["kind"] = kind, ["direction"] = "Outgoing", ["state"] = "Done", ["content"] = "x", ["channel"] = channel });
        Assert.NotNull(page.QuerySelector("[data-field=channel]"));
        return browser.Status;
    }

    private static async Task<InteractionChannel> ChannelAsync(CrmApp app, string name)
    {
        await using var database = app.Database();
        return await database.Set<InteractionChannel>().SingleAsync(c => c.Name == name);
    }
}
