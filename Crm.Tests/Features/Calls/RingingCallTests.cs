using Crm.Contracts;
using Crm.Plugin.Features.Calls;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell.Live;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Features.Mail;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Calls;

/// <summary>What the called user sees of a call and does with it.</summary>
public sealed class RingingCallTests(PostgresServer postgres)
{
    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Ringing_AnsweredByOne_EndedAndSentTwice_IsKeptOnceAndLoggedWithItsTime(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await Exchange.MirrorPeopleAsync(app);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/calls/settings");
        await chief.SubmitAsync("/calls/settings", new() { ["lines"] = "101 anna\n102 = boris", ["numbers"] = "" });
        using var exchange = await Exchange.ConnectAsync(app);
        var start = TimeProvider.System.GetUtcNow().AddMinutes(-10);

        // A queue of Asterisk's rings two desks; one takes the call; every report comes twice, one of them late.
        object[] reports =
        [
            new { callId = "1763800000.42", @event = "ringing", number = "84951234567", extension = "101", at = start },
            new { callId = "1763800000.42", @event = "ringing", number = "84951234567", extension = "102", at = start },
            new { callId = "1763800000.42", @event = "answered", extension = "101", at = start.AddSeconds(8) },
            new { callId = "1763800000.42", @event = "ended", at = start.AddSeconds(8 + 125), disposition = "answered" },
        ];
        foreach (var report in reports)
        {
            Assert.True((await exchange.SayAsync(report)).Body.GetProperty("changed").GetBoolean());
            Assert.False((await exchange.SayAsync(report)).Body.GetProperty("changed").GetBoolean());
        }

        Assert.False((await exchange.SayAsync(reports[1])).Body.GetProperty("changed").GetBoolean());
        await using var database = app.Database();
        var calls = await database.Set<PhoneCall>().OrderBy(c => c.Line).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([("101", "answered"), ("102", "elsewhere")], calls.Select(c => (c.Line, c.Disposition)));
        Assert.Equal(5, await database.Set<LiveEvent>().CountAsync(e => e.Kind == CallLog.News, TestContext.Current.CancellationToken)); // 2 ring, 1 answered, 1 elsewhere, 1 ended
        var card = await anna.PartAsync("/calls/pop");
        // Both the customer and a sole trader have this number: the user chooses.
        Assert.Equal(["ИП Котов", "ООО «Ромашка»"], card.QuerySelectorAll(".crm-caller a").Select(a => a.TextContent));
        Assert.Empty((await boris.PartAsync("/calls/pop")).QuerySelectorAll(".crm-call"));

        var chosen = await app.IdAsync("1");
        card = await SendPartAsync(anna, $"/calls/{calls[0].Id}/choose", new() { ["counterparty"] = $"{chosen}", ["person"] = "" });
        var text = card.Body!.TextContent;
        Assert.Contains("ООО «Ромашка»", text, StringComparison.Ordinal);
        Assert.Contains("SO-01", text, StringComparison.Ordinal);
        Assert.Contains("Overdue: 250.00", text, StringComparison.Ordinal);
        Assert.Equal("3", card.QuerySelector("input[name=minutes]")!.GetAttribute("value")); // 125 s
        await SendPartAsync(anna, $"/calls/{calls[0].Id}/log", new() { ["content"] = "", ["minutes"] = "" });
        Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, anna.Status);
        card = await SendPartAsync(anna, $"/calls/{calls[0].Id}/log", new() { ["content"] = "Просят счёт", ["minutes"] = "", ["nextStep"] = "Выслать счёт", ["nextIn"] = "1" });
        Assert.Empty(card.QuerySelectorAll(".crm-call"));

        var logged = await app.InteractionsAsync();
        Assert.Equal([("Просят счёт", InteractionState.Done, 3, InteractionDirection.Incoming)], logged.Where(i => i.State == InteractionState.Done).Select(i => (i.Content, i.State, i.Minutes!.Value, i.Direction)));
        Assert.Equal(["Выслать счёт"], logged.Where(i => i.State == InteractionState.Planned).Select(i => i.Subject));
        Assert.Equal(calls[0].Id, logged[0].CallId);
        Assert.Contains("ООО «Ромашка»", (await anna.OpenAsync("/calls")).QuerySelector("#calls")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Ringing_NobodyKnown_BecomesAProspect_WhoIsKnownNextTime(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await Exchange.MirrorPeopleAsync(app);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var exchange = await Exchange.ConnectAsync(app);
        await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "+380 (50) 111-22-33", user = "anna" });
        var card = await anna.PartAsync("/calls/pop");
        var call = card.QuerySelector("form[action$=prospect]")!.GetAttribute("action")!;

        await SendPartAsync(anna, call, new() { ["name"] = " ", ["note"] = new string('x', 10_000_000) });
        Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, anna.Status);
        await SendPartAsync(anna, call, new() { ["name"] = "Олена", ["company"] = "ТОВ Степ", ["note"] = "Хоче прайс", ["source"] = "Виставка" });
        Assert.Equal(System.Net.HttpStatusCode.OK, anna.Status);

        var found = await anna.PartAsync("/calls/lookup?number=0501112233");
        Assert.Contains("ТОВ Степ", found.Body!.TextContent, StringComparison.Ordinal);
        Assert.NotNull(found.QuerySelector(".badge.bg-yellow-lt"));
        await using var database = app.Database();
        var prospect = await database.Set<Prospect>().SingleAsync(TestContext.Current.CancellationToken);
        var contact = Assert.Single(await app.InteractionsAsync());
        Assert.Equal((prospect.CounterpartyId, "Хоче прайс", InteractionDirection.Incoming, "Виставка"), (contact.CounterpartyId, contact.Content, contact.Direction, contact.Source));
        Assert.Equal(prospect.CallId, contact.CallId);
        Assert.Empty((await anna.PartAsync("/calls/pop")).QuerySelectorAll(".crm-call"));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Ringing_OwnPersonOfTwoCounterparties_IsChosenAndLoggedWith(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await Exchange.MirrorPeopleAsync(app);
        var (first, second) = (await app.IdAsync("1"), await app.IdAsync("2"));
        var olga = await app.AddOwnPersonAsync("Ольга Ткач", "olga@home.example", first, second);
        await app.AddOwnMechanismAsync(first, olga, null, ContactMechanismKind.Phone, "+380 67 111-22-33");
        await using var database = app.Database();
        await database.Set<PersonCard>().ExecuteUpdateAsync(c => c.SetProperty(x => x.DoNotContact, true).SetProperty(x => x.Channel, ContactChannel.Email).SetProperty(x => x.Note, "только по делу"), TestContext.Current.CancellationToken);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var exchange = await Exchange.ConnectAsync(app);
        var id = (await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "0671112233", user = "anna" })).Body.GetProperty("calls")[0].GetProperty("id").GetInt64();
        var card = await anna.PartAsync("/calls/pop");
        Assert.Equal(["АО Северный ветер", "ООО «Ромашка»"], card.QuerySelectorAll(".crm-caller a").Select(a => a.TextContent));
        Assert.All(card.QuerySelectorAll(".crm-caller"), c => Assert.Contains("Ольга Ткач", c.TextContent, StringComparison.Ordinal));

        card = await SendPartAsync(anna, $"/calls/{id}/choose", new() { ["counterparty"] = $"{second}", ["person"] = $"-{olga}" });
        var text = card.QuerySelector(".crm-caller-person")!.TextContent;
        Assert.All((string[])["Ольга Ткач", "Do not contact", "by e-mail", "только по делу"], t => Assert.Contains(t, text, StringComparison.Ordinal));
        Assert.Contains($"person=-{olga}", card.QuerySelector("a[href^='/interactions/new']")!.GetAttribute("href"), StringComparison.Ordinal);
        await SendPartAsync(anna, $"/calls/{id}/log", new() { ["content"] = "Договорились", ["minutes"] = "" });

        Assert.Equal([(second, null, olga)], (await app.InteractionsAsync()).Select(i => (i.CounterpartyId, i.PersonId, i.CardId)));
        var list = (await anna.OpenAsync("/calls")).QuerySelector("#calls")!;
        Assert.Equal("tel:+380671112233", list.QuerySelector("a[href^='tel:']")!.GetAttribute("href"));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Ringing_SomebodyElse_IsSettledAndTakenBack(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await Exchange.MirrorPeopleAsync(app);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var exchange = await Exchange.ConnectAsync(app);
        var id = (await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "+79160001122", user = "anna" })).Body.GetProperty("calls")[0].GetProperty("id").GetInt64();
        Assert.Contains("Иванова Мария", (await anna.PartAsync("/calls/pop")).Body!.TextContent, StringComparison.Ordinal);

        var card = await SendPartAsync(anna, $"/calls/{id}/choose", new() { ["who"] = "nobody" });
        Assert.NotNull(card.QuerySelector("form[action$=prospect]"));
        Assert.DoesNotContain("Иванова Мария", card.Body!.TextContent, StringComparison.Ordinal);
        card = await SendPartAsync(anna, $"/calls/{id}/choose", new() { ["who"] = "again" });
        Assert.Contains("Иванова Мария", card.Body!.TextContent, StringComparison.Ordinal);
        await SendPartAsync(anna, $"/calls/{id}/choose", new() { ["who"] = "nobody" });
        card = await SendPartAsync(anna, $"/calls/{id}/choose", new() { ["counterparty"] = "" });
        Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Equal("Choose a counterparty.", card.QuerySelector("[data-field=counterparty]")!.TextContent);
        card = await SendPartAsync(anna, $"/calls/{id}/choose", new() { ["counterparty"] = $"{await app.IdAsync("2")}" });
        Assert.Contains("АО Северный ветер", card.Body!.TextContent, StringComparison.Ordinal);

        // Without script the reasons are a page of their own.
        var page = await anna.SubmitAsync($"/calls/{id}/log", new() { ["content"] = "", ["minutes"] = "" });
        Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.NotNull(page.QuerySelector("[data-field=content]"));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Ringing_ProspectAgain_IsKnownAndLoggedLikeAnybody(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await Exchange.MirrorPeopleAsync(app);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/prospects/new");
        await anna.SubmitAsync("/prospects", new() { ["company"] = "ТОВ Степ", ["name"] = "Олена", ["phone"] = "0501112233", ["note"] = "Хоче прайс" });
        await anna.OpenAsync("/prospects/new");
        await anna.SubmitAsync("/prospects", new() { ["name"] = "Двойник", ["phone"] = "84951234567", ["sure"] = "true" });
        using var exchange = await Exchange.ConnectAsync(app);
        var id = (await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "+380501112233", user = "anna" })).Body.GetProperty("calls")[0].GetProperty("id").GetInt64();
        var card = await anna.PartAsync("/calls/pop");
        Assert.All((string[])["ТОВ Степ", "Prospect"], t => Assert.Contains(t, card.Body!.TextContent, StringComparison.Ordinal));

        card = await SendPartAsync(anna, $"/calls/{id}/log", new() { ["content"] = "Просить знижку", ["minutes"] = "2" });
        Assert.Empty(card.QuerySelectorAll(".crm-call"));
        Assert.Equal(["Просить знижку"], (await app.InteractionsAsync()).Select(i => i.Content));

        // One of several: who it is is chosen, prospect or not.
        id = (await exchange.SayAsync(new { callId = "2", @event = "ringing", number = "84951234567", user = "anna" })).Body.GetProperty("calls")[0].GetProperty("id").GetInt64();
        card = await anna.PartAsync("/calls/pop");
        Assert.Equal(3, card.QuerySelectorAll(".crm-caller button").Length);
        await using var database = app.Database();
        var twin = (await database.Set<CounterpartyRecord>().SingleAsync(c => c.Name == "Двойник", TestContext.Current.CancellationToken)).Id;
        card = await SendPartAsync(anna, $"/calls/{id}/choose", new() { ["counterparty"] = $"{twin}", ["person"] = "" });
        Assert.Equal("Двойник", card.QuerySelector(".crm-call a.fs-3")!.TextContent);
        Assert.NotNull(card.QuerySelector(".crm-call .bg-yellow-lt"));
    }

    [Fact]
    public async Task AnothersCall_CannotBeLoggedOrPutAway()
    {
        await using var app = await CrmApp.StartAsync();
        await Exchange.MirrorPeopleAsync(app);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        using var exchange = await Exchange.ConnectAsync(app);
        var id = (await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "+79160001122", user = "anna" })).Body.GetProperty("calls")[0].GetProperty("id").GetInt64();
        await boris.OpenAsync("/my-day");

        await SendPartAsync(boris, $"/calls/{id}/log", new() { ["content"] = "mine" });
        Assert.Equal(System.Net.HttpStatusCode.NotFound, boris.Status);
        await SendPartAsync(boris, $"/calls/{id}/dismiss", []);
        await boris.SubmitAsync("/interactions", new() { ["counterparty"] = $"{await app.IdAsync("1")}", ["content"] = "mine", ["call"] = $"{id}" });
        Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, boris.Status);
        Assert.Contains("Иванова Мария", (await anna.PartAsync("/calls/pop")).Body!.TextContent, StringComparison.Ordinal);
    }

    private static async Task<AngleSharp.Dom.IDocument> SendPartAsync(WebBrowser browser, string path, Dictionary<string, string> fields)
    {
        browser.Http.DefaultRequestHeaders.Add("HX-Request", "true");
        var answer = await browser.SubmitAsync(path, fields);
        browser.Http.DefaultRequestHeaders.Remove("HX-Request");
        return answer;
    }
}
