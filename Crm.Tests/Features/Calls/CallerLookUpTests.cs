using Crm.Contracts;
using Crm.Plugin.Features.Calls;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Features.Mail;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Calls;

/// <summary>Who has a number, however it is spelled, and how it is dialled.</summary>
public sealed class CallerLookUpTests(PostgresServer postgres)
{
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

    [Theory]
    [InlineData("+7 (495) 123-45-67", "+74951234567")]
    [InlineData("8 (495) 123-45-67 доб. 12", "+74951234567")]
    [InlineData("050 111-22-33", "+380501112233")]
    [InlineData("00380501112233", "+380501112233")]
    [InlineData("123-45-67", "1234567")]
    [InlineData("101", "101")]
    [InlineData("", "")]
    public void Dial_AsTyped_IsWhatATelephoneDials(string typed, string expected) => Assert.Equal(expected, CallRule.Dial(typed));
}
