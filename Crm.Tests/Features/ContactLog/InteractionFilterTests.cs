using System.Net;
using System.Text;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Mail;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

/// <summary>Each filter of the list of contacts, alone and with words, on the screen and as a file.</summary>
public sealed class InteractionFilterTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_EachFilter_LeavesWhatFits(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (romashka, veter) = (await app.AddCounterpartyAsync("Ромашка"), await app.AddCounterpartyAsync("Ветер"));
        var ivan = await app.AddPersonAsync(romashka, "Иван Петров");
        var own = await app.AddOwnPersonAsync("Olga Own", "o@x.example", romashka);
        await app.SaveAsync(new SalesOrderRecord { Id = 7, ConnectionId = 1, HostKey = "o7", Version = "1", Number = "S-7", CounterpartyId = romashka, Date = new(2026, 11, 1), Currency = "EUR" });
        var call = Entry(romashka, 1, "Договор поставки", i => (i.PersonId, i.Direction) = (ivan, InteractionDirection.Incoming));
        var meeting = Entry(romashka, 2, "Договор и скидка", i => (i.CardId, i.Kind, i.Importance) = (own, InteractionKind.Meeting, InteractionImportance.High));
        var letter = Entry(veter, 3, "Скидка", i => (i.Kind, i.Basis) = (InteractionKind.Letter, "S-7"));
        await app.SaveAsync(call, meeting, letter);
        await app.SaveAsync(new InteractionPerson { InteractionId = letter.Id, No = 0, PersonId = ivan }, new InteractionOrder { InteractionId = call.Id, OrderId = 7 });
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        foreach (var (query, expected) in (((string, long[])[])
        [
            ("direction=Incoming", [call.Id]), ("importance=High", [meeting.Id]), ("kind=Letter", [letter.Id]),
            ("party=ветер", [letter.Id]), ("party=рома", [call.Id, meeting.Id]), ("party=нет+такого", []),
            ("person=петр", [call.Id, letter.Id]), ($"person={ivan}", [call.Id, letter.Id]), ("person=olga", [meeting.Id]), ($"person=-{own}", [meeting.Id]), ("person=никто", []),
            ("order=S-7", [call.Id, letter.Id]), ("order=S-8", []),
            ("q=договор&person=петров", [call.Id]), ("q=скидка&importance=High", [meeting.Id]), ("q=скидка&order=S-7", [letter.Id]), ("q=скидка&party=ромашка&direction=Incoming", []),
            ($"counterparty={romashka}&person={ivan}&from=2026-11-19&to=2026-11-19", [call.Id]),
        ]))
        {
            var page = await browser.OpenAsync($"/interactions?who=all&{query}");
            Assert.Equal((query, string.Join(',', expected)), (query, string.Join(',', page.QuerySelectorAll("#contacts td.crm-what > a").Select(a => long.Parse(a.GetAttribute("href")![14..], System.Globalization.CultureInfo.InvariantCulture)).Order())));
        }
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_OfWhatIsRare_LooksThroughAPartAtATime(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync([Entry(id, InteractionStore.SearchDepth + 5, "The rare one", i => i.Importance = InteractionImportance.High), .. Enumerable.Range(0, InteractionStore.SearchDepth).Select(n => Entry(id, n, "x"))]);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        var first = await browser.OpenAsync("/interactions?who=all&importance=High");
        Assert.Empty(first.QuerySelectorAll("#contacts time"));
        var next = await browser.OpenAsync(first.QuerySelector(".crm-more-row a")!.GetAttribute("href")!);

        Assert.Contains("The rare one", Assert.Single(next.QuerySelectorAll("#contacts .crm-line")).TextContent, StringComparison.Ordinal);
        var csv = await browser.Http.GetStringAsync(new Uri("/interactions/export?who=all&importance=High&format=csv", UriKind.Relative));
        Assert.Equal(2, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Export_Csv_HoldsWhatIsFilteredInTheUsersWords()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync(Entry(id, 0, "Asked, \"how much\"", i => (i.Minutes, i.Subject) = (5, "=1+1")), Entry(id, 1, "Other", i => i.Kind = InteractionKind.Letter));
        using var browser = await app.SignInAsync("viktor", Role.CommercialDirector);

        var csv = Encoding.UTF8.GetString(await browser.Http.GetByteArrayAsync(new Uri("/interactions/export?who=all&kind=PhoneCall&format=csv&lang=en", UriKind.Relative)));

        Assert.Equal(
            "\ufeffWhen,Kind,Direction,State,Importance,Counterparty,Contact person,Subject,Content,Result,Next step,Responsible,Minutes,Planned start,Planned end,Room,Basis document,Channel\r\n"
            + "2026-11-20 12:00,Call,Outgoing,Done,Middle,Romashka,,'=1+1,\"Asked, \"\"how much\"\"\",,,Viktor,5,,,,,\r\n",
            csv);
        await using var database = app.Database();
        Assert.Equal("/interactions/export?who=all&kind=PhoneCall&format=csv", (await database.Set<AuditEntry>().SingleAsync(a => a.Action == "interactions.exported")).Detail);
    }

    [Fact]
    public async Task Export_MoreThanAPage_HoldsEachRowOnceAndOpensAsAWorkbook()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync([.. Enumerable.Range(0, 2_100).Select(n => Entry(id, n / 7, $"No {n}"))]);
        using var browser = await app.SignInAsync("viktor", Role.CommercialDirector);

        using var memory = new MemoryStream(await browser.Http.GetByteArrayAsync(new Uri("/interactions/export?who=all", UriKind.Relative)));
        using var workbook = DocumentFormat.OpenXml.Packaging.SpreadsheetDocument.Open(memory, false);

        var rows = workbook.WorkbookPart!.WorksheetParts.Single().Worksheet!.Descendants<DocumentFormat.OpenXml.Spreadsheet.Row>().Skip(1).Select(r => r.ElementAt(8).InnerText).ToList();
        Assert.Equal((2_100, 2_100), (rows.Count, rows.Distinct().Count()));
    }

    [Fact]
    public async Task Export_OfWhoMayNot_IsRefusedAndOfTheirOwnHoldsNobodyElses()
    {
        await using var app = await CrmApp.StartAsync();
        var (own, foreign) = (await app.AddCounterpartyAsync("Mine", "anna"), await app.AddCounterpartyAsync("Boriss", "boris"));
        await app.SaveAsync(Entry(own, 0, "own"), Entry(foreign, 1, "foreign"));
        await app.SaveAsync(new RoleRights { Role = Role.SalesManager, ReadScope = Scope.All, WriteScope = Scope.All, ExportScope = Scope.Own }, new RoleRights { Role = Role.CommercialDirector, ReadScope = Scope.All, WriteScope = Scope.All, ExportScope = Scope.None });
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);

        var csv = await anna.Http.GetStringAsync(new Uri("/interactions/export?who=all&format=csv", UriKind.Relative));
        Assert.Contains("own", csv, StringComparison.Ordinal);
        Assert.DoesNotContain("foreign", csv, StringComparison.Ordinal);
        await viktor.OpenAsync("/interactions/export?who=all&format=csv");
        Assert.Equal(HttpStatusCode.Forbidden, viktor.Status);
        Assert.Null((await viktor.OpenAsync("/interactions?who=all")).QuerySelector("a[href^='/interactions/export']"));
    }

    private static Interaction Entry(long counterparty, int hoursAgo, string text, Action<Interaction>? change = null)
    {
        var at = Noon.AddHours(hoursAgo == 0 ? 0 : -24 * (hoursAgo < 10 ? hoursAgo : 10)).AddSeconds(-hoursAgo);
        var entry = new Interaction
        {
            CounterpartyId = counterparty, Kind = InteractionKind.PhoneCall, Direction = InteractionDirection.Outgoing, Importance = InteractionImportance.Middle, State = InteractionState.Done,
            Content = text, TextFolded = SearchText.Fold(text), At = at, StartedAt = at, ResponsibleId = 1, Version = 1, CreatedBy = 1, CreatedAt = at,
        };
        change?.Invoke(entry);
        return entry;
    }
}
