using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Calls;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.Playwright;
using Xunit;

namespace Crm.Tests.Browser;

/// <summary>A stranger calls, is kept as a prospect from the card of the call, and is dealt with like a customer.</summary>
public sealed class ProspectTests(Chromium chromium, PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite, "ru", ColorScheme.Light, "Потенциальный клиент")]
    [InlineData(DatabaseKind.PostgreSql, "en", ColorScheme.Dark, "Prospect")]
    public async Task Ringing_Stranger_BecomesAProspect_WithCardContactAndLink(DatabaseKind kind, string language, ColorScheme theme, string badge)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await Exchange.MirrorPeopleAsync(app);
        await app.AddUserAsync("anna", Role.SalesManager, language);
        using var exchange = await Exchange.ConnectAsync(app);
        var page = await chromium.OpenAsync(language, theme);
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.AddRange(message.Type == "error" && !message.Text.StartsWith("Applying inline style", StringComparison.Ordinal) ? [message.Text] : []);
        page.PageError += (_, failure) => complaints.Add(failure);
        await page.GotoAsync(new Uri(app.Address, "/").ToString());
        await page.FillAsync("#login", "anna");
        await page.FillAsync("#password", CrmApp.Password);
        var stream = page.WaitForRequestAsync("**/live*");
        await page.PressAsync("#password", "Enter");
        await page.WaitForURLAsync("**/my-day");
        await stream;
        await page.WaitForTimeoutAsync(300);

        await exchange.SayAsync(new { callId = "9.1", @event = "ringing", number = "+380 50 111-22-33", user = "anna" });
        var form = page.Locator(".crm-call form[action$=prospect]");
        await form.Locator("input[name=company]").FillAsync("ТОВ «Степ»");
        await form.Locator("input[name=name]").FillAsync("Олена Коваль");
        await form.Locator("textarea[name=note]").FillAsync("Хоче прайс на насоси");
        await form.Locator("input[name=source]").FillAsync("Виставка");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-prospect-call.png") });
        await form.Locator(".btn-primary").ClickAsync();
        var saved = page.Locator("#call-pop .alert-success");
        await Assertions.Expect(saved).ToBeVisibleAsync();
        await saved.Locator("a").ClickAsync();

        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("ТОВ «Степ»");
        await Assertions.Expect(page.Locator(".page-body .badge.bg-yellow-lt, .badge.bg-yellow-lt").First).ToHaveTextAsync(badge);
        await Assertions.Expect(page.Locator("#timeline")).ToContainTextAsync("Хоче прайс на насоси");
        await page.Locator("textarea[name=content]").First.FillAsync("Надіслали прайс");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-prospect-card.png") });
        await page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("#timeline")).ToContainTextAsync("Надіслали прайс");
        await page.GotoAsync(new Uri(app.Address, "/prospects").ToString());
        await Assertions.Expect(page.Locator("#prospects")).ToContainTextAsync("ТОВ «Степ»");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-prospects.png") });

        // It turns out to be a customer of the ERP: chosen by name, everything goes along.
        await page.ClickAsync("#prospects a.fw-medium");
        await page.ClickAsync("#prospect a.btn-primary");
        await page.FillAsync("#find", "северный");
        await page.ClickAsync("#counterparty-choices input");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-prospect-convert.png") });
        await page.ClickAsync("form[action$=link] .btn-primary");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("АО Северный ветер");
        await Assertions.Expect(page.Locator("#timeline")).ToContainTextAsync("Надіслали прайс");
        await Assertions.Expect(page.Locator("#prospect form[action$=undo]")).ToBeVisibleAsync();
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-prospect-linked.png") });

        var customer = await app.IdAsync("2");
        Assert.All(await app.InteractionsAsync(), i => Assert.Equal(customer, i.CounterpartyId));
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }
}
