using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.Playwright;
using Xunit;

namespace Crm.Tests.Browser;

/// <summary>Two likely ones are called different, and that is taken back.</summary>
public sealed class DuplicateTests(Chromium chromium, PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite, "ru", ColorScheme.Light)]
    [InlineData(DatabaseKind.PostgreSql, "en", ColorScheme.Dark)]
    public async Task Different_IsListedAsDecided_AndAskedAgain(DatabaseKind kind, string language, ColorScheme theme)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("1", "ООО «Северный ветер»", phone: "+7 495 111-22-33") with { TaxId = "7701123456" }, Some.Counterparty("2", "Severnyi Veter LLC", phone: "8 (495) 111-22-33"),
            Some.Counterparty("3", "Альфа", email: "office@alfa.example"), Some.Counterparty("4", "Бета", email: "office@alfa.example"));
        await app.MirrorAsync(host);
        await app.AddUserAsync("viktor", Role.CommercialDirector, language);
        await using var walk = await Walk.StartAsync(chromium, app, "viktor", language, theme);
        await walk.GoAsync("/duplicates");
        await walk.Page.ClickAsync("form[action$='/search'] button");
        var pairs = walk.Page.Locator(".crm-pair");
        await Assertions.Expect(pairs).ToHaveCountAsync(2);
        await walk.TakeAsync("duplicates");

        await pairs.Last.Locator("form[action$=same] button").ClickAsync();
        await Assertions.Expect(pairs).ToHaveCountAsync(1);
        await pairs.Locator("form[action$=different] button").ClickAsync();
        await Assertions.Expect(pairs).ToHaveCountAsync(0);
        await walk.Page.ClickAsync("a[href='/duplicates/decided']");
        await Assertions.Expect(walk.Page.Locator(".crm-different")).ToContainTextAsync("Severnyi Veter LLC");
        await walk.TakeAsync("duplicates-decided");
        await walk.Page.ClickAsync(".crm-different button");

        await walk.Page.WaitForURLAsync("**/duplicates/decided");
        await Assertions.Expect(walk.Page.Locator(".crm-different")).ToHaveCountAsync(0);
        await Assertions.Expect(walk.Page.Locator(".crm-member")).ToHaveCountAsync(2); // the other decision stands
        await walk.GoAsync("/duplicates");
        await Assertions.Expect(pairs).ToContainTextAsync("Severnyi Veter LLC");
        walk.AssertCalm();
    }
}
