using System.Net;
using System.Text;
using Crm.Contracts;
using Crm.Plugin.Features.AddressHarvest;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.People;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Features.Mail;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.AddressHarvest;

/// <summary>Addresses out of texts and files, onto a list with a legal basis.</summary>
public sealed class HarvestTests(PostgresServer postgres)
{
    [Theory]
    [InlineData("Мария <MARIA@romashka.example>; maria@Romashka.example, boss@x.example.", "maria@romashka.example boss@x.example", 3)]
    [InlineData("mailto:a@b.example?subject=x (c@d.example) \"e@f.example\"", "a@b.example c@d.example e@f.example", 3)]
    [InlineData("имя@пример.рф", "имя@пример.рф", 1)]
    [InlineData("no@address, @nor.this, a@b..example", "", 0)]
    public void Gather_Text_FindsEachOnce(string text, string expected, int found)
    {
        var harvest = HarvestRule.Gather([text]);
        Assert.Equal((expected, found), (string.Join(' ', harvest.Addresses), harvest.Found));
    }

    [Fact]
    public void Texts_OfALetter_AreItsPeopleAndItsText()
    {
        var letter = Encoding.UTF8.GetBytes("From: =?utf-8?B?0JzQsNGA0LjRjw==?= <maria@x.example>\r\nTo: sales@trade.example\r\nMessage-ID: <not@anaddress.example>\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Convert.ToBase64String(Encoding.UTF8.GetBytes("пишите на info@x.example")));

        Assert.Equal(["maria@x.example", "sales@trade.example", "info@x.example"], HarvestRule.Gather(HarvestRule.Texts("a.EML", letter)).Addresses);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Gather_PreviewAndAdd_KeepsTheLegalBasis(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        await app.SaveAsync(new MailSuppression { Address = "never@x.example", Reason = MailSuppressions.Unsubscribed });
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync("/address-harvest");
        var page = await browser.SubmitAsync("/address-harvest", new() { ["text"] = "info@romashka.example new@x.example never@x.example INFO@romashka.example" });
        Assert.Contains("3 different addresses of 4 found", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal("ООО «Ромашка»", page.QuerySelector($"a[href='/counterparties/{id}']")?.TextContent);
        Assert.True(page.QuerySelector("[value='never@x.example']")!.HasAttribute("disabled"));

        page = await browser.SubmitAsync("/address-harvest/add", new() { ["list"] = "Fair", ["basis"] = "", ["address"] = "new@x.example" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.NotNull(page.QuerySelector("[data-field=basis]"));
        KeyValuePair<string, string>[] form = [new("list", "Fair"), new("basis", "consent of 12 March"), new("source", "text"), new("address", "info@romashka.example"), new("address", "new@x.example"), new("address", "never@x.example")];
        await browser.SubmitAsync("/address-harvest/add", form);
        Assert.Equal("/address-harvest?added=2", browser.Location);
        await browser.SubmitAsync("/address-harvest/add", form);
        Assert.Equal("/address-harvest?added=0", browser.Location);

        await using var database = app.Database();
        Assert.Equal(["info@romashka.example consent of 12 March", "new@x.example consent of 12 March"], await database.Set<AddressListEntry>().OrderBy(e => e.Address).Select(e => e.Address + " " + e.LegalBasis).ToListAsync());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Gather_AddressWhoseLastDayHasPassed_IsToldAndNotAdded(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        await app.SaveAsync(
            new OwnMechanism { CounterpartyId = id, Kind = ContactMechanismKind.Email, Value = "Old@romashka.example", Normal = "old@romashka.example", ValidTo = new(2026, 3, 1), IdempotencyKey = Guid.NewGuid() },
            new OwnMechanism { CounterpartyId = id, Kind = ContactMechanismKind.Email, Value = "late@romashka.example", Normal = "late@romashka.example", ValidTo = new(2026, 3, 1), IdempotencyKey = Guid.NewGuid() },
            // Somebody who had added it before knew nobody who has it.
            new AddressList { Name = "Fair" });
        await using (var database = app.Database())
        {
            var list = await database.Set<AddressList>().SingleAsync();
            database.Add(new AddressListEntry { AddressListId = list.Id, Address = "late@romashka.example", LegalBasis = "consent", Source = "text" });
            await database.SaveChangesAsync();
        }

        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync("/address-harvest");
        var page = await browser.SubmitAsync("/address-harvest", new() { ["text"] = "OLD@romashka.example info@romashka.example" });

        var row = page.QuerySelector("[value='old@romashka.example']")!;
        Assert.True(row.HasAttribute("disabled"));
        Assert.Contains("the address is out of use", row.Closest("tr")!.TextContent, StringComparison.Ordinal);
        Assert.Equal($"/counterparties/{id}", row.Closest("tr")!.QuerySelector("a")!.GetAttribute("href"));
        await browser.SubmitAsync("/address-harvest/add", (KeyValuePair<string, string>[])[new("list", "Fair"), new("basis", "consent"), new("address", "old@romashka.example"), new("address", "info@romashka.example")]);
        Assert.Equal("/address-harvest?added=1", browser.Location);
        var shown = await browser.OpenAsync("/address-harvest/1");
        Assert.Contains("the address is out of use", shown.QuerySelectorAll("tbody tr").Single(r => r.TextContent.Contains("late@", StringComparison.Ordinal)).TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("the address is out of use", shown.QuerySelectorAll("tbody tr").Single(r => r.TextContent.Contains("info@", StringComparison.Ordinal)).TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gather_TenMegabytesPasted_AreRefused()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync("/address-harvest");

        await browser.SubmitAsync("/address-harvest", new() { ["text"] = new string('x', 10 << 20) });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.True(browser.Source.Length < 100_000);
    }
}
