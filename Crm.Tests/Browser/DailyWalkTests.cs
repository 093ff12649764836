using Crm.Contracts;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.Playwright;
using Xunit;

namespace Crm.Tests.Browser;

/// <summary>What a salesperson does thirty times a day, in a real browser.</summary>
public sealed class DailyWalkTests(Chromium chromium, PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite, "ru", "Мой день", ColorScheme.Light)]
    [InlineData(DatabaseKind.PostgreSql, "en", "My day", ColorScheme.Dark)]
    public async Task SignIn_FindByPhone_LogACall_SeeItOnTimelineAndInMyDay(DatabaseKind kind, string language, string myDay, ColorScheme theme)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("1", "ООО «Ромашка»", phone: "+7 (495) 123-45-67", email: "info@romashka.example") with { Roles = CounterpartyRoles.Customer },
            Some.Counterparty("2", "АО Северный ветер", phone: "8 812 765-43-21") with { Roles = CounterpartyRoles.Customer });
        host.Persons.Put(Some.Person("p1", "1", "Иванова Мария", phone: "+7 916 000-11-22"));
        host.Orders.Put(Enumerable.Range(1, 12).Select(i => Some.Order($"o{i}", "1", 1000m * i) with { Number = $"SO-{i:00}", Date = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-30 * i) }));
        await app.MirrorAsync(host);
        await app.AddUserAsync("anna", Role.SalesManager, language);
        var page = await chromium.OpenAsync(language, theme);
        var complaints = new List<string>();
        // The chart library sets a style attribute of its own, which the policy blocks; it draws without it. A refused form is answered with 422.
        page.Console += (_, message) => complaints.AddRange(message.Type == "error" && !message.Text.StartsWith("Applying inline style", StringComparison.Ordinal)
            && !message.Text.Contains("status of 422", StringComparison.Ordinal) ? [message.Text] : []);
        page.PageError += (_, failure) => complaints.Add(failure);

        await page.GotoAsync(new Uri(app.Address, "/").ToString());
        await page.FillAsync("#login", "anna");
        await page.FillAsync("#password", CrmApp.Password);
        await page.PressAsync("#password", "Enter");
        await page.WaitForURLAsync("**/my-day");
        Assert.Contains(myDay, await page.TitleAsync(), StringComparison.Ordinal);
        await TakeAsync(page, language, "1-my-day");

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("123-45");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/counterparties?q=*");
        Assert.Equal(1, await page.Locator("tbody tr").CountAsync());
        await TakeAsync(page, language, "2-found");
        await page.ClickAsync("tbody a");
        await page.WaitForURLAsync("**/counterparties/*");
        await page.WaitForSelectorAsync(".crm-chart canvas");
        await TakeAsync(page, language, "3-card");

        await page.Keyboard.PressAsync("c");
        await page.Keyboard.TypeAsync("Обсудили поставку, перезвонить в пятницу");
        await page.Keyboard.PressAsync("Control+Enter");
        var entry = page.Locator("#timeline .crm-event").First;
        await Assertions.Expect(entry).ToContainTextAsync("Обсудили поставку, перезвонить в пятницу");
        await TakeAsync(page, language, "4-logged");

        // The form is empty again and writing goes on, also after a refusal: a plan without a time.
        await Assertions.Expect(page.Locator("#log-saved a")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#content")).ToHaveValueAsync("");
        await page.Keyboard.TypeAsync("Второй разговор");
        await page.ClickAsync("label[for=state-Planned]");
        await page.PressAsync("#content", "Control+Enter");
        await Assertions.Expect(page.Locator("#plannedStart")).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("is-invalid"));
        await Assertions.Expect(page.Locator("#content")).ToHaveValueAsync("Второй разговор");
        await page.ClickAsync("label[for=state-Done]");
        await page.PressAsync("#content", "Control+Enter");
        await Assertions.Expect(page.Locator("#timeline .crm-event").First).ToContainTextAsync("Второй разговор");
        await Assertions.Expect(page.Locator("#content")).ToHaveValueAsync("");
        Assert.Equal(0, await page.Locator("#log-contact .is-invalid").CountAsync());

        // The same words once more are another contact, not the same form sent again.
        await page.FillAsync("#content", "Второй разговор");
        await page.PressAsync("#content", "Control+Enter");
        await Assertions.Expect(page.Locator("#timeline .crm-event", new() { HasTextString = "Второй разговор" })).ToHaveCountAsync(2);

        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#timeline .crm-event").Nth(2)).ToContainTextAsync("Обсудили поставку");
        Assert.Equal(1, await page.Locator("#timeline .crm-event", new() { HasTextString = "Обсудили поставку" }).CountAsync());
        await page.GotoAsync(new Uri(app.Address, "/my-day").ToString());
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Ромашка");
        await TakeAsync(page, language, "5-my-day");
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    private static async Task TakeAsync(IPage page, string language, string name) =>
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-{name}.png") });
}
