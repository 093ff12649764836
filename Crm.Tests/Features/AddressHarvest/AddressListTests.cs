using System.Net;
using System.Xml.Linq;
using Crm.Contracts;
using Crm.Plugin.Features.AddressHarvest;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.People;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Architecture;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.AddressHarvest;

/// <summary>Looking into a gathered list, weeding it, taking it along.</summary>
public sealed class AddressListTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_Opened_SaysWhatMayBecomeOfEachAddress(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var list = await FairAsync(app);
        using var browser = await app.SignInAsync("eve", Role.SalesManager);

        var page = await browser.OpenAsync($"/address-harvest/{list}");
        Assert.Equal(
            ["anna@x.example|Ромашка|of a counterparty", "back@x.example|nobody known|left outletters to this address come back", "new@x.example|nobody known|can be written to",
             "quiet@x.example|Тихий|left outwants no letters", "stop@x.example|nobody known|left outwants no letters"],
            Rows(page));
        Assert.Equal("consent of 12 March", page.QuerySelector("tbody tr td:nth-child(4)")!.TextContent);
        Assert.Contains("that you may not see", page.QuerySelector(".card-footer")!.TextContent, StringComparison.Ordinal); // viktor's
        Assert.DoesNotContain("viktors", browser.Source, StringComparison.Ordinal);
        Assert.Equal(["back@x.example", "quiet@x.example", "stop@x.example"], Rows(await browser.OpenAsync($"/address-harvest/{list}?state=refused")).Select(r => r.Split('|')[0]));
        Assert.Equal(["anna@x.example"], Rows(await browser.OpenAsync($"/address-harvest/{list}?state=matched")).Select(r => r.Split('|')[0]));
        Assert.Equal(["new@x.example"], Rows(await browser.OpenAsync($"/address-harvest/{list}?q=NEW&state=valid")).Select(r => r.Split('|')[0]));
        Assert.Contains("No address matches.", (await browser.OpenAsync($"/address-harvest/{list}?q=%25")).Body!.TextContent, StringComparison.Ordinal);
        await browser.OpenAsync("/address-harvest/999");
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_AddressWhoseLastDayHasPassed_IsLeftOut(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(new(2031, 3, 11, 9, 0, 0, TimeSpan.Zero)));
        var (aster, dahlia) = (await app.AddCounterpartyAsync("Aster"), await app.AddCounterpartyAsync("Dahlia"));
        var list = new AddressList { Name = "Fair" };
        await app.SaveAsync(list);
        await app.SaveAsync(
            Entry(list.Id, "Erp@x.example", aster), Entry(list.Id, "own@x.example", aster), Entry(list.Id, "today@x.example", aster), Entry(list.Id, "other@x.example", dahlia), Note("erp@x.example", 10),
            Note("today@x.example", 11), Note("other@x.example", 10), new OwnMechanism { CounterpartyId = aster, Kind = ContactMechanismKind.Email, Value = "own@x.example", Normal = "own@x.example", ValidTo = new(2031, 3, 10) });
        using var browser = await app.SignInAsync("eve", Role.SalesManager);

        Assert.Equal(
            ["Erp@x.example|Aster|left outthe address is out of use", "other@x.example|Dahlia|of a counterparty", "own@x.example|Aster|left outthe address is out of use", "today@x.example|Aster|of a counterparty"],
            Rows(await browser.OpenAsync($"/address-harvest/{list.Id}")));
        var letter = (await browser.OpenAsync($"/mail/new?list={list.Id}")).Body!.TextContent;
        Assert.Contains("2 recipients, 2 left out", letter, StringComparison.Ordinal);
        Assert.Contains("own@x.example: the address is out of use", letter, StringComparison.Ordinal);

        MechanismNote Note(string address, int lastDay) => new() { CounterpartyId = aster, Kind = ContactMechanismKind.Email, Value = address, Normal = address, ValidTo = new(2031, 3, lastDay) };
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_OfManyPages_ShowsEachOnce(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var list = new AddressList { Name = "Many" };
        await app.SaveAsync(list);
        await app.SaveAsync([.. Enumerable.Range(0, 620).Select(i => Entry(list.Id, $"a{i:000}@x.example", null))]);
        await app.SaveAsync(new MailSuppression { Address = "a600@x.example", Reason = MailSuppressions.Unsubscribed });
        using var browser = await app.SignInAsync("eve", Role.SalesManager);

        var (seen, next) = (new List<string>(), $"/address-harvest/{list.Id}");
        for (var pages = 0; next is not null && pages < 20; pages++)
        {
            var page = pages == 0 ? await browser.OpenAsync(next) : await browser.PartAsync(next);
            seen.AddRange(page.QuerySelectorAll("form input[name=address]").Select(i => i.GetAttribute("value")!));
            next = page.QuerySelector("a[hx-target='closest tr']")?.GetAttribute("href");
        }

        Assert.Equal(Enumerable.Range(0, 620).Select(i => $"a{i:000}@x.example"), seen);
        Assert.Equal(["a600@x.example|nobody known|left outwants no letters"], Rows(await browser.OpenAsync($"/address-harvest/{list.Id}?state=refused"))); // far behind the first page
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Remove_OneAddress_IsForWhoAddedItOrMayWriteThere(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var list = await FairAsync(app);
        using var eve = await app.SignInAsync("eve", Role.SalesManager);
        await using (var database = app.Database())
        {
            var her = await database.Set<UserAccount>().SingleAsync(a => a.Login == "eve");
            await database.Set<AddressListEntry>().Where(e => e.Address == "new@x.example").ExecuteUpdateAsync(e => e.SetProperty(x => x.AddedBy, her.Id));
        }

        var page = await eve.OpenAsync($"/address-harvest/{list}?q=x.example");
        Assert.Equal(["anna@x.example", "new@x.example", "quiet@x.example"], page.QuerySelectorAll("form input[name=address]").Select(i => i.GetAttribute("value")));
        await eve.SubmitAsync($"/address-harvest/{list}/remove", new() { ["address"] = "new@x.example", ["back"] = "?q=x.example" });
        Assert.Equal($"/address-harvest/{list}?q=x.example&removed=1", eve.Location);
        foreach (var others in (string[])["stop@x.example", "viktors@x.example", "nobody@x.example"])
        {
            await eve.OpenAsync($"/address-harvest/{list}");
            await eve.SubmitAsync($"/address-harvest/{list}/remove", new() { ["address"] = others });
            Assert.Equal(HttpStatusCode.NotFound, eve.Status);
        }

        await using var after = app.Database();
        Assert.Equal(["anna@x.example", "back@x.example", "quiet@x.example", "stop@x.example", "viktors@x.example"], await after.Set<AddressListEntry>().OrderBy(e => e.Address).Select(e => e.Address).ToListAsync());
        Assert.Contains("new@x.example", (await after.Set<AuditEntry>().SingleAsync(e => e.Action == "addresses.removed")).Detail, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Export_List_HoldsWhatTheRightReachesAndIsNoted(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var list = await FairAsync(app);
        using (var eve = await app.SignInAsync("eve", Role.SalesManager))
        {
            await eve.OpenAsync($"/address-harvest/{list}/export?state=matched");
            Assert.Equal(HttpStatusCode.OK, eve.Status);
            var lines = eve.Source.TrimStart('\uFEFF').TrimEnd().Split("\r\n");
            Assert.Equal(2, lines.Length);
            Assert.Equal("Address,Counterparty,State,Reason,Legal basis,Source,Added by,Added on", lines[0]);
            Assert.StartsWith("anna@x.example,Ромашка,of a counterparty,,consent of 12 March,text,,", lines[1], StringComparison.Ordinal);
        }

        await app.SaveAsync(new RoleRights { Role = Role.CommercialDirector, ReadScope = Scope.All, WriteScope = Scope.All, ExportScope = Scope.None });
        ((AccountDirectory)app.Services.GetService(typeof(AccountDirectory))!).Forget();
        using var mark = await app.SignInAsync("mark", Role.CommercialDirector);
        Assert.Null((await mark.OpenAsync($"/address-harvest/{list}")).QuerySelector("a[href*=export]"));
        await mark.OpenAsync($"/address-harvest/{list}/export");
        Assert.Equal(HttpStatusCode.Forbidden, mark.Status);
        await using var database = app.Database();
        Assert.Equal(["?state=matched"], await database.Set<AuditEntry>().Where(e => e.Action == "addresses.exported").Select(e => e.Detail).ToListAsync());
    }

    [Theory]
    [InlineData("ru")]
    [InlineData("uk")]
    public void EveryLookedUpText_IsTranslated(string language)
    {
        var known = XDocument.Load(Repository.PathOf("Crm.Plugin", "Features", "AddressHarvest", $"Texts.{language}.resx")).Root!.Elements("data").Select(d => (string)d.Attribute("name")!).ToHashSet();

        Assert.Empty(Enum.GetValues<AddressState>().Select(HarvestWords.Of)
            .Concat([MailRecipients.BadAddress, MailRecipients.ComesBack, MailRecipients.NoBasis, MailRecipients.OutOfReach, MailRecipients.Suppressed])
            .Concat(["Address", "Counterparty", "State", "Reason", "Legal basis", "Source", "Added by", "Added on"]).Except(known));
    }

    /// <summary>Salespeople see their own: one address is a colleague's, one of each fate is not.</summary>
    private static async Task<long> FairAsync(CrmApp app)
    {
        var (romashka, quiet, viktors) = (await app.AddCounterpartyAsync("Ромашка"), await app.AddCounterpartyAsync("Тихий"), await app.AddCounterpartyAsync("Чужой", "viktor"));
        await app.NarrowSalespeopleAsync();
        var list = new AddressList { Name = "Fair" };
        await app.SaveAsync(
            list, new CounterpartyPreference { CounterpartyId = quiet, DoNotContact = true }, new MailSuppression { Address = "stop@x.example", Reason = MailSuppressions.Unsubscribed },
            new MailSuppression { Address = "back@x.example", Reason = MailSuppressions.Bounced });
        await app.SaveAsync(
            Entry(list.Id, "anna@x.example", romashka), Entry(list.Id, "back@x.example", null), Entry(list.Id, "new@x.example", null), Entry(list.Id, "quiet@x.example", quiet),
            Entry(list.Id, "stop@x.example", null), Entry(list.Id, "viktors@x.example", viktors));
        return list.Id;
    }

    private static AddressListEntry Entry(long list, string address, long? counterparty) => new()
    {
        AddressListId = list, Address = address, CounterpartyId = counterparty, LegalBasis = "consent of 12 March", Source = "text", AddedBy = 99, AddedAt = new(2026, 3, 12, 10, 0, 0, TimeSpan.Zero),
    };

    private static List<string> Rows(AngleSharp.Dom.IDocument page) => [.. page.QuerySelectorAll("tbody tr").Where(r => r.Children.Length > 3).Select(r => string.Join('|', r.Children.Take(3).Select(c => c.TextContent.Trim())))];
}
