using System.Net;
using System.Xml.Linq;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.People;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Architecture;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>The forms of letters, templates and accounts, and the words that the screens look up.</summary>
public sealed class MailScreenTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Compose_AddressesTypedHere_AreOfferedBesideTheErps(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        await using (var database = app.Database())
        {
            PersonCard[] own = [new() { Name = "Ольга", NameFolded = "ольга" }, new() { Name = "Пётр", NameFolded = "петр", DoNotContact = true }];
            database.AddRange(own);
            await database.SaveChangesAsync();
            database.AddRange(own.Select(c => new PersonPlace { PersonCardId = c.Id, CounterpartyId = id }));
            database.AddRange(Email("office@romashka.example", null), Email("olga@romashka.example", own[0].Id), Email("petr@romashka.example", own[1].Id));
            await database.SaveChangesAsync();
        }

        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var page = await browser.OpenAsync($"/mail/new?counterparty={id}");

        Assert.Equal(
            ["info@romashka.example", "office@romashka.example", "maria@romashka.example", "olga@romashka.example", "petr@romashka.example"],
            page.QuerySelectorAll("#to option").Select(o => o.GetAttribute("value")));
        Assert.Equal(["petr@romashka.example"], page.QuerySelectorAll("#to option[disabled]").Select(o => o.GetAttribute("value")));
        Assert.Contains("Do not contact", page.QuerySelector(".crm-person-wish")!.TextContent, StringComparison.Ordinal);

        OwnMechanism Email(string value, long? card) => new() { CounterpartyId = id, CardId = card, Kind = Crm.Contracts.ContactMechanismKind.Email, Value = value, Normal = value, IdempotencyKey = Guid.NewGuid() };
    }

    [Theory]
    [InlineData("subject", "", "A letter needs a subject.")]
    [InlineData("text", "", "Write a few words.")]
    [InlineData("text", "Hello {nobody}", "There is no field {nobody}.")]
    [InlineData("to", "stranger@x.example", "This is not an address of this counterparty.")]
    public async Task Send_BadInput_ComesBackWithTheReasonAtTheField(string field, string value, string expected)
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddRomashkaAsync();
        await app.AddAccountAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync($"/mail/new?counterparty={id}");
        var form = new Dictionary<string, string> { ["key"] = "k", ["counterparty"] = $"{id}", ["to"] = "info@romashka.example", ["subject"] = "s", ["text"] = "t", ["do"] = "send", [field] = value };

        var page = await browser.SubmitAsync("/mail/send", form);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains(expected, page.QuerySelectorAll($"[data-field={field}]").Select(e => e.TextContent.Trim()));
        Assert.Empty(await app.OutboxAsync());
    }

    [Fact]
    public async Task Send_TenMegabytesPasted_AreRefused()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddRomashkaAsync();
        await app.AddAccountAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync($"/mail/new?counterparty={id}");

        var page = await browser.SubmitAsync("/mail/send", new() { ["key"] = "k", ["counterparty"] = $"{id}", ["to"] = "info@romashka.example", ["subject"] = "s", ["text"] = new string('x', 10 << 20), ["do"] = "send" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains("At most 100000 characters; this text has 10485760.", page.QuerySelector("[data-field=text]")?.TextContent.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(browser.Source.Length < 300_000);
    }

    [Theory]
    [InlineData("name", "", "Give it a name.")]
    [InlineData("name", null, "At most 100 characters; this text has 100001.")]
    [InlineData("subject", "", "A letter needs a subject.")]
    [InlineData("subject", "{nobody}", "There is no field {nobody}.")]
    [InlineData("text", "", "Write a few words.")]
    [InlineData("text", null, "At most 100000 characters; this text has 100001.")]
    public async Task Template_BadInput_ComesBackWithTheReasonAtTheField(string field, string? value, string expected)
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/mail/templates");

        var page = await anna.SubmitAsync("/mail/templates", new() { ["name"] = "Прайс", ["subject"] = "Цены", ["text"] = "Добрый день, {person}", [field] = value ?? new string('x', 100_001) });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Equal([expected], page.QuerySelectorAll($"[data-field={field}]").Select(e => e.TextContent.Trim().Replace(",", "", StringComparison.Ordinal)));
        Assert.Equal(field == "name" ? "Цены" : "Прайс", page.QuerySelector(field == "name" ? "[name=subject]" : "[name=name]")!.GetAttribute("value"));
        await using var database = app.Database();
        Assert.Empty(await database.Set<MailTemplate>().ToListAsync());
    }

    [Fact]
    public async Task Accounts_Form_KeepsThePasswordToItself()
    {
        await using var app = await CrmApp.StartAsync();
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/mail/accounts");
        var form = new Dictionary<string, string>
        {
            ["fromAddress"] = "sales@trade.example", ["isDefault"] = "on", ["isActive"] = "on", ["smtpHost"] = "mail.trade.example", ["smtpPort"] = "587", ["smtpSecurity"] = "StartTls", ["smtpUser"] = "crm",
            ["smtpPassword"] = "open sesame", ["source"] = "None", ["inSecurity"] = "Tls",
        };
        await chief.SubmitAsync("/mail/accounts", form);
        Assert.Equal("/mail/accounts?id=1&saved=1", chief.Location);
        Assert.DoesNotContain("open sesame", chief.Source, StringComparison.Ordinal);
        await using var database = app.Database();
        Assert.DoesNotContain("open sesame", (await database.Set<MailAccount>().SingleAsync()).SmtpSecret!, StringComparison.Ordinal);

        (form["smtpPort"], form["fromAddress"], form["source"], form["inFolder"]) = ("70000", "nonsense", "Folder", "/no/such/folder");
        var page = await chief.SubmitAsync("/mail/accounts", form);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, chief.Status);
        Assert.Equal(["fromAddress", "smtpPort", "inFolder"], page.QuerySelectorAll("[data-field]").Select(e => e.GetAttribute("data-field")));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/mail/accounts");
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);
    }

    [Fact]
    public async Task Account_LongSignature_IsRefusedNotCut()
    {
        await using var app = await CrmApp.StartAsync();
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/mail/accounts");
        var form = new Dictionary<string, string> { ["fromAddress"] = "sales@trade.example", ["smtpPort"] = "587", ["smtpSecurity"] = "StartTls", ["source"] = "None", ["inSecurity"] = "Tls", ["signature"] = new('x', 2_001) };

        var page = await chief.SubmitAsync("/mail/accounts", form);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, chief.Status);
        Assert.Equal(["At most 2000 characters; this text has 2001."], page.QuerySelectorAll("[data-field=signature]").Select(e => e.TextContent.Replace(",", "", StringComparison.Ordinal)));
        Assert.Equal(2_000, page.QuerySelector("#signature")!.TextContent.Trim().Length);
        form["signature"] = new('x', 2_000);
        await chief.SubmitAsync("/mail/accounts", form);
        await using var database = app.Database();
        Assert.Equal(2_000, (await database.Set<MailAccount>().SingleAsync()).Signature!.Length);
    }

    [Theory]
    [InlineData("ru")]
    [InlineData("uk")]
    public void EveryLookedUpText_IsTranslated(string language)
    {
        var known = XDocument.Load(Repository.PathOf("Crm.Plugin", "Features", "Mail", $"Texts.{language}.resx")).Root!.Elements("data").Select(d => (string)d.Attribute("name")!).ToHashSet();
        string[] reasons = ["fetched", "matched", "stored", "skipped.known", "skipped.own", "skipped.unknown", "skipped.automatic", "skipped.too-big", "skipped.unreadable", "unmatched", "bounced"];
        string[] used =
        [
            .. MailRefusals.All, .. Enum.GetValues<MailState>().Select(MailWords.Of), .. Enum.GetValues<MailSecurity>().Select(MailWords.Of), .. Enum.GetValues<MailSource>().Select(MailWords.Of),
            .. reasons.Select(MailWords.Reason), MailRecipients.NoAddress, MailRecipients.BadAddress, MailRecipients.Repeated, MailRecipients.Suppressed, MailRecipients.ComesBack, MailRecipients.NoBasis, MailRecipients.OutOfReach,
            "Unmatched letters", "Sent letters", "Templates", "Accounts", "Gather addresses", NoticeRefusals.TooLong,
        ];

        Assert.Empty(used.Except(known));
    }
}
