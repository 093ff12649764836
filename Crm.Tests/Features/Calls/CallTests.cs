using Crm.Contracts;
using Crm.Plugin.Features.Calls;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
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

/// <summary>What a telephone exchange reports, and what the called user sees and does.</summary>
public sealed class CallTests(PostgresServer postgres)
{
    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Rehearsal_AfterTheStart_LeavesNothing(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await Exchange.MirrorPeopleAsync(app);

        foreach (var rehearsal in app.Services.GetServices<IRehearsal>())
        {
            await Readiness.RehearseAsync(app.Services.GetRequiredService<IServiceScopeFactory>(), rehearsal, TestContext.Current.CancellationToken);
        }

        await using var database = app.Database();
        Assert.Empty(await database.Set<PhoneCall>().ToListAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await database.Set<LiveEvent>().ToListAsync(TestContext.Current.CancellationToken));
    }

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
    public async Task ErpPerson_WhoSpeaksForAnotherToo_IsOfferedThereAsWell(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await Exchange.MirrorPeopleAsync(app);
        var (first, second) = (await app.IdAsync("1"), await app.IdAsync("2"));
        await using var database = app.Database();
        var maria = (await database.Set<ContactPersonRecord>().SingleAsync(TestContext.Current.CancellationToken)).Id;
        var card = new PersonCard { Name = "Иванова Мария", NameFolded = "иванова мария", ContactPersonId = maria };
        await app.SaveAsync(card);
        await app.SaveAsync(new PersonPlace { PersonCardId = card.Id, CounterpartyId = first }, new PersonPlace { PersonCardId = card.Id, CounterpartyId = second });
        await app.AddOwnMechanismAsync(first, null, maria, ContactMechanismKind.Phone, "+7 926 555-44-33");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        // The ERP's number of hers and the one typed here alike.
        foreach (var number in (string[])["89160001122", "89265554433"])
        {
            var found = await anna.PartAsync("/calls/lookup?number=" + number);
            Assert.Equal(["АО Северный ветер", "ООО «Ромашка»"], found.QuerySelectorAll(".crm-caller a.fw-medium").Select(a => a.TextContent));
            var chosen = await anna.PartAsync(found.QuerySelectorAll(".crm-caller a.btn")[0].GetAttribute("hx-get")!);
            Assert.Equal($"/interactions/new?counterparty={second}&person=-{card.Id}&kind=PhoneCall&direction=Incoming", chosen.QuerySelector("a[href^='/interactions/new']")!.GetAttribute("href"));
        }

        // Who has left one of them calls for the other.
        await database.Set<PersonPlace>().Where(p => p.CounterpartyId == second).ExecuteUpdateAsync(p => p.SetProperty(x => x.LeftOn, new DateOnly(2020, 1, 1)), TestContext.Current.CancellationToken);
        Assert.Equal(["ООО «Ромашка»"], (await anna.PartAsync("/calls/lookup?number=89265554433")).QuerySelectorAll(".crm-caller a.fs-3").Select(a => a.TextContent));
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
    public async Task LookUp_One_ShowsTheCardOfACall()
    {
        await using var app = await CrmApp.StartAsync();
        await Exchange.MirrorPeopleAsync(app);
        await app.SaveAsync(new CounterpartyPreference { CounterpartyId = await app.IdAsync("1"), Terms = "звонить после обеда" });
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        foreach (var shown in (AngleSharp.Dom.IParentNode[])[await anna.PartAsync("/calls/lookup?number=9160001122"), (await anna.OpenAsync("/calls?number=9160001122")).QuerySelector("#callers")!])
        {
            var text = shown.QuerySelector(".crm-caller")!.TextContent;
            Assert.All((string[])["ООО «Ромашка»", "Иванова Мария", "SO-01", "Overdue: 250.00", "Last contacts", "звонить после обеда", "Log this call"], t => Assert.Contains(t, text, StringComparison.Ordinal));
            Assert.NotNull(shown.QuerySelector("a[href^='/prospects/new?phone=']"));
        }
    }

    [Theory]
    [InlineData("+7 (495) 123-45-67", "+74951234567")]
    [InlineData("8 (495) 123-45-67 доб. 12", "+74951234567")]
    [InlineData("050 111-22-33", "+380501112233")]
    [InlineData("00380501112233", "+380501112233")]
    [InlineData("123-45-67", "1234567")]
    [InlineData("101", "101")]
    [InlineData("", "")]
    public void Dial_AsTyped_IsWhatATelephoneDials(string typed, string expected) => Assert.Equal(expected, CallRule.Dial(typed));

    [Theory]
    [InlineData("+7 495 123 45 67", 2)]
    [InlineData("8(495)1234567", 2)]
    [InlineData("4951234567", 2)]
    [InlineData("1234567", 2)]
    [InlineData("4957654321", 1)] // the second number
    [InlineData("8-812-765-43-21", 1)]
    [InlineData("+79160001122", 1)] // a contact person's
    [InlineData("+7 495 123 45 68", 0)]
    [InlineData("anonymous", 0)]
    [InlineData("' OR 1=1 --", 0)]
    public async Task LookUp_AnySpelling_FindsTheSame(string typed, int expected)
    {
        await using var app = await CrmApp.StartAsync();
        await Exchange.MirrorPeopleAsync(app);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        var found = await anna.PartAsync("/calls/lookup?number=" + Uri.EscapeDataString(typed));

        Assert.Equal(expected, found.QuerySelectorAll(".crm-caller").Length);
    }

    [Fact]
    public async Task Ringing_FromOwnNumberOrAColleague_IsShownToNobody()
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/calls/settings");
        await chief.SubmitAsync("/calls/settings", new() { ["lines"] = "101 anna\n102 chief", ["numbers"] = "+7 (495) 999-00-00" });
        using var exchange = await Exchange.ConnectAsync(app);

        await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "84959990000", extension = "101" });
        await exchange.SayAsync(new { callId = "2", @event = "ringing", number = "102", extension = "101" });
        await exchange.SayAsync(new { callId = "3", @event = "ringing", number = "", extension = "101" });

        var card = await anna.PartAsync("/calls/pop");
        Assert.Equal(["Number withheld"], card.QuerySelectorAll(".crm-call h2").Select(h => h.TextContent));
    }

    [Fact]
    public async Task Report_ThatCannotBe_IsRefused()
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var exchange = await Exchange.ConnectAsync(app);

        Assert.Equal((422, "calls.bad-callId"), Refusal(await exchange.SayAsync(new { callId = "", @event = "ringing" })));
        Assert.Equal((422, "calls.bad-at"), Refusal(await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "1", at = "2020-01-01T00:00:00Z" })));
        Assert.Equal((404, "calls.unknown"), Refusal(await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "1", user = "nobody" })));
        Assert.Equal((404, "calls.unknown"), Refusal(await exchange.SayAsync(new { callId = "2", @event = "ended" })));
        Assert.Equal(400, (await exchange.SayAsync(new { callId = "1", @event = "barking" })).Status);
        await app.NarrowSalespeopleAsync();
        Assert.Equal((403, "calls.not-yours"), Refusal(await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "1", user = "anna" })));
        Assert.Equal(200, (await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "1", user = "exchange" })).Status);

        static (int, string?) Refusal((int Status, System.Text.Json.JsonElement Body) answer) => (answer.Status, answer.Body.GetProperty("code").GetString());
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

    [Fact]
    public async Task Settings_BadLines_AreToldAndKept()
    {
        await using var app = await CrmApp.StartAsync();
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/calls/settings");

        var page = await chief.SubmitAsync("/calls/settings", new() { ["lines"] = "101 chief\n102 nobody", ["numbers"] = "12" });

        Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, chief.Status);
        Assert.Equal(["lines", "numbers"], page.QuerySelectorAll("[data-field]").Select(e => e.GetAttribute("data-field")));
        Assert.Contains("102 nobody", page.QuerySelector("#lines")!.TextContent, StringComparison.Ordinal);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/calls/settings");
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, anna.Status);
    }

    private static async Task<AngleSharp.Dom.IDocument> SendPartAsync(WebBrowser browser, string path, Dictionary<string, string> fields)
    {
        browser.Http.DefaultRequestHeaders.Add("HX-Request", "true");
        var answer = await browser.SubmitAsync(path, fields);
        browser.Http.DefaultRequestHeaders.Remove("HX-Request");
        return answer;
    }
}
