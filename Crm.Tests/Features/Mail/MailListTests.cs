using System.Net;
using Crm.Contracts;
using Crm.Plugin.Features.AddressHarvest;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Letters to a gathered list of addresses.</summary>
public sealed class MailListTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Send_ToAList_GoesOnlyWhereItMayAndSaysWhoIsLeftOut(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var romashka = await app.AddRomashkaAsync();
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("8", "Тихий", email: "quiet@x.example"), Some.Counterparty("9", "Чужой"));
        host.Persons.Put(Some.Person("p8", "9", "Молчун") with { Mechanisms = [new(ContactMechanismKind.Email, "Silent@x.example")] });
        await app.MirrorAsync(host, "second");
        await app.AddAccountAsync();
        await using (var database = app.Database())
        {
            await database.Set<CounterpartyRecord>().Where(c => c.HostKey == "9").ExecuteUpdateAsync(c => c.SetProperty(x => x.ManagerLogin, "viktor"));
        }

        var (quiet, others) = (await app.IdAsync("8"), await app.IdAsync("9"));
        var list = new AddressList { Name = "Fair" };
        await app.SaveAsync(
            list, new CounterpartyPreference { CounterpartyId = quiet, DoNotContact = true }, new MailSuppression { Address = "gone@x.example", Reason = MailSuppressions.Unsubscribed });
        await using (var database = app.Database())
        {
            var person = await database.Set<ContactPersonRecord>().SingleAsync(p => p.HostKey == "p8");
            database.Add(new PersonCard { ContactPersonId = person.Id, Name = "Молчун", NameFolded = "молчун", DoNotContact = true });
            database.AddRange(
                Entry("info@romashka.example", romashka), Entry("new@x.example", null), Entry("gone@x.example", null), Entry("quiet@x.example", null), // gathered before anybody had it
                Entry("silent@x.example", null), Entry("theirs@x.example", others), Entry("nobasis@x.example", null, " "), Entry("broken@@x", null));
            await database.SaveChangesAsync();
        }

        await app.NarrowSalespeopleAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        Assert.Contains("Fair", (await browser.OpenAsync("/address-harvest")).QuerySelector(".crm-list")!.TextContent, StringComparison.Ordinal);
        var page = await browser.OpenAsync($"/mail/new?list={list.Id}");

        Assert.Contains("2 recipients, 6 left out", page.QuerySelector("#to")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(
            ["broken@@x: the address is not valid", "gone@x.example: wants no letters", "nobasis@x.example: no legal basis is recorded", "quiet@x.example: wants no letters", "silent@x.example: wants no letters",
             "theirs@x.example: belongs to a counterparty of others"],
            page.QuerySelectorAll("details li").Select(l => l.TextContent));
        Assert.Contains("These letters will not say how to unsubscribe", page.QuerySelector("#no-way-out")!.TextContent, StringComparison.Ordinal);
        await app.SaveAsync(new NoticeSettings { UserId = 0, PublicAddress = "https://crm.trade.example" });
        page = await browser.OpenAsync($"/mail/new?list={list.Id}");
        Assert.Null(page.QuerySelector("#no-way-out"));
        await browser.SubmitAsync("/mail/send", new() { ["key"] = page.QuerySelector("[name=key]")!.GetAttribute("value")!, ["list"] = $"{list.Id}", ["subject"] = "Новинки", ["text"] = "Здравствуйте!", ["do"] = "send" });
        Assert.Equal("/mail/outbox", browser.Location);

        Assert.Equal(
            [("info@romashka.example", MailPurpose.Bulk, romashka), ("new@x.example", MailPurpose.Bulk, null)],
            (await app.OutboxAsync()).Select(m => (m.ToAddress, m.Purpose, m.CounterpartyId)));
        Assert.Equal(romashka, Assert.Single(await app.InteractionsAsync()).CounterpartyId);

        AddressListEntry Entry(string address, long? owner, string basis = "consent of 12 March") => new() { AddressListId = list.Id, Address = address, CounterpartyId = owner, LegalBasis = basis, Source = "text" };
    }

    [Fact]
    public async Task Send_OwnerSaysNoBeforeItGoes_GetsNothing()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddRomashkaAsync();
        await app.AddAccountAsync();
        var list = new AddressList { Name = "Fair" };
        await app.SaveAsync(list);
        await app.SaveAsync(new AddressListEntry { AddressListId = list.Id, Address = "maria@romashka.example", LegalBasis = "consent", Source = "text" });
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync($"/mail/new?list={list.Id}");
        await browser.SubmitAsync("/mail/send", new() { ["key"] = "k", ["list"] = $"{list.Id}", ["subject"] = "s", ["text"] = "t", ["do"] = "send" });

        await app.SaveAsync(new CounterpartyPreference { CounterpartyId = id, DoNotContact = true });

        Assert.Equal(0, await app.SendMailAsync());
        Assert.Equal((MailState.Suppressed, "mail.suppressed"), (await app.OutboxAsync()).Select(m => (m.State, m.Error)).Single());
    }

    [Fact]
    public async Task Emails_OfMoreWhoAreNotToBeContactedThanAPageHolds_AreAllKnown()
    {
        await using var app = await CrmApp.StartAsync();
        var host = new MemoryHost();
        for (var i = 1; i <= 5_002; i++)
        {
            host.Counterparties.Put(Some.Counterparty($"{i}", $"Тихий {i}", email: $"Quiet{i}@x.example"));
        }

        await app.MirrorAsync(host);
        await using var database = app.Database();
        database.AddRange((await database.Set<CounterpartyRecord>().Where(c => c.HostKey != "5002").Select(c => c.Id).ToListAsync()).Select(id => new CounterpartyPreference { CounterpartyId = id, DoNotContact = true }));
        await database.SaveChangesAsync();

        var silent = await DoNotContact.EmailsAsync(database, CancellationToken.None);

        Assert.Equal(5_001, silent.Count);
        Assert.Contains("quiet5001@x.example", silent);
        Assert.DoesNotContain("quiet5002@x.example", silent);
    }

    [Theory]
    [InlineData("999")]
    [InlineData("nonsense")]
    public async Task Compose_UnknownList_IsNotFound(string list)
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        await browser.OpenAsync($"/mail/new?list={list}");

        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
    }
}
