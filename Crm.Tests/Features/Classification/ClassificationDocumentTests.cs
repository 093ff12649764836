using Crm.Contracts;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.SalesHistory;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Classification;

/// <summary>What can be done with a draft, and that a run says the same again.</summary>
public sealed class ClassificationDocumentTests(PostgresServer postgres)
{
    private static readonly ClassificationParameters Standard = ClassificationParameters.For(RuleSet.Standard, new(2026, 10, 31));

    // Of 100: 70 accumulates 100, 20 accumulates 30, 10 accumulates 10.
    // 80/15/5 → C ends at 5, B at 20: all A but "ten" (10 is above 5 → B). 70/20/10 → C ends at 10, B at 30: A, B, C.
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Redistribute_OtherShares_CutsWithoutReadingOrders(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await ThreeAsync(company);
        var (run, _) = await company.RunAsync(Standard);
        Assert.Equal(["seventy A OneTime - 70", "twenty A OneTime - 20", "ten B OneTime - 10"], await company.RowsAsync(run));
        await company.OrderAsync(3, "2026-10-03 1000"); // not read by a cut

        var tried = await Redistribution(company).WhatIfAsync(run, Standard with { Shares = ImportanceShares.Classical }, 10, Company.Director, default);
        Assert.Equal((2, 0), (tried.ImportanceMoved, tried.StagesMoved));
        Assert.Equal(["twenty A>B", "ten B>C"], tried.Moves.Select(m => $"{m.Member.Key} {m.Before.Importance}>{m.After.Importance}"));
        // From A (1) to A 70, from A to B 20, from B (2) to C (3) 10.
        Assert.Equal([new(1, 700_000), new(1, 200_000), new(1, 100_000)], new[] { tried.Importance[5], tried.Importance[6], tried.Importance[11] });
        Assert.Equal((1, 1, 1), (tried.After.A.Count, tried.After.B.Count, tried.After.C.Count));
        Assert.Equal(["seventy A OneTime - 70", "twenty A OneTime - 20", "ten B OneTime - 10"], await company.RowsAsync(run));

        var totals = await Redistribution(company).RedistributeAsync(run, Standard with { Shares = ImportanceShares.Classical }, Company.Director, default);
        Assert.Equal((1, 1, 1, 1_000_000L), (totals.A.Count, totals.B.Count, totals.C.Count, totals.Boundaries.TotalE4));
        Assert.Equal(["seventy A OneTime - 70", "twenty B OneTime - 20", "ten C OneTime - 10"], await company.RowsAsync(run));
        Assert.Equal(["seventy A OneTime - 70", "twenty B OneTime - 20", "ten C OneTime - 10"], await ReloadedAsync(company, run));
        await company.Approval.ApproveAsync(run, Company.Director, default);
        var approved = (await company.Store.FindAsync(run, default))!;
        Assert.False(approved.IsRecut);
        Assert.Equal(64, approved.ResultHash!.Length);
        Assert.Equal(["seventy A OneTime -", "ten C OneTime -", "twenty B OneTime -"], await company.InForceAsync());
        await RefusedAsync("classification.not-a-draft", () => Redistribution(company).RedistributeAsync(run, Standard, Company.Director, default));
    }

    [Fact]
    public async Task Redistribute_MoreThanThresholds_IsRefused()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        await ThreeAsync(company);
        var (run, _) = await company.RunAsync(Standard);
        await RefusedAsync("classification.needs-fill", () => Redistribution(company).RedistributeAsync(run, Standard with { Loss = new(90, 3) }, Company.Director, default));
        await RefusedAsync("classification.shares-sum", () => Redistribution(company).RedistributeAsync(run, Standard with { Shares = new(80, 15, 4) }, Company.Director, default));
        await RefusedAsync("classification.forbidden", () => Redistribution(company).RedistributeAsync(run, Standard, Company.Seller, default));
        await RefusedAsync("classification.unknown-run", () => Redistribution(company).WhatIfAsync(99, Standard, 10, Company.Director, default));
    }

    // A wider one-time band and other bands: the stages follow from what was measured, as a fill with them says.
    [Theory]
    [InlineData(RuleSet.Standard)]
    [InlineData(RuleSet.OneCCompatible)]
    public async Task Redistribute_OtherBands_SaysWhatAFillSays(RuleSet rules)
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        await company.CustomerAsync("even", "2026-05-01 10", "2026-06-01 10", "2026-07-01 10", "2026-08-01 10", "2026-09-01 10", "2026-10-01 10");
        await company.CustomerAsync("rare", "2026-02-01 10", "2026-06-01 90", "2026-10-01 10");
        await company.CustomerAsync("back", "2023-01-01 10", "2026-09-01 5", "2026-10-01 5", "2026-10-02 5");
        await company.CustomerAsync("gone", "2025-11-01 10", "2025-12-01 10");
        await company.CustomerAsync("never");
        var before = ClassificationParameters.For(rules, new(2026, 10, 31));
        var wanted = before with { OneTime = new(1, 3), Bands = RegularityBands.Of(120, 300), Shares = new(50, 30, 20) };
        var (run, _) = await company.RunAsync(before);
        await Redistribution(company).RedistributeAsync(run, wanted, Company.Director, default);
        var (filled, _) = await company.RunAsync(wanted);
        Assert.Equal(await company.RowsAsync(filled), await company.RowsAsync(run));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task SetByHand_WithReason_IsKeptApartAndComesIntoForce(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await ThreeAsync(company);
        var (run, _) = await company.RunAsync(Standard);
        await RefusedAsync("classification.no-reason", () => Redistribution(company).SetByHandAsync(run, 3, new(ImportanceClass.A, RelationshipStage.Regular, null), " ", Company.Director, default));
        await RefusedAsync("classification.no-stage", () => Redistribution(company).SetByHandAsync(run, 3, new(ImportanceClass.A, null, null), "why", Company.Director, default));
        await RefusedAsync("classification.unknown-row", () => Redistribution(company).SetByHandAsync(run, 99, new(ImportanceClass.A, RelationshipStage.Lost, null), "why", Company.Director, default));

        await Redistribution(company).SetByHandAsync(run, 3, new(ImportanceClass.A, RelationshipStage.Regular, null), "key account", Company.Director, default);
        var row = (await company.Store.RowAsync(run, 3, Company.Director, default))!.Row;
        Assert.Equal(new Classes(ImportanceClass.A, RelationshipStage.Regular, RegularityClass.Z), new(row.Importance, row.Stage, row.Regularity));
        Assert.Equal(new Classes(ImportanceClass.B, RelationshipStage.OneTime, null), row.Computed);
        Assert.Equal(("key account", "dora"), (row.Override!.Reason, row.Override.AuthorLogin));
        Assert.Equal(["ten A Regular Z 10"], await company.RowsAsync(run, new() { Mark = RowMarks.ByHand }));
        Assert.Equal(["ten A Regular Z 10"], await company.RowsAsync(run, new() { Stage = RelationshipStage.Regular }));
        var totals = ClassificationJson.ReadTotals((await company.Store.FindAsync(run, default))!.Totals!);
        Assert.Equal((3, 1, 1), (totals.A.Count, totals.Regular.Count, totals.ByHand));

        await Redistribution(company).SetByHandAsync(run, 2, new(null, RelationshipStage.Lost, null), "closed down", Company.Director, default);
        await Redistribution(company).SetByHandAsync(run, 2, null, "", Company.Director, default);
        await company.Approval.ApproveAsync(run, Company.Director, default);
        Assert.Equal(["seventy A OneTime -", "ten A Regular Z", "twenty A OneTime -"], await company.InForceAsync());
        var (next, _) = await company.RunAsync(Standard);
        Assert.Equal(RegularityClass.Z, (await company.Store.RowAsync(next, 3, Company.Director, default))!.Row.PreviousRegularity);
        Assert.True((await company.Services.GetRequiredService<ClassificationReplay>().ReplayAsync(run, default)).IsSame);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Replay_WhileTheMirrorHasTheData_IsTheSameToTheByte(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await ThreeAsync(company);
        var (first, _) = await company.RunAsync(Standard);
        await company.Approval.ApproveAsync(first, Company.Director, default);
        var (run, _) = await company.RunAsync(Standard with { AsOf = new(2026, 11, 1) });
        await company.Approval.ApproveAsync(run, Company.Director, default);
        var replay = company.Services.GetRequiredService<ClassificationReplay>();
        await company.OrderAsync(1, "2026-11-20 5"); // later than both

        var result = await replay.ReplayAsync(run, default);
        Assert.True(result.IsSame);
        Assert.Equal((await company.Store.FindAsync(run, default))!.ResultHash, result.ReplayedHash);

        await company.OrderAsync(3, "2026-10-20 1000");
        await company.CustomerAsync("newcomer", "2026-10-21 1");
        result = await replay.ReplayAsync(run, default);
        Assert.False(result.IsSame);
        Assert.False(result.HasSameInputs);
        Assert.Equal(["ten"], result.Changed.Examples);
        Assert.Equal(["newcomer"], result.Added.Examples);
        Assert.Equal((0, 2), (result.Removed.Count, result.Moved.Count));
        Assert.Contains("changed: 1 (ten)", ReplayText.Of(result), StringComparison.Ordinal);
    }

    // Every way an order can change after the orders were packed.
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Fill_AfterOrdersChanged_SeesEachChange(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await ThreeAsync(company);
        await company.RunAsync(Standard);
        await using var database = company.Database();
        Assert.Equal(0, await database.Set<SalesTouched>().CountAsync());
        await company.OrderAsync(1, "2026-10-05 5");
        await database.Database.ExecuteSqlAsync($"UPDATE sales_order SET gone_at = 1 WHERE counterparty_id = 2");
        await company.CustomerAsync("fourth", "2026-10-06 40");
        await database.Database.ExecuteSqlAsync($"UPDATE sales_order SET counterparty_id = 1 WHERE counterparty_id = 3");
        await database.Database.ExecuteSqlAsync($"DELETE FROM counterparty WHERE id = 3");

        var (run, totals) = await company.RunAsync(Standard);
        Assert.Equal(["seventy A Regular Z 85", "fourth A OneTime - 40", "twenty - Potential - 0"], await company.RowsAsync(run));
        Assert.Equal((3, 1_250_000L), (totals.Counterparties, totals.RevenueE4));

        await company.Services.GetRequiredService<SalesHistoryBuild>().EnsureAsync(0, default);
        Assert.Equal(0, await database.Set<SalesTouched>().CountAsync());
        var (again, _) = await company.RunAsync(Standard);
        Assert.Equal(await company.RowsAsync(run), await company.RowsAsync(again));
    }

    // Points: each is half of its share of revenue (of 100) and half of its share of orders (of 4).
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_Weighted_AddsShares(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("rich", "2026-10-01 90");
        await company.CustomerAsync("busy", "2026-10-01 4", "2026-10-02 3", "2026-10-03 3");
        var (run, totals) = await company.RunAsync(Standard with { Measure = Measure.Weighted, Weights = new(50, 0, 50, 0) });
        // rich: (0.9 + 0.25) / 2 = 0.575; busy: (0.1 + 0.75) / 2 = 0.425
        Assert.Equal(["rich A OneTime - 575000", "busy A Regular Z 425000"], await company.RowsAsync(run));
        Assert.Equal([1_000_000L, 40_000L], totals.ComponentTotalsE4);
        var why = (await company.Explainer.ExplainAsync(run, 2, Company.Director, default))!;
        Assert.Equal([new(Measure.Revenue, 50, 100_000, 1_000_000), new(Measure.Orders, 50, 30_000, 40_000)], why.Components);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_OtherPopulations_AreRankedByTheirDocuments(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        var steel = await company.AddAsync("steel", CounterpartyRoles.Supplier);
        var paper = await company.AddAsync("paper", CounterpartyRoles.Supplier);
        await company.CustomerAsync("buyer", "2026-10-01 60", "2026-10-02 40");
        await using (var database = company.Database())
        {
            var day = new DateOnly(2026, 10, 1);
            database.AddRange(
                new PurchaseOrderRecord { ConnectionId = 1, HostKey = "1", Version = "1", CounterpartyId = steel, Date = day, State = OrderState.Delivered, Currency = "EUR", TotalE4 = 900_000 },
                new PurchaseOrderRecord { ConnectionId = 1, HostKey = "2", Version = "1", CounterpartyId = paper, Date = day, State = OrderState.Confirmed, Currency = "EUR", TotalE4 = 100_000 },
                new ProductRecord { ConnectionId = 1, HostKey = "p1", Version = "1", Name = "Bolt", NameFolded = "bolt", IsActive = true },
                new ProductRecord { ConnectionId = 1, HostKey = "p2", Version = "1", Name = "Nut", NameFolded = "nut", IsActive = true });
            await database.SaveChangesAsync();
            database.AddRange(
                new SalesOrderLineRecord { SetId = 1, No = 0, OrderId = 1, ProductId = 1, QuantityE4 = 10_000, AmountE4 = 600_000 },
                new SalesOrderLineRecord { SetId = 2, No = 0, OrderId = 2, ProductId = 1, QuantityE4 = 10_000, AmountE4 = 300_000 },
                new SalesOrderLineRecord { SetId = 2, No = 1, OrderId = 2, ProductId = 2, QuantityE4 = 70_000, AmountE4 = 100_000 });
            await database.SaveChangesAsync();
            await database.Database.ExecuteSqlAsync($"UPDATE sales_order SET manager_login = 'eve' WHERE id = 1");
            await database.Database.ExecuteSqlAsync($"UPDATE sales_order SET manager_login = 'sam' WHERE id = 2");
        }

        async Task<List<string>> OverAsync(Population population, Measure measure = Measure.Revenue) =>
            await company.RowsAsync((await company.RunAsync(Standard with { Population = population, Measure = measure })).Run);
        Assert.Equal(["steel A OneTime - 90", "paper B OneTime - 10"], await OverAsync(Population.Suppliers));
        Assert.Equal(["eve A OneTime - 60", "sam A OneTime - 40"], await OverAsync(Population.Managers));
        Assert.Equal(["p1 A OneTime - 90", "p2 B OneTime - 10"], await OverAsync(Population.Products));
        Assert.Equal(["p2 A OneTime - 7", "p1 A OneTime - 2"], await OverAsync(Population.Products, Measure.Quantity));
        Assert.Equal(["buyer A OneTime - 100"], await OverAsync(Population.Customers));
        var (managers, _) = await company.RunAsync(Standard with { Population = Population.Managers });
        await company.Approval.ApproveAsync(managers, Company.Director, default);
        Assert.Empty(await company.InForceAsync());
        Assert.Null(await company.Store.CurrentAsync(default));
        Assert.Equal(managers, (await company.Store.CurrentAsync(Population.Managers, default))!.Id);
        Assert.NotNull(await company.Explainer.ExplainAsync(managers, 1, Company.Director, default));
    }

    [Fact]
    public async Task Run_Segment_TakesItsMembersOnly()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        await ThreeAsync(company);
        await using (var database = company.Database())
        {
            await database.Database.ExecuteSqlAsync($"UPDATE counterparty SET city = 'Київ' WHERE id IN (1, 3)");
            await database.Database.ExecuteSqlAsync($"UPDATE counterparty SET manager_login = 'eve' WHERE id IN (2, 3)");
        }

        Assert.Equal(["seventy A OneTime - 70", "ten B OneTime - 10"], await company.RowsAsync((await company.RunAsync(Standard with { City = "Київ" })).Run));
        Assert.Equal(["ten A OneTime - 10"], await company.RowsAsync((await company.RunAsync(Standard with { City = "Київ", Manager = "eve" })).Run));
    }

    [Fact]
    public async Task Run_OneMemberOrEqualValues_WarnsThatItSaysNothing()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        await company.CustomerAsync("one", "2026-10-01 10");
        Assert.Equal("classification.one-member", Assert.Single((await company.RunAsync(Standard)).Totals.Warnings).Code);
        await company.CustomerAsync("two", "2026-10-01 10");
        Assert.Equal("classification.equal-values", Assert.Single((await company.RunAsync(Standard)).Totals.Warnings).Code);
        await company.CustomerAsync("three", "2026-10-01 30 return");
        Assert.Equal("classification.total-not-positive", Assert.Single((await company.RunAsync(Standard)).Totals.Warnings).Code);
    }

    private static ClassificationRedistribution Redistribution(Company company) => company.Services.GetRequiredService<ClassificationRedistribution>();

    private static async Task ThreeAsync(Company company)
    {
        await company.CustomerAsync("seventy", "2026-10-01 70");
        await company.CustomerAsync("twenty", "2026-10-01 20");
        await company.CustomerAsync("ten", "2026-10-01 10");
    }

    private static async Task RefusedAsync(string code, Func<Task> action) =>
        Assert.Equal(code, Assert.Single((await Assert.ThrowsAsync<ClassificationRefusedException>(action)).Problems).Code);

    // As another process, which has nothing in memory.
    private static async Task<List<string>> ReloadedAsync(Company company, long run)
    {
        var fresh = new RunTables(company.Services.GetRequiredService<IDbContextFactory<CrmDbContext>>());
        var table = await fresh.GetAsync((await company.Store.FindAsync(run, default))!, default);
        var names = new[] { "", "seventy", "twenty", "ten" };
        return [.. table.ByPlace.Select(i => table.Rows[i]).Select(r => string.Join(' ', names[r.Id], table.EffectiveOf(r).Importance?.ToString() ?? "-", table.EffectiveOf(r).Stage, "-", ClassificationJson.Exact(r.ValueE4)))];
    }
}
