using System.Net;
using Crm.Contracts;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Selections;
using Crm.Plugin.Features.Sms;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Api;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Features.Mail;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Selections;

/// <summary>Segments, and contact persons by part and position, as those whom something goes to.</summary>
public sealed class SelectionTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Segment_EverywhereChosen_MeansTheSameCounterparties(DatabaseKind kind)
    {
        await using var app = await StartAsync(kind);
        var around = await SegmentAsync(app, new() { Name = "Around Kyiv", Region = "київська ОБЛАСТЬ", AuthorLogin = "dora" });
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        var page = await anna.OpenAsync($"/counterparties?segment={around}");
        Assert.Equal(["Буча", "Київ"], Names(page, "#list tbody tr td:first-child a"));
        Assert.Equal("Around Kyiv", page.QuerySelector("select[name=segment] option[selected]")!.TextContent);
        Assert.Contains($"/mail/new?segment={around}", page.QuerySelectorAll("#list a").Select(a => a.GetAttribute("href")));

        foreach (var way in (string[])["/mail/new", "/sms/new"])
        {
            page = await anna.OpenAsync($"{way}?segment={around}");
            Assert.Contains("1 recipients, 1 left out", page.Body!.TextContent, StringComparison.Ordinal);
            Assert.Equal([way == "/sms/new" ? "Буча: no telephone number" : "Буча: no e-mail address"], Names(page, "details li"));
            Assert.Equal("Around Kyiv", page.QuerySelector("#segment option[selected]")!.TextContent);
        }

        using var chief = await app.SignInAsync("chief", Role.Administrator);
        page = await chief.OpenAsync($"/paper?segment={around}");
        Assert.Contains("2 addresses, 0 left out", page.Body!.TextContent, StringComparison.Ordinal);
        await chief.SubmitAsync("/paper", new() { ["selection"] = "", ["segment"] = $"{around}", ["format"] = "DL", ["skip"] = "0" });
        Assert.Equal(3, chief.Source.Split("/MediaBox").Length); // two envelopes

        using var api = await app.TokenClientAsync("maria");
        Assert.Equal(["Буча", "Київ"], (await api.JsonAsync("/api/v1/counterparties?segment=Around%20Kyiv")).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()));
        using var refused = await api.GetAsync(new Uri("/api/v1/counterparties?segment=Lviv", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Segment_OfEveryField_ChoosesWhomARunWould(DatabaseKind kind)
    {
        await using var app = await StartAsync(kind);
        await using (var database = app.Database())
        {
            await database.Set<CounterpartyRecord>().Where(c => c.Name == "Київ").ExecuteUpdateAsync(c => c.SetProperty(x => x.Importance, (short)1).SetProperty(x => x.Stage, (short)3).SetProperty(x => x.ManagerLogin, "Ann"));
            await database.Set<CounterpartyRecord>().Where(c => c.Name == "Буча").ExecuteUpdateAsync(c => c.SetProperty(x => x.Stage, (short)2));
        }

        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);
        async Task<string> OfAsync(ClassificationSegment segment) => string.Join(' ', Names(await chief.OpenAsync($"/counterparties?segment={await SegmentAsync(app, segment)}"), "#list tbody tr td:first-child a"));
        static ClassificationSegment Of(string name) => new() { Name = name, AuthorLogin = "dora" };

        Assert.Equal("Київ", await OfAsync(new() { Name = "m", Manager = "ann, eve", AuthorLogin = "dora" }));
        Assert.Equal("Berlin Буча", await OfAsync(new() { Name = "c", City = "БУЧА,berlin", AuthorLogin = "dora" }));
        Assert.Equal("Berlin", await OfAsync(new() { Name = "co", Country = "de", AuthorLogin = "dora" }));
        Assert.Equal("Київ", await OfAsync(new() { Name = "i", Importance = "A,B", AuthorLogin = "dora" }));
        Assert.Equal("Berlin Nowhere Буча", await OfAsync(new() { Name = "n", Importance = "none", AuthorLogin = "dora" }));
        Assert.Equal("Буча Київ", await OfAsync(new() { Name = "s", Stage = "one-time,regular", AuthorLogin = "dora" }));
        Assert.Equal("Буча", await OfAsync(new() { Name = "both", Stage = "one-time,regular", Region = "Київська область", City = "Буча", AuthorLogin = "dora" }));
        Assert.Equal("Berlin Nowhere Буча Київ", await OfAsync(Of("all")));
        // What there is not never becomes everybody.
        Assert.Equal("", string.Join(' ', Names(await chief.OpenAsync("/counterparties?segment=999"), "#list tbody tr td:first-child a")));
        Assert.Equal("", string.Join(' ', Names(await chief.OpenAsync("/counterparties?segment=Kyiv"), "#list tbody tr td:first-child a")));
        Assert.Equal("removed segment", (await chief.OpenAsync("/mail/new?segment=999")).QuerySelector("#segment option[selected]")!.TextContent);
        await chief.SubmitAsync("/sms/send", new() { ["key"] = "k", ["segment"] = "999", ["text"] = "hello", ["do"] = "send" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, chief.Status);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Send_ToASegment_GoesAsFarAsTheRightReaches(DatabaseKind kind)
    {
        await using var app = await StartAsync(kind);
        await app.AddAccountAsync();
        await using (var database = app.Database())
        {
            await database.Set<CounterpartyRecord>().Where(c => c.Name == "Berlin").ExecuteUpdateAsync(c => c.SetProperty(x => x.ManagerLogin, "viktor"));
        }

        await app.NarrowSalespeopleAsync();
        var abroad = await SegmentAsync(app, new() { Name = "Abroad and home", Country = "DE,UA", AuthorLogin = "dora" });
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var page = await anna.OpenAsync("/mail/new?role=customer");
        Assert.Contains("1 recipients, 2 left out", page.QuerySelector("#to")!.TextContent, StringComparison.Ordinal);
        var form = new Dictionary<string, string> { ["key"] = "k", ["selection"] = "?role=customer", ["segment"] = $"{abroad}", ["subject"] = "Скидка", ["text"] = "{counterparty}", ["account"] = "1", ["do"] = "choose" };

        page = await anna.SubmitAsync("/mail/send", form);
        Assert.Equal(HttpStatusCode.OK, anna.Status);
        Assert.Contains("1 recipients, 1 left out", page.QuerySelector("#to")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("Скидка", page.QuerySelector("#subject")!.GetAttribute("value"));
        form["do"] = "send";
        await anna.SubmitAsync("/mail/send", form);

        Assert.Equal(["kyiv@x.example"], (await app.OutboxAsync()).Select(m => m.ToAddress));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Wave_ToOnePersonOrCustomerKnownTwice_GoesOnce(DatabaseKind kind)
    {
        await using var app = await StartAsync(kind);
        await app.AddAccountAsync();
        await app.SaveAsync(new SmsGateway { Id = 1, Kind = SmsGatewayKind.None, CountryCode = "380" });
        var (kyiv, berlin) = (await app.IdAsync("1"), await app.IdAsync("3"));
        var card = new PersonCard { Name = "Ева", NameFolded = "ева" };
        await app.SaveAsync(card);
        foreach (var (counterparty, address, number) in ((long, string, string)[])[(kyiv, "eva@kyiv.example", "067 111 11 11"), (berlin, "eva@berlin.example", "+49 170 1234567")])
        {
            await app.SaveAsync(new PersonPlace { PersonCardId = card.Id, CounterpartyId = counterparty, Role = "decides" });
            await app.AddOwnMechanismAsync(counterparty, card.Id, null, ContactMechanismKind.Email, address);
            await app.AddOwnMechanismAsync(counterparty, card.Id, null, ContactMechanismKind.Phone, number);
        }

        await app.AddOwnMechanismAsync(berlin, null, null, ContactMechanismKind.Email, "berlin@x.example");

        using var chief = await app.SignInAsync("chief", Role.Administrator);
        foreach (var (form, reason) in ((string, string)[])[("/mail/new", "the address is among those before"), ("/sms/new", "the number is among those before")])
        {
            var page = await chief.OpenAsync($"{form}?role=customer&who=persons&part=decides");
            Assert.Contains("1 recipients", page.Body!.TextContent, StringComparison.Ordinal);
            Assert.Contains(reason, page.Body!.TextContent, StringComparison.Ordinal);
        }

        var before = Count(await chief.OpenAsync("/mail/new?role=customer"));
        await chief.SubmitAsync($"/duplicates/{kyiv}/{berlin}/same", []);
        var joined = await chief.OpenAsync("/mail/new?role=customer");
        Assert.Equal(before - 1, Count(joined));
        Assert.Contains("Київ: the same customer is among those before", Names(joined, "details li"));

        static int Count(AngleSharp.Dom.IDocument page) => int.Parse(page.QuerySelector("#to")!.TextContent.Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Persons_ByPartAndPosition_GetItAndTheOthersAreNamed(DatabaseKind kind)
    {
        await using var app = await StartAsync(kind);
        await app.AddAccountAsync();
        await app.SaveAsync(new SmsGateway { Id = 1, Kind = SmsGatewayKind.None, CountryCode = "380" });
        var (kyiv, berlin) = (await app.IdAsync("1"), await app.IdAsync("3"));
        await AddPersonAsync(app, "Директор Ева", "eva@x.example", "067 111 11 11", new() { CounterpartyId = kyiv, Role = "decides" });
        await AddPersonAsync(app, "Бухгалтер Ада", "ada@x.example", null, new() { CounterpartyId = kyiv, Position = "Главный бухгалтер" });
        await AddPersonAsync(app, "Boss", null, "+49 170 1234567", new() { CounterpartyId = berlin, Role = "Decides, signs" });
        await AddPersonAsync(app, "Former", "former@x.example", "+49 170 7654321", new() { CounterpartyId = berlin, Role = "decides", LeftOn = new(2020, 1, 1) });
        await AddPersonAsync(app, "Quiet", "quiet@x.example", "+49 170 1111111", new() { CounterpartyId = berlin, Role = "decides" }, doNotContact: true);
        using var chief = await app.SignInAsync("chief", Role.Administrator);

        var page = await chief.OpenAsync("/mail/new?role=customer&who=persons&part=decides");
        Assert.Contains("1 recipients, 5 left out", page.QuerySelector("#to")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(
            ["Boss (Berlin): no e-mail address", "Quiet (Berlin): wants no letters", "Former (Berlin): no longer works there", "Nowhere: no contact person is known", "Буча: no contact person is known"],
            Names(page, "details li"));
        Assert.Equal("decides", page.QuerySelector("#part")!.GetAttribute("value"));
        Assert.Contains("Decides, signs", Names(page, "#parts option", "value"));
        page = await chief.OpenAsync($"/mail/new?role=customer&who=persons&position={Uri.EscapeDataString("БУХГАЛТЕР, accountant")}");
        Assert.Contains("1 recipients, 3 left out", page.QuerySelector("#to")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Berlin: no contact person of this part or position", Names(page, "details li"));

        var form = new Dictionary<string, string> { ["key"] = "k", ["selection"] = "?role=customer", ["who"] = "persons", ["part"] = "decides", ["subject"] = "Привет", ["text"] = "{person}, {counterparty}", ["account"] = "1", ["do"] = "send" };
        await chief.SubmitAsync("/mail/send", form);
        var letter = Assert.Single(await app.OutboxAsync());
        Assert.Equal(("eva@x.example", "Директор Ева"), (letter.ToAddress, letter.ToName));
        Assert.StartsWith("Директор Ева, Київ", letter.Text, StringComparison.Ordinal);

        page = await chief.OpenAsync("/sms/new?role=customer&who=persons&part=decides");
        Assert.Contains("2 recipients, 4 left out", page.Body!.TextContent, StringComparison.Ordinal);
        await chief.SubmitAsync("/sms/send", form);
        await using (var database = app.Database())
        {
            Assert.Equal(["+380671111111 Директор Ева, Київ", "+491701234567 Boss, Berlin"], await database.Set<SmsOut>().OrderBy(m => m.Number).Select(m => m.Number + " " + m.Text).ToListAsync());
        }

        Assert.All((await app.InteractionsAsync()).Where(i => i.CounterpartyId == kyiv), i => Assert.NotEmpty(i.Persons.Select(p => p.CardId).Append(i.CardId).OfType<long>()));
        page = await chief.OpenAsync("/paper?role=customer&who=persons&part=decides");
        Assert.Contains("2 addresses, 4 left out", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("BerlinBossUnter den Linden 1", page.Body!.TextContent.Replace("\n", "", StringComparison.Ordinal).Replace("  ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("решает", "", true)]
    [InlineData("platit, РЕШ", "", true)]
    [InlineData("платит", "", false)]
    [InlineData("решает", "бухгалтер", true)]
    [InlineData("решает", "директор", false)] // both must hold
    public void Admits_Person_ByPartAndPosition(string part, string position, bool expected) => Assert.Equal(
        expected,
        SelectionRule.Admits(new(CounterpartyFilter.None, true, part, position), new(1, null, new() { Role = "Решает" }, "Ада", "Главный бухгалтер", null, [], [], true)));

    [Fact]
    public void Query_OfASelection_IsReadBackTheSame()
    {
        var selection = new Selection(CounterpartyFilter.None with { Text = "a&b", Segment = 7 }, true, "платит, решает", "CEO");

        Assert.Equal("?q=a%26b&segment=7&who=persons&part=%D0%BF%D0%BB%D0%B0%D1%82%D0%B8%D1%82%2C%20%D1%80%D0%B5%D1%88%D0%B0%D0%B5%D1%82&position=CEO", selection.ToQuery());
        Assert.Equal(selection, Selection.From(new Microsoft.AspNetCore.Http.QueryCollection(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(selection.ToQuery()))));
    }

    private async Task<CrmApp> StartAsync(DatabaseKind kind)
    {
        var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("1", "Київ", phone: "067 123 45 67", email: "kyiv@x.example") with { Roles = CounterpartyRoles.Customer, Addresses = [new("UA", "Київська область", "Київ", "01001", "вул. Хрещатик, 1")] },
            Some.Counterparty("2", "Буча") with { Roles = CounterpartyRoles.Customer, Addresses = [new("UA", "Київська область", "Буча", "08292", "вул. Нова, 2"), new("DE", null, "Berlin", null, null)] },
            Some.Counterparty("3", "Berlin") with { Roles = CounterpartyRoles.Customer, Addresses = [new("DE", null, "Berlin", "10117", "Unter den Linden 1")] },
            Some.Counterparty("4", "Nowhere") with { Roles = CounterpartyRoles.Customer });
        await app.MirrorAsync(host);
        return app;
    }

    private static async Task<long> SegmentAsync(CrmApp app, ClassificationSegment segment)
    {
        await app.SaveAsync(segment);
        return segment.Id;
    }

    private static async Task AddPersonAsync(CrmApp app, string name, string? email, string? phone, PersonPlace place, bool doNotContact = false)
    {
        var card = new PersonCard { Name = name, NameFolded = Crm.Plugin.Search.SearchText.Fold(name), DoNotContact = doNotContact };
        await app.SaveAsync(card);
        place.PersonCardId = card.Id;
        await app.SaveAsync(place);
        foreach (var (kind, value) in new[] { (ContactMechanismKind.Email, email), (ContactMechanismKind.Phone, phone) })
        {
            if (value is not null)
            {
                await app.AddOwnMechanismAsync(place.CounterpartyId, card.Id, null, kind, value);
            }
        }
    }

    private static List<string> Names(AngleSharp.Dom.IDocument page, string selector, string? attribute = null) =>
        [.. page.QuerySelectorAll(selector).Select(e => (attribute is null ? e.TextContent : e.GetAttribute(attribute) ?? "").Trim())];
}
