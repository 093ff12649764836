using System.Net;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Administration;

public sealed class SyncScreenTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Sync_ReadUnderWay_ShowsProgressPaceAndTimeLeft(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, AdministrationWorld.Clock);
        await app.SeedConnectionsAsync();
        using var browser = await app.SignInAsync("root", Role.Administrator);

        await browser.OpenAsync("/administration/sync");
        var part = await browser.PartAsync("/administration/sync/1");

        Assert.Equal("0.25", part.QuerySelector("progress")!.GetAttribute("value"));
        Assert.Contains("50,000 rows/s · 1:15 left", part.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("250,000", part.Body.TextContent, StringComparison.Ordinal);
        Assert.Equal("every 2s", part.QuerySelector("[hx-trigger]")!.GetAttribute("hx-trigger"));
        Assert.DoesNotContain("<html", browser.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sync_RefusedByTheErp_SaysWhoActsAndWhatToDo()
    {
        await using var app = await CrmApp.StartAsync(clock: AdministrationWorld.Clock);
        await app.SeedConnectionsAsync();
        using var browser = await app.SignInAsync("root", Role.Administrator);

        var page = await browser.OpenAsync("/administration/sync");

        var note = page.QuerySelector("#c2 .alert")!.TextContent;
        Assert.Contains("An administrator has to act", note, StringComparison.Ordinal);
        Assert.Contains("Check the service account", note, StringComparison.Ordinal);
        Assert.Contains("tryton.login-refused", note, StringComparison.Ordinal);
        Assert.Contains("Failed 3 times in a row.", note, StringComparison.Ordinal);
        Assert.Equal("Needs a person", page.QuerySelector("#c2 .badge")!.TextContent.Trim());
        Assert.Equal("Works", page.QuerySelector("#c3 .badge")!.TextContent.Trim());
        Assert.Equal("First reading", page.QuerySelector("#c1 .badge")!.TextContent.Trim());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Problems_PageByPage_ComeNewestFirstEachOnce(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, AdministrationWorld.Clock);
        await app.SeedConnectionsAsync();
        using var browser = await app.SignInAsync("root", Role.Administrator);

        var first = await browser.OpenAsync("/administration/sync/2/problems?entity=3");
        var places = first.QuerySelectorAll("tbody tr td:nth-child(2)").Select(c => c.TextContent).ToList();
        var second = await browser.OpenAsync(first.QuerySelector("tbody a")!.GetAttribute("href")!);
        places.AddRange(second.QuerySelectorAll("tbody tr td:nth-child(2)").Select(c => c.TextContent));

        Assert.Equal(Enumerable.Range(1, 60).Reverse().Select(i => $"counterparties.csv:{i}"), places);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Ledger_OfAKey_ShowsItsLifeNewestFirst(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, AdministrationWorld.Clock);
        await app.SeedConnectionsAsync();
        await using (var database = app.Database())
        {
            database.Add(new LedgerRecord { ConnectionId = 3, Entity = MirrorEntity.Counterparties, HostKey = "C-7", Event = LedgerEvent.SeenNew, VersionAfter = "1", At = AdministrationWorld.Noon.AddHours(-2) });
            await database.SaveChangesAsync();
            database.Add(new LedgerRecord { ConnectionId = 3, Entity = MirrorEntity.Counterparties, HostKey = "C-7", Event = LedgerEvent.SeenGone, VersionBefore = "1", At = AdministrationWorld.Noon });
            await database.SaveChangesAsync();
        }

        using var browser = await app.SignInAsync("root", Role.Administrator);
        var found = await browser.OpenAsync("/administration/ledger?connection=3&key=C-7");
        Assert.Equal(["Gone from the ERP", "New in the ERP"], found.QuerySelectorAll("tbody tr td:nth-child(3)").Select(c => c.TextContent));

        var missed = await browser.OpenAsync("/administration/ledger?connection=3&key=c-7");
        Assert.Equal("The plugin has never seen this key", missed.QuerySelector(".empty-title")!.TextContent);
    }

    [Fact]
    public async Task SyncNow_IsAskedOfTheServiceAndAudited()
    {
        await using var app = await CrmApp.StartAsync(runJobs: true);
        await using (var database = app.Database())
        {
            database.Add(new ConnectionRecord { Id = 1, Name = "north", Host = "demo", Manifest = "{}", Address = "", InstalledAt = AdministrationWorld.Noon });
            await database.SaveChangesAsync();
        }

        using var browser = await app.SignInAsync("root", Role.Administrator);
        await browser.OpenAsync("/administration/sync");
        var page = await browser.SubmitAsync("/administration/sync/1/now", new() { ["compare"] = "1" });

        Assert.Equal("/administration/sync?asked=north", browser.Location);
        Assert.Contains("north is read as soon as a thread is free.", page.QuerySelector("[role=status]")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("sync.asked north {\"compare\":true}", await app.AuditAsync());
    }

    [Fact]
    public async Task CheckNow_ConnectorThatCannotBeOpened_SaysWhy()
    {
        await using var app = await CrmApp.StartAsync();
        await using (var database = app.Database())
        {
            database.Add(new ConnectionRecord { Id = 1, Name = "north", Host = "demo", Manifest = "{}", Address = "", InstalledAt = AdministrationWorld.Noon });
            await database.SaveChangesAsync();
        }

        using var browser = await app.SignInAsync("root", Role.Administrator);
        await browser.OpenAsync("/administration/connections");
        var page = await browser.SubmitAsync("/administration/connections/1/check", []);

        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.StartsWith("The ERP could not be checked:", page.QuerySelector("#checks-1 .alert")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("connection.checked north ", await app.AuditAsync());
    }

    [Theory]
    [InlineData("connections")]
    [InlineData("sync")]
    [InlineData("ledger")]
    [InlineData("jobs")]
    [InlineData("users")]
    [InlineData("users/new")]
    [InlineData("roles")]
    [InlineData("tokens")]
    [InlineData("audit")]
    [InlineData("audit.csv")]
    public async Task EveryTab_IsForAdministratorsOnlyAndWorksWhenEmpty(string tab)
    {
        await using var app = await CrmApp.StartAsync();
        using var seller = await app.SignInAsync("anna", Role.SalesManager);
        using var director = await app.SignInAsync("dana", Role.CommercialDirector);
        using var administrator = await app.SignInAsync("root", Role.Administrator);

        await seller.OpenAsync("/administration/" + tab);
        await director.OpenAsync("/administration/" + tab);
        await administrator.OpenAsync("/administration/" + tab);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.OK), (seller.Status, director.Status, administrator.Status));
    }
}
