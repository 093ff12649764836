using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Features.Mail;
using Crm.Tests.Features.Notifications;
using Crm.Tests.Servers;
using Microsoft.Playwright;
using Xunit;

namespace Crm.Tests.Browser;

/// <summary>Being told, and answering letters, in a real browser.</summary>
public sealed class CommunicationTests(Chromium chromium, PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite, "ru", ColorScheme.Light)]
    [InlineData(DatabaseKind.PostgreSql, "en", ColorScheme.Dark)]
    public async Task Bell_WhenSomethingIsDue_ShowsItWithoutReload(DatabaseKind kind, string language, ColorScheme theme)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var anna = await app.AddUserAsync("anna", Role.SalesManager, language);
        var counterparty = await app.AddCounterpartyAsync("ООО «Ромашка»");
        var page = await SignInAsync(app, language, theme);
        await page.GotoAsync(new Uri(app.Address, "/counterparties").ToString());
        await Assertions.Expect(page.Locator(".crm-bell-count")).ToHaveCountAsync(0);

        await app.PlanAsync(counterparty, anna.Id, TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1), subject: "Обсудить цены");
        await app.TellAsync();

        await Assertions.Expect(page.Locator(".crm-bell-count")).ToHaveTextAsync("1", new() { Timeout = 15_000 });
        await page.ClickAsync(".crm-bell");
        await Assertions.Expect(page.Locator(".crm-notice")).ToContainTextAsync("Обсудить цены");
        await TakeAsync(page, language, "bell");
        await page.ClickAsync(".crm-snooze summary");
        await page.ClickAsync("button[value=tomorrow]");
        await Assertions.Expect(page.Locator(".crm-notice")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".crm-bell-count")).ToHaveCountAsync(0);
        await page.GotoAsync(new Uri(app.Address, "/notifications/settings").ToString());
        await TakeAsync(page, language, "notification-settings");
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("uk", ColorScheme.Light)]
    [InlineData("en", ColorScheme.Dark)]
    public async Task Letter_WithScript_IsHarmlessAndAnswered(string language, ColorScheme theme)
    {
        await using var app = await CrmApp.StartAsync();
        await app.AddUserAsync("anna", Role.SalesManager, language);
        await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        await app.TakeAsync(account, "From: Мария <maria@romashka.example>\nMessage-ID: <evil@x>\nSubject: Цены\nContent-Type: text/html; charset=utf-8\n\n<p onclick=\"document.title='hit'\">Пришлите прайс</p><script>document.title='hit'</script><img src=x onerror=\"document.title='hit'\">\n");
        var page = await SignInAsync(app, language, theme);
        var id = (await app.InboxAsync()).Single().Id;

        await page.GotoAsync(new Uri(app.Address, $"/mail/{id}").ToString());
        await page.ClickAsync("#letter p");
        Assert.DoesNotContain("hit", await page.TitleAsync(), StringComparison.Ordinal);
        await TakeAsync(page, language, "letter");
        await page.ClickAsync(".btn-primary");
        await page.WaitForURLAsync("**/mail/new?**");
        Assert.Equal("Re: Цены", await page.InputValueAsync("#subject"));
        await page.FillAsync("#text", "Во вложении прайс");
        await TakeAsync(page, language, "answer");
        await page.ClickAsync("button[value=send]");
        await page.WaitForURLAsync("**/counterparties/*");
        await Assertions.Expect(page.Locator("#timeline")).ToContainTextAsync("Re: Цены");
        Assert.Equal("evil@x", (await app.OutboxAsync()).Single().InReplyTo);
        await page.GotoAsync(new Uri(app.Address, "/mail/outbox").ToString());
        await TakeAsync(page, language, "outbox");
        await page.Context.CloseAsync();
    }

    private async Task<IPage> SignInAsync(CrmApp app, string language, ColorScheme theme)
    {
        var page = await chromium.OpenAsync(language, theme);
        await page.GotoAsync(new Uri(app.Address, "/").ToString());
        await page.FillAsync("#login", "anna");
        await page.FillAsync("#password", CrmApp.Password);
        await page.PressAsync("#password", "Enter");
        await page.WaitForURLAsync("**/my-day");
        return page;
    }

    private static async Task TakeAsync(IPage page, string language, string name) =>
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-communication-{name}.png") });
}
