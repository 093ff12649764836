using System.Net;
using Crm.Contracts;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Classification;

public sealed class ClassificationPageTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Director_RunsLooksAndApproves(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new MovableClock());
        await LayOutAsync(app);
        using var browser = await app.SignInAsync("dora", Role.CommercialDirector);

        var page = await browser.OpenAsync("/classification");
        var form = page.QuerySelectorAll("form[action='/classification'] [name]").Where(f => f.GetAttribute("name") != "__RequestVerificationToken")
            .ToDictionary(f => f.GetAttribute("name")!, f => f.GetAttribute("value") ?? f.QuerySelector("option[selected]")?.GetAttribute("value") ?? "");
        Assert.Equal("80/15/5", form["shares"]);
        await browser.SubmitAsync("/classification", form);
        Assert.Equal("/classification/1", browser.Location);
        page = await WaitAsync(browser);
        Assert.Equal(["First", "Middle", "Last"], page.QuerySelectorAll("tbody a[href^='/counterparties/']").Select(a => a.TextContent));
        Assert.Contains("80.0%", page.QuerySelector("table")!.TextContent, StringComparison.Ordinal);

        var rows = await browser.OpenAsync("/classification/1?importance=B");
        Assert.Equal("Middle", Assert.Single(rows.QuerySelectorAll("tbody a[href^='/counterparties/']")).TextContent);
        var why = await browser.OpenAsync("/classification/1/why/2");
        Assert.Contains("With all smaller ones it accumulates 20.0%; C ends at 5.0%, B at 20.0%.", why.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("3 purchases are more than the one-time band 1-2: regular.", why.Body.TextContent, StringComparison.Ordinal);

        await browser.OpenAsync("/classification/1");
        page = await browser.SubmitAsync("/classification/1/approve", new Dictionary<string, string>());
        Assert.Contains("Approved", page.Body!.TextContent, StringComparison.Ordinal);
        page = await browser.SubmitAsync("/classification/1/approve", new Dictionary<string, string>());
        Assert.Equal(HttpStatusCode.Conflict, browser.Status);
        Assert.Equal("Run 1 was approved already, by dora.", page.QuerySelector("[role=alert]")!.TextContent.Trim());
    }

    [Theory]
    [InlineData("ru", "Доли A, B и C не могут быть отрицательными и в сумме дают 100; 80/15/4 – нет.", "В периоде суммы в валютах EUR, USD, а курсов для сложения нет. Выберите одну валюту.")]
    [InlineData("uk", "Частки A, B і C не можуть бути від’ємними і в сумі дають 100; 80/15/4 – ні.", "У періоді суми у валютах EUR, USD, а курсів для додавання немає. Оберіть одну валюту.")]
    public async Task BadInput_IsRefusedInTheUsersLanguage(string language, string shares, string currencies)
    {
        await using var app = await CrmApp.StartAsync(clock: new MovableClock());
        await LayOutAsync(app, "USD");
        using var browser = await app.SignInAsync("dora", Role.CommercialDirector, language);
        await browser.OpenAsync("/classification");
        var form = new Dictionary<string, string>
        {
            ["asOf"] = "2026-10-31", ["rules"] = "standard", ["measure"] = "revenue", ["cut"] = "ascending", ["periodicity"] = "month", ["periods"] = "12",
            ["shares"] = "80/15/4", ["bands"] = "25/60", ["oneTime"] = "1-2", ["lossAfterDays"] = "180", ["lossFactor"] = "3",
        };
        var page = await browser.SubmitAsync("/classification", form);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal(shares, page.QuerySelector("[role=alert]")!.TextContent.Trim());

        await browser.SubmitAsync("/classification", new Dictionary<string, string>(form) { ["shares"] = "80/15/5" });
        page = await WaitAsync(browser);
        Assert.Equal(currencies, page.QuerySelector("[role=alert]")!.TextContent.Trim());
    }

    [Fact]
    public async Task Seller_LooksButMayNotRun()
    {
        await using var app = await CrmApp.StartAsync(clock: new MovableClock());
        await LayOutAsync(app);
        await ((ClassificationService)app.Services.GetService(typeof(ClassificationService))!)
            .RunAsync(ClassificationParameters.For(RuleSet.Standard, new(2026, 10, 31)), CurrentUser.System, null, CancellationToken.None);
        using var browser = await app.SignInAsync("sam", Role.SalesManager);
        var page = await browser.OpenAsync("/classification");
        Assert.Null(page.QuerySelector("form[action='/classification']"));
        page = await browser.OpenAsync("/classification/1");
        Assert.Equal(3, page.QuerySelectorAll("tbody a[href^='/counterparties/']").Length);
        Assert.Null(page.QuerySelector("form[action$='/approve']"));
        await browser.SubmitAsync("/classification/1/approve", new Dictionary<string, string>());
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
    }

    // 80, 15, 5: at 70/20/10 C ends at 10 and B at 30, so "Middle" (accumulates 20) stays B.
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Director_TriesCutsSetsByHandAndReports(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new MovableClock());
        await LayOutAsync(app);
        await ((ClassificationService)app.Services.GetService(typeof(ClassificationService))!)
            .RunAsync(ClassificationParameters.For(RuleSet.Standard, new(2026, 10, 31)), CurrentUser.System, null, CancellationToken.None);
        using var browser = await app.SignInAsync("dora", Role.CommercialDirector);

        var page = await browser.OpenAsync("/classification/1/what-if?shares=90/5/5&bands=25/60&oneTime=1-2&cut=ascending");
        Assert.Equal("1 change their class, 0 their stage.", page.QuerySelector("#what-if [role=status]")!.TextContent);
        page = await browser.OpenAsync("/classification/1/what-if?shares=90/5/4&bands=x&oneTime=1-2&cut=ascending");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("90/5/4", page.QuerySelector("#w-shares")!.GetAttribute("value"));
        await browser.OpenAsync("/classification/1/what-if");
        page = await browser.SubmitAsync("/classification/1/redistribute", new Dictionary<string, string> { ["shares"] = "90/5/5", ["bands"] = "25/60", ["oneTime"] = "1-2", ["cut"] = "ascending" });
        Assert.Equal("/classification/1", browser.Location);
        Assert.Equal(["A", "A", "C"], page.QuerySelectorAll("tbody .crm-class").Select(c => c.TextContent));

        await browser.OpenAsync("/classification/1/rows/3");
        page = await browser.SubmitAsync("/classification/1/rows/3", new Dictionary<string, string> { ["importance"] = "A", ["stage"] = "Regular", ["regularity"] = "X", ["reason"] = "" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("Say why: a class set by hand needs a reason.", page.QuerySelector("[role=alert]")!.TextContent.Trim());
        Assert.Equal("X", page.QuerySelector("[name=regularity] [selected]")!.TextContent);
        page = await browser.SubmitAsync("/classification/1/rows/3", new Dictionary<string, string> { ["importance"] = "A", ["stage"] = "Regular", ["regularity"] = "X", ["reason"] = "key account" });
        Assert.Equal(["A", "A", "A"], page.QuerySelectorAll("tbody .crm-class").Select(c => c.TextContent));
        Assert.Contains("By dora: key account. Computed: C, One-time", page.QuerySelector(".bg-lime-lt")!.GetAttribute("title"), StringComparison.Ordinal);

        page = await browser.OpenAsync("/classification/1/report");
        Assert.Equal("3 of class A bring 100.0% of the total.", page.QuerySelector("p.h2")!.TextContent);
        Assert.NotNull(page.QuerySelector("[data-chart*=markLine]"));
        await browser.OpenAsync("/classification/1");
        await browser.SubmitAsync("/classification/1/approve", new Dictionary<string, string>());
        page = await browser.OpenAsync("/classification/history?date=2026-11-01");
        Assert.Contains("In force then: classification 1", page.Body!.TextContent, StringComparison.Ordinal);
        page = await browser.OpenAsync("/classification/history/3");
        Assert.Contains("Regular X", page.QuerySelector("tbody")!.TextContent, StringComparison.Ordinal);
        page = await browser.OpenAsync("/retention");
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains("Not evaluated yet", page.Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exports_EachFormat_HoldTheRows()
    {
        await using var app = await CrmApp.StartAsync(clock: new MovableClock());
        await LayOutAsync(app);
        await ((ClassificationService)app.Services.GetService(typeof(ClassificationService))!)
            .RunAsync(ClassificationParameters.For(RuleSet.Standard, new(2026, 10, 31)), CurrentUser.System, null, CancellationToken.None);
        using var browser = await app.SignInAsync("dora", Role.CommercialDirector, "ru");
        var csv = System.Text.Encoding.UTF8.GetString(await browser.Http.GetByteArrayAsync(new Uri("/classification/1/export.csv?importance=B", UriKind.Relative)));
        Assert.Equal(2, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains(",Middle,B,15,15,", csv, StringComparison.Ordinal);
        Assert.Equal("PK", System.Text.Encoding.ASCII.GetString(await browser.Http.GetByteArrayAsync(new Uri("/classification/1/export.xlsx", UriKind.Relative)))[..2]);
        Assert.Equal("%PDF-", System.Text.Encoding.ASCII.GetString(await browser.Http.GetByteArrayAsync(new Uri("/classification/1/export.pdf", UriKind.Relative)))[..5]);
        await using var database = app.Database();
        Assert.Equal(3, await Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.CountAsync(database.Set<AuditEntry>(), a => a.Action == "classification.exported"));
    }

    private static async Task<AngleSharp.Dom.IDocument> WaitAsync(WebBrowser browser)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var page = await browser.OpenAsync(browser.Location);
            if (page.QuerySelector("[hx-get$='/progress']") is null)
            {
                return page;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(60), "The run does not end.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    // As of 31 October or 22 November: 80, 15 in three purchases, 5.
    private static async Task LayOutAsync(CrmApp app, string lastCurrency = "EUR")
    {
        await using var database = app.Database();
        (string Name, decimal[] Totals)[] customers = [("First", [80]), ("Middle", [4, 5, 6]), ("Last", [5])];
        var order = 0;
        foreach (var (name, totals) in customers)
        {
            var record = new CounterpartyRecord
            {
                ConnectionId = 1, HostKey = name, Version = "1", Name = name, NameFolded = name, Roles = CounterpartyRoles.Customer, IsActive = true, Mechanisms = "", Addresses = "",
            };
            database.Add(record);
            await database.SaveChangesAsync();
            database.AddRange(totals.Select((total, i) => new SalesOrderRecord
            {
                ConnectionId = 1, HostKey = (++order).ToString(System.Globalization.CultureInfo.InvariantCulture), Version = "1", CounterpartyId = record.Id,
                Date = new DateOnly(2026, 8 + i, 3), State = OrderState.Delivered, Currency = name == "Last" ? lastCurrency : "EUR", TotalE4 = Amount.ToE4(total),
            }));
            await database.SaveChangesAsync();
        }
    }
}
