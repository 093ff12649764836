using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

public sealed class InteractionListTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Latest_PagesByKey_ShowEachEntryOnceAlsoAtTheSameInstant(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync([.. Enumerable.Range(0, 25).Select(i => Entry(id, Now.AddMinutes(-(i / 5)), $"No {i}"))]);
        await using var database = app.Database();
        var store = new InteractionStore(database, CurrentUser.System, new(database, new(kind, "")));

        var seen = new List<InteractionEntry>();
        InteractionCursor? after = null;
        while (await store.LatestAsync(id, after, 4, CancellationToken.None) is { Count: > 0 } page)
        {
            seen.AddRange(page);
            after = new(page[^1].At, page[^1].Id);
        }

        Assert.Equal(25, seen.DistinctBy(e => e.Id).Count());
        Assert.Equal(seen.OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Select(e => e.Id), seen.Select(e => e.Id));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_WordsInAnyCase_FindCyrillicAndLatin(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync(Entry(id, Now, "Просили ПРАЙС на Ёлки"), Entry(id, Now.AddDays(-1), "Discussed 100% of Prices"), Entry(id, Now.AddDays(-2), "Nothing"));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        Assert.Equal(1, await CountAsync(browser, "q=елки прайс"));
        Assert.Equal(1, await CountAsync(browser, "q=100%25 PRICES"));
        Assert.Equal(0, await CountAsync(browser, "q=прайс missing"));
        Assert.Equal(0, await CountAsync(browser, "q=_"));
        Assert.Equal(2, await CountAsync(browser, "from=2026-11-19"));
        Assert.Equal(1, await CountAsync(browser, "to=2026-11-18"));
        Assert.Equal(3, await CountAsync(browser, "kind=PhoneCall&state=Done"));
        Assert.Equal(0, await CountAsync(browser, "kind=Letter"));
        Assert.Equal(0, await CountAsync(browser, "state=Planned"));
        // What cannot be understood filters nothing, and never fails.
        Assert.Equal(3, await CountAsync(browser, "kind=77&state=x&from=31.12.2026&to=9999-99-99&after=zzz&counterparty=-5"));
    }

    [Fact]
    public async Task List_MoreThanAPage_GoesOnBehindALink()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync([.. Enumerable.Range(0, 60).Select(i => Entry(id, Now.AddMinutes(-i), $"No {i}"))]);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        var first = await browser.OpenAsync("/interactions?who=all");
        Assert.Equal(50, first.QuerySelectorAll("tbody time").Length);
        var more = first.QuerySelector(".crm-more-row a")!.GetAttribute("href")!;
        var second = await browser.OpenAsync(more);

        Assert.Equal(10, second.QuerySelectorAll("tbody time").Length);
        Assert.Null(second.QuerySelector(".crm-more-row"));
    }

    private static async Task<int> CountAsync(WebBrowser browser, string query) =>
        (await browser.OpenAsync($"/interactions?who=all&{query}")).QuerySelectorAll("tbody time").Length;

    private static Interaction Entry(long counterparty, DateTimeOffset at, string text) => new()
    {
        CounterpartyId = counterparty, Kind = InteractionKind.PhoneCall, Direction = InteractionDirection.Outgoing, Importance = InteractionImportance.Middle, State = InteractionState.Done,
        Content = text, TextFolded = SearchText.Fold(text), At = at, StartedAt = at, ResponsibleId = 1, Version = 1, CreatedBy = 1, CreatedAt = at,
    };
}
