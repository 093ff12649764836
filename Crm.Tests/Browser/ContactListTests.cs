using System.Text;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.Playwright;
using Xunit;

namespace Crm.Tests.Browser;

/// <summary>The list of contacts is narrowed while one types, and taken along as a file.</summary>
public sealed class ContactListTests(Chromium chromium, PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite, "ru", ColorScheme.Light, "Звонок")]
    [InlineData(DatabaseKind.PostgreSql, "en", ColorScheme.Dark, "Call")]
    public async Task List_FilteredByWordsKindAndCounterparty_IsExportedAsShown(DatabaseKind kind, string language, ColorScheme theme, string call)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var user = (await app.AddUserAsync("viktor", Role.CommercialDirector, language)).Id;
        var (romashka, veter) = (await app.AddCounterpartyAsync("Ромашка"), await app.AddCounterpartyAsync("Ветер"));
        await app.SaveAsync(
            Entry(romashka, user, "Договор поставки", InteractionKind.PhoneCall), Entry(romashka, user, "Договор по почте", InteractionKind.Letter),
            Entry(veter, user, "Договор аренды", InteractionKind.PhoneCall), Entry(romashka, user, "Погода", InteractionKind.PhoneCall));
        await using var walk = await Walk.StartAsync(chromium, app, "viktor", language, theme);
        await walk.GoAsync("/interactions?who=all");
        var lines = walk.Page.Locator("#contacts td.crm-what");
        await Assertions.Expect(lines).ToHaveCountAsync(4);

        await walk.Page.FillAsync("#q", "договор");
        await Assertions.Expect(lines).ToHaveCountAsync(3);
        await walk.Page.SelectOptionAsync("select[name=kind]", "PhoneCall");
        await Assertions.Expect(lines).ToHaveCountAsync(2);
        await walk.Page.ClickAsync("form details summary");
        await walk.Page.FillAsync("#party", "ромаш");
        await Assertions.Expect(lines).ToHaveCountAsync(1);
        await Assertions.Expect(lines).ToContainTextAsync("Договор поставки");
        await walk.TakeAsync("contacts-filtered");
        var download = await walk.Page.RunAndWaitForDownloadAsync(() => walk.Page.ClickAsync("#list a[href*='format=csv']"));

        var file = Encoding.UTF8.GetString(await File.ReadAllBytesAsync((await download.PathAsync())!, TestContext.Current.CancellationToken));
        var row = Assert.Single(file.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1));
        Assert.Contains("Договор поставки", row, StringComparison.Ordinal);
        Assert.Contains(call, row, StringComparison.Ordinal);
        Assert.EndsWith(".csv", download.SuggestedFilename, StringComparison.Ordinal);
        walk.AssertCalm();
    }

    private static Interaction Entry(long counterparty, long user, string subject, InteractionKind kind)
    {
        var at = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
        return new()
        {
            CounterpartyId = counterparty, Kind = kind, Direction = InteractionDirection.Outgoing, State = InteractionState.Done, Importance = InteractionImportance.Middle, At = at, StartedAt = at,
            Subject = subject, TextFolded = Crm.Plugin.Search.SearchText.Fold(subject), ResponsibleId = user, Version = 1, CreatedBy = user, CreatedAt = at,
        };
    }
}
