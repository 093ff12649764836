using AngleSharp.Dom;
using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Counterparties;

public sealed class CounterpartyCardTests(PostgresServer postgres)
{
    private static MemoryHost Company()
    {
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "<b>Ромашка</b>", phone: "+7 (495) 123-45-67", email: "info@romashka.example"));
        host.Persons.Put(Some.Person("p1", "1", "Иванова Мария", phone: "+7 916 000-11-22"));
        host.Orders.Put(Enumerable.Range(1, 45).Select(i => Some.Order($"o{i:00}", "1", 100m + i) with { Number = $"SO-{i:00}", Date = new DateOnly(2026, 1, 1).AddDays(i / 3) }));
        host.Orders.Put(
            Some.Order("r1", "1", 40m, kind: SalesOrderKind.Return) with { Number = "R-1", Date = new(2026, 3, 1) },
            Some.Order("x1", "1", 999m) with { Number = "X-1", Date = new(2026, 3, 2), State = OrderState.Cancelled, CancelReason = "Слишком дорого" });
        host.Payments.Put(
            new Payment { Key = new("i1"), Version = "1", Counterparty = new("1"), DueOn = new(2026, 2, 1), Amount = new(250.5m, "EUR") },
            new Payment { Key = new("i2"), Version = "1", Counterparty = new("1"), DueOn = new(2026, 2, 1), PaidOn = new(2026, 2, 3), Amount = new(70m, "EUR") });
        return host;
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Card_Shows_WhatTheErpKnows(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new ManualClock { Now = new(2026, 3, 15, 12, 0, 0, TimeSpan.Zero) });
        await app.MirrorAsync(Company());
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        var page = await browser.OpenAsync($"/counterparties/{await app.IdAsync("1")}");

        Assert.Equal("<b>Ромашка</b>", page.QuerySelector("h1")!.TextContent);
        Assert.Equal("tel:+74951234567", page.QuerySelector("a[href^='tel:']")!.GetAttribute("href"));
        Assert.Contains("Иванова Мария", page.Body!.TextContent, StringComparison.Ordinal);
        // Sales 1..45 of 100 + i: 4,500 + 1,035 = 5,535; less the return of 40; the cancelled order counts nowhere.
        Assert.Contains("5,495.00\u00a0€", page.Body.TextContent, StringComparison.Ordinal);
        Assert.Contains("Overdue: 250.50\u00a0€, invoices: 1, the oldest since 01/02/2026", page.QuerySelector(".alert-danger")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Слишком дорого", page.QuerySelector("#timeline")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("as of 12:00", page.Body.TextContent, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Timeline_Payments_StandWhereTheyCameOrWereDue(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new ManualClock { Now = new(2026, 3, 15, 12, 0, 0, TimeSpan.Zero) });
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "Ромашка"), Some.Counterparty("2", "Другая"));
        host.Orders.Put(Some.Order("o1", "1", 70m) with { Number = "SO-1", Date = new(2026, 1, 20) });
        host.Payments.Put(
            new Payment { Key = new("late"), Version = "1", Counterparty = new("1"), Order = new("o1"), DueOn = new(2026, 2, 1), PaidOn = new(2026, 2, 3), Amount = new(70m, "EUR") },
            new Payment { Key = new("open"), Version = "1", Counterparty = new("1"), DueOn = new(2026, 2, 2), Amount = new(250.5m, "EUR") },
            new Payment { Key = new("coming"), Version = "1", Counterparty = new("1"), DueOn = new(2026, 4, 1), Amount = new(1m, "EUR") },
            new Payment { Key = new("early"), Version = "1", Counterparty = new("1"), DueOn = new(2026, 2, 1), PaidOn = new(2026, 1, 25), Amount = new(-5m, "EUR") },
            new Payment { Key = new("other"), Version = "1", Counterparty = new("2"), DueOn = new(2026, 2, 1), Amount = new(9m, "EUR") });
        await app.MirrorAsync(host);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        var page = await browser.OpenAsync($"/counterparties/{await app.IdAsync("1")}");

        Assert.Equal(
            [
                "Paid: 70.00\u00a0€|03/02/2026|order SO-1 · due on 01/02/2026, days late: 2", "Not paid: 250.50\u00a0€|02/02/2026|due on 02/02/2026, days overdue: 41",
                "Paid back: 5.00\u00a0€|25/01/2026|", "Sales order SO-1 for 70.00\u00a0€|20/01/2026|Confirmed",
            ],
            page.QuerySelectorAll("#timeline .crm-event").Select(e => $"{e.QuerySelector(".fw-medium")!.TextContent}|{e.QuerySelector("time")!.TextContent}|{e.QuerySelector(".small")?.TextContent}"));
    }

    /// <summary>An ERP that is asked once an hour is as fresh as it gets after forty minutes; one asked each minute is not.</summary>
    [Theory]
    [InlineData(null, 2, false)]
    [InlineData(null, 4, true)]
    [InlineData("01:00:00", 40, false)]
    [InlineData("01:00:00", 181, true)]
    public async Task Freshness_OlderThanThreePolls_IsStale(string? poll, int minutes, bool isStale)
    {
        var clock = new ManualClock { Now = new(2026, 3, 15, 12, 0, 0, TimeSpan.Zero) };
        await using var app = await CrmApp.StartAsync(clock: clock);
        await app.MirrorAsync(Company());
        await using (var database = app.Database())
        {
            var manifest = $$"""{"id":"memory","name":"Memory","version":"1","contracts":"[0.1,1.0)","connector":{"assembly":"a","type":"t"},"signIn":{"service":"none","users":"local"}{{(poll is null ? "" : $",\"poll\":\"{poll}\"")}}}""";
            await database.Set<ConnectionRecord>().ExecuteUpdateAsync(c => c.SetProperty(x => x.Manifest, manifest));
        }

        clock.Now += TimeSpan.FromMinutes(minutes);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var page = await browser.OpenAsync($"/counterparties/{await app.IdAsync("1")}");

        Assert.Equal(isStale, page.QuerySelector(".badge .ti-cloud-off") is not null);
        Assert.Equal(!isStale, page.QuerySelector(".badge .ti-cloud-check") is not null);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Timeline_PageByPage_ShowsEachOrderOnceLatestFirst(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.MirrorAsync(Company());
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var titles = new List<string>();
        var days = new List<string>();

        for (string? next = $"/counterparties/{await app.IdAsync("1")}/timeline"; next is not null;)
        {
            var part = await browser.PartAsync(next);
            titles.AddRange(part.QuerySelectorAll(".crm-event a").Select(a => a.TextContent));
            days.AddRange(part.QuerySelectorAll(".crm-event time").Select(t => string.Join('-', t.TextContent.Split('/').Reverse())));
            next = part.QuerySelector("a[href*='after=']")?.GetAttribute("href");
        }

        Assert.Equal(47, titles.Distinct().Count());
        Assert.Equal(47, titles.Count);
        Assert.Equal(days.OrderDescending(StringComparer.Ordinal), days);
    }

    [Fact]
    public async Task Card_ChangedInTheErp_FollowsWithTheNextRead()
    {
        await using var app = await CrmApp.StartAsync();
        var host = Company();
        host.Counterparties.ReportsDeletes = true;
        await app.MirrorAsync(host);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var address = $"/counterparties/{await app.IdAsync("1")}";

        host.Counterparties.Put(Some.Counterparty("1", "Одуванчик", version: "2") with { IsActive = false });
        await app.MirrorAsync(host);
        var renamed = await browser.OpenAsync(address);
        Assert.Equal("Одуванчик", renamed.QuerySelector("h1")!.TextContent);
        Assert.Contains("inactive", renamed.Body!.TextContent, StringComparison.Ordinal);

        host.Counterparties.Delete("1");
        await app.MirrorAsync(host);
        Assert.Contains("no longer in the ERP", (await browser.OpenAsync(address)).Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_FilterAndCard_ShowTheLines()
    {
        await using var app = await CrmApp.StartAsync();
        var host = Company();
        host.Products.Put(Some.Product("p1"));
        host.Lines.Put(Some.Lines("o01", "1", ("o01", "p1", 2.5m)));
        await app.MirrorAsync(host);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        var list = await browser.OpenAsync("/orders?from=2026-01-01&to=2026-01-01");
        var links = list.QuerySelectorAll("tbody tr td:first-child a").ToList();
        Assert.Equal(["SO-02", "SO-01"], links.Select(a => a.TextContent));
        var order = await browser.OpenAsync(links[1].GetAttribute("href")!);

        Assert.Contains("Product p1", order.QuerySelector("tbody")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("2.5", order.QuerySelector("tbody")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(["X-1"], (await browser.OpenAsync("/orders?state=cancelled")).QuerySelectorAll("tbody tr td:first-child a").Select(a => a.TextContent));
    }
}
