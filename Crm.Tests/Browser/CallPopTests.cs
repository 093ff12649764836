using System.Diagnostics;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Calls;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.Playwright;
using Xunit;

namespace Crm.Tests.Browser;

/// <summary>The telephone rings while the user is at something else.</summary>
public sealed class CallPopTests(Chromium chromium, PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite, "ru", ColorScheme.Light)]
    [InlineData(DatabaseKind.PostgreSql, "en", ColorScheme.Dark)]
    public async Task Ringing_WhileOnAnotherPage_ShowsWhoCalls_AndIsLoggedThere(DatabaseKind kind, string language, ColorScheme theme)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await Exchange.MirrorPeopleAsync(app);
        await app.AddUserAsync("anna", Role.SalesManager, language);
        using var exchange = await Exchange.ConnectAsync(app);
        var page = await chromium.OpenAsync(language, theme);
        var complaints = new List<string>();
        // htmx hides the fields that it carries over by a style attribute, which the policy blocks; they are seen nowhere anyway.
        page.Console += (_, message) => complaints.AddRange(message.Type == "error" && !message.Text.StartsWith("Applying inline style", StringComparison.Ordinal) ? [message.Text] : []);
        page.PageError += (_, failure) => complaints.Add(failure);
        await page.GotoAsync(new Uri(app.Address, "/").ToString());
        await page.FillAsync("#login", "anna");
        await page.FillAsync("#password", CrmApp.Password);
        await page.PressAsync("#password", "Enter");
        await page.WaitForURLAsync("**/my-day");
        var stream = page.WaitForRequestAsync("**/live*");
        await page.GotoAsync(new Uri(app.Address, "/orders").ToString());
        await stream;
        await page.WaitForTimeoutAsync(300);

        var clock = Stopwatch.StartNew();
        await exchange.SayAsync(new { callId = "77.1", @event = "ringing", number = "8 (916) 000-11-22", user = "anna" });
        var card = page.Locator(".crm-call");
        await Assertions.Expect(card).ToContainTextAsync("Иванова Мария");
        var shown = clock.Elapsed;
        await Assertions.Expect(card).ToContainTextAsync("SO-01");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-call-pop.png") });
        await exchange.SayAsync(new { callId = "77.1", @event = "answered", user = "anna" });

        // What is being typed stays while the card is drawn anew.
        await page.FillAsync(".crm-call textarea", "Перезвонить после обеда");
        await exchange.SayAsync(new { callId = "77.1", @event = "ended", user = "anna" });
        await Assertions.Expect(card.Locator("input[name=minutes]")).ToHaveValueAsync("1");
        Assert.Equal("Перезвонить после обеда", await page.InputValueAsync(".crm-call textarea"));
        await page.ClickAsync(".crm-call .btn-primary");
        await Assertions.Expect(page.Locator("#call-pop .alert-success")).ToBeVisibleAsync();

        Assert.Equal(["Перезвонить после обеда"], (await app.InteractionsAsync()).Select(i => i.Content));
        Assert.EndsWith("/orders", page.Url, StringComparison.Ordinal);
        Assert.True(shown < TimeSpan.FromSeconds(3), $"shown after {shown}");
        TestContext.Current.TestOutputHelper?.WriteLine($"shown after {shown.TotalMilliseconds:F0} ms");
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }
}
