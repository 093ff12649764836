using System.Net;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Notifications;

/// <summary>Settings of users and of the company, bad input included.</summary>
public sealed class NoticeSettingsTests(PostgresServer postgres)
{
    [Theory]
    [InlineData("zone", "Europe/Atlantis", "This time zone is not known. Choose one from the list.")]
    [InlineData("quietFrom", "25:00", "This is not a time of day. Example: 08:30.")]
    [InlineData("quietTo", "", "Quiet hours need a beginning and an end.")]
    [InlineData("birthdayDays", "31", "This is a whole number from 0 to 30.")]
    [InlineData("birthdayDays", "-1", "This is a whole number from 0 to 30.")]
    [InlineData("remind", "-15", "This is a whole number from 0 to 43200.")]
    [InlineData("email", "anna@", "This is not an e-mail address.")]
    [InlineData("webhook", "javascript:alert(1)", "This is not an http or https address.")]
    [InlineData("webhook", "http://169.254.169.254/latest", "The administrator does not allow this address.")]
    [InlineData("secret", "short", "A secret has at least 16 characters.")]
    public async Task Save_BadInput_ComesBackWithTheReasonAtTheField(string field, string value, string expected)
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync("/notifications/settings");
        var form = Good();
        form[field] = value;

        var page = await browser.SubmitAsync("/notifications/settings", form);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains(expected, page.QuerySelectorAll($"[data-field={field}]").Select(e => e.TextContent.Trim()));
        if (field is not ("secret" or "remind"))
        {
            Assert.Equal(value, page.QuerySelector($"[name={field}]")?.GetAttribute("value"));
        }

        await using var database = app.Database();
        Assert.Empty(await database.Set<NoticeSettings>().ToListAsync());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Save_GoodInput_IsKeptAndShown(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.SaveAsync(new NoticeSettings { UserId = 0, AllowedWebhooks = "https://hooks.example/" });
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync("/notifications/settings");
        var form = Good();
        (form["webhook"], form["secret"], form["contact-Webhook"], form["birthday-Bell"]) = ("https://hooks.example/anna", "0123456789abcdef", "on", "on");

        var page = await browser.SubmitAsync("/notifications/settings", form);
        page = await browser.SubmitAsync("/notifications/settings", form); // a second time replaces

        Assert.Equal((HttpStatusCode.OK, "/notifications/settings?saved=1"), (browser.Status, browser.Location));
        Assert.Equal("Europe/Kyiv", page.QuerySelector("[name=zone]")?.GetAttribute("value"));
        Assert.True(page.QuerySelector("[name=contact-Webhook]")?.HasAttribute("checked"));
        Assert.False(page.QuerySelector("[name=contact-Bell]")?.HasAttribute("checked"));
        Assert.DoesNotContain("0123456789abcdef", browser.Source, StringComparison.Ordinal);
        await using var database = app.Database();
        Assert.DoesNotContain("0123456789abcdef", (await database.Set<NoticeSettings>().SingleAsync(s => s.UserId != 0)).WebhookSecret!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Save_WithoutAnAddress_IsHeldUpByNoUsualChannel()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync("/notifications/settings");
        var form = Good();
        (form["email"], form["connector-silent-Bell"], form["connector-silent-Email"]) = ("", "on", "on");

        await browser.SubmitAsync("/notifications/settings", form);
        Assert.Equal("/notifications/settings?saved=1", browser.Location);
        form["contact-Email"] = "on";
        await browser.SubmitAsync("/notifications/settings", form);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
    }

    [Fact]
    public async Task Policy_IsForAdministrators()
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/notifications/policy");
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);

        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/notifications/policy");
        var page = await chief.SubmitAsync("/notifications/policy", new() { ["contact-Bell"] = "on", ["contact-after"] = "0", ["publicAddress"] = "crm.example" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, chief.Status);
        Assert.NotNull(page.QuerySelector("[data-field=contact-after]"));
        Assert.NotNull(page.QuerySelector("[data-field=publicAddress]"));
        await chief.SubmitAsync("/notifications/policy", new() { ["contact-Bell"] = "on", ["contact-after"] = "60", ["publicAddress"] = "https://crm.example/" });
        Assert.Equal("/notifications/policy?saved=1", chief.Location);
    }

    private static Dictionary<string, string> Good() => new()
    {
        ["zone"] = "Europe/Kyiv", ["quietFrom"] = "22:00", ["quietTo"] = "08:00", ["digest"] = "", ["birthdayDays"] = "7", ["email"] = "anna@trade.example", ["webhook"] = "", ["secret"] = "",
    };
}
