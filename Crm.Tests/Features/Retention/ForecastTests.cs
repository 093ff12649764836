using System.Net;
using Crm.Contracts;
using Crm.Plugin.Features.Retention;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Classification;
using Crm.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Retention;

/// <summary>What cards, lists and the administration say of the last evaluation.</summary>
public sealed class ForecastTests(PostgresServer postgres)
{
    // Today is 22 November 2026. "Late" bought every 10 days until 21 August: 93 days of silence, 9.3 intervals.
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task CardAndList_AfterTheEvaluation_SayWhoIsLikelyToBeLost(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new MovableClock());
        await LayOutAsync(app);
        using var browser = await app.SignInAsync("dora", Role.CommercialDirector);
        Assert.Null((await browser.OpenAsync("/counterparties/1")).QuerySelector("#forecast"));
        Assert.Empty((await browser.OpenAsync("/counterparties?loss=1")).QuerySelectorAll("tbody a[href^='/counterparties/']"));

        await app.Services.GetRequiredService<RetentionEvaluation>().RunAsync(default);

        var card = (await browser.OpenAsync("/counterparties/1")).QuerySelector("#forecast")!;
        Assert.Equal("Likely to be lost", card.QuerySelector(".badge")!.TextContent);
        Assert.Contains("9.3×", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("3 days with purchases since 01/08/2026, on average every 10.0 days; the last was 21/08/2026.", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("Announced after 20 days without a purchase (two own intervals); the stage turns on 18/02/2027.", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("Fewer than 100 customers have bought", card.TextContent, StringComparison.Ordinal);
        card = (await browser.OpenAsync("/counterparties/2")).QuerySelector("#forecast")!;
        Assert.Null(card.QuerySelector(".badge"));
        Assert.Contains("on time", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("One day with purchases, 01/10/2026", (await browser.OpenAsync("/counterparties/3")).QuerySelector("#forecast")!.TextContent, StringComparison.Ordinal);
        Assert.Null((await browser.OpenAsync("/counterparties/4")).QuerySelector("#forecast"));
        Assert.Equal("Late", Assert.Single((await browser.OpenAsync("/counterparties?loss=1")).QuerySelectorAll("tbody a[href^='/counterparties/']")).TextContent);
    }

    [Fact]
    public async Task Administration_ShowsTheBackTestOrWhyThereIsNone()
    {
        await using var app = await CrmApp.StartAsync(clock: new MovableClock());
        await LayOutAsync(app);
        using var seller = await app.SignInAsync("sam", Role.SalesManager);
        await seller.OpenAsync("/administration/forecast");
        Assert.Equal(HttpStatusCode.Forbidden, seller.Status);
        using var browser = await app.SignInAsync("root", Role.Administrator);
        Assert.Contains("Not evaluated yet", (await browser.OpenAsync("/administration/forecast")).Body!.TextContent, StringComparison.Ordinal);

        await app.Services.GetRequiredService<RetentionEvaluation>().RunAsync(default);

        var page = await browser.OpenAsync("/administration/forecast");
        Assert.Contains("Too few data to judge", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Fewer than 100 customers have bought", page.Body.TextContent, StringComparison.Ordinal);
        Assert.Equal("Forecast", page.QuerySelector(".nav-link.active")!.TextContent);
    }

    // Two of three purchases in dollars: they are purchases, but only euros are added up.
    [Fact]
    public async Task Run_TwoCurrencies_NeverAddsThemUp()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        await company.CustomerAsync("a", "2026-10-01 10", "2026-10-11 20 cost=5", "2026-10-21 30");
        await company.CustomerAsync("b", "2026-11-01 1000000 USD cost=1", "2026-11-11 40");
        await company.CustomerAsync("c", "2026-11-01 2000000 USD");
        var evaluation = ActivatorUtilities.CreateInstance<RetentionEvaluation>(company.Services);

        var report = await evaluation.RunAsync(default);

        Assert.Equal(("EUR", 2L, 3, 0.75), (report.Currency, report.OtherCurrencies, report.Customers, report.Margin));
        Assert.Equal([60, 40], report.Cohorts.Select(c => c.Value.Sum()));
    }

    private static async Task LayOutAsync(CrmApp app)
    {
        await using var database = app.Database();
        (string Name, string[] Days)[] customers =
        [
            ("Late", ["2026-08-01", "2026-08-11", "2026-08-21"]), ("On time", ["2026-11-01", "2026-11-11", "2026-11-21"]), ("Once", ["2026-10-01"]), ("Never", []),
        ];
        var order = 0;
        for (var i = 0; i < customers.Length; i++)
        {
            database.Add(new CounterpartyRecord
            {
                Id = i + 1, ConnectionId = 1, HostKey = "c" + i, Version = "1", Name = customers[i].Name, NameFolded = Plugin.Search.SearchText.Fold(customers[i].Name),
                Roles = CounterpartyRoles.Customer, IsActive = true, Mechanisms = "", Addresses = "",
            });
            database.AddRange(customers[i].Days.Select(day => new SalesOrderRecord
            {
                ConnectionId = 1, HostKey = "o" + ++order, Version = "1", CounterpartyId = i + 1, Date = PeriodRuleTests.Day(day), State = OrderState.Delivered, Currency = "EUR", TotalE4 = Amount.ToE4(10),
            }));
        }

        await database.SaveChangesAsync();
    }
}
