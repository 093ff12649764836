using Crm.Contracts;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Classification;

public sealed class ClassificationServiceTests(PostgresServer postgres)
{
    private static readonly ClassificationParameters Standard = ClassificationParameters.For(RuleSet.Standard, new(2026, 10, 31));
    private static readonly ClassificationParameters Classical = ClassificationParameters.For(RuleSet.OneCCompatible, new(2026, 10, 31));

    private static readonly string[] EachMonth =
    [
        "2025-11-05 100", "2025-12-05 100", "2026-01-05 100", "2026-02-05 100", "2026-03-05 100", "2026-04-05 100",
        "2026-05-05 100", "2026-06-05 100", "2026-07-05 100", "2026-08-05 100", "2026-09-05 100", "2026-10-05 100",
    ];

    // T = 1,440: Low 72, Middle 288. small 40 → C; returned 60 makes 100 → B; once 140 makes 240 → B; each 1,200 → A.
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_SmallCompany_ClassifiesEverybody(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("each", EachMonth);
        await company.CustomerAsync("never");
        await company.CustomerAsync("once", "2026-09-30 140");
        await company.CustomerAsync("small", "2026-03-01 40");
        await company.CustomerAsync("returned", "2024-01-01 500", "2024-02-01 500", "2024-03-01 500", "2026-10-01 60");
        await company.AddAsync("supplier", CounterpartyRoles.Supplier);

        var (run, totals) = await company.RunAsync(Standard);

        Assert.Equal(
            ["each A Regular X 1200", "once B OneTime - 140", "returned B OneTime - 60", "small C Lost - 40", "never - Potential - 0"],
            await company.RowsAsync(run));
        Assert.Equal((5, 14_400_000L, "EUR", 15L), (totals.Counterparties, totals.RevenueE4, totals.Currency, totals.Orders));
        Assert.Equal((new(1, 400_000), new(1, 600_000)), (totals.Lost, totals.Returned));
        Assert.Equal(new ImportanceBoundaries(14_400_000, 720_000, 2_880_000), totals.Boundaries);
        Assert.Empty(totals.Warnings);
        Assert.Equal(["returned B OneTime - 60"], await company.RowsAsync(run, new() { Mark = RowMarks.Returned }));
        Assert.Equal(["once B OneTime - 140", "returned B OneTime - 60"], await company.RowsAsync(run, new() { Importance = ImportanceClass.B, Stage = RelationshipStage.OneTime }));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_DocumentsThatDoNotCount_AreLeftOut(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("mixed", "2026-10-01 10 confirmed", "2026-10-02 20", "2026-10-03 40 draft", "2026-10-04 80 cancelled", "2026-10-05 160 gone", "2026-11-01 320", "2026-10-06 5 return");
        await company.AddAsync("hidden buyer", CounterpartyRoles.None, "2026-10-01 7");
        await company.CustomerAsync("only returns", "2026-10-01 3 return");
        var gone = await company.CustomerAsync("gone without orders");
        await using (var database = company.Database())
        {
            await database.Set<CounterpartyRecord>().Where(c => c.Id == gone).ExecuteUpdateAsync(s => s.SetProperty(c => c.GoneAt, DateTimeOffset.UnixEpoch));
        }

        var (run, totals) = await company.RunAsync(Standard);

        Assert.Equal(["mixed A OneTime - 25", "hidden buyer B OneTime - 7", "only returns C Potential - -3"], await company.RowsAsync(run));
        Assert.Equal((290_000, 3L, 1), (totals.RevenueE4, totals.Orders, totals.NetReturns.Count));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_SeveralCurrencies_IsRefusedAndLeavesNothing(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("euro", "2026-10-01 10");
        await company.CustomerAsync("dollar", "2026-10-01 10 USD", "2020-01-01 1 USD");

        var refused = await Assert.ThrowsAsync<ClassificationRefusedException>(() => company.RunAsync(Standard));

        Assert.Equal("The period holds amounts in EUR, USD, and there are no rates to add them by. Choose one currency.", refused.Message);
        await using var database = company.Database();
        Assert.Equal((0, 0), (await database.Set<ClassificationRun>().CountAsync(), await database.Set<ClassificationBlock>().CountAsync()));
        var (run, _) = await company.RunAsync(Standard with { Currency = "EUR" });
        // A purchase is a purchase in any currency; its amount is not.
        Assert.Equal(["euro A OneTime - 10", "dollar - OneTime - 0"], await company.RowsAsync(run));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_GrossProfitOrdersAndQuantity_RankByTheirMeasure(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        var thin = await company.CustomerAsync("thin", "2026-10-01 100 cost=95", "2026-10-02 100 cost=95");
        await company.CustomerAsync("rich", "2026-10-01 50 cost=10");
        await company.CustomerAsync("unknown", "2026-10-01 500");
        await using (var database = company.Database())
        {
            var orders = await database.Set<SalesOrderRecord>().Where(o => o.CounterpartyId == thin).OrderBy(o => o.Id).ToListAsync();
            database.Add(new SalesOrderLineRecord { SetId = 1, No = 0, OrderId = orders[0].Id, QuantityE4 = 30_000 });
            database.Add(new SalesOrderLineRecord { SetId = 1, No = 1, OrderId = orders[1].Id, QuantityE4 = 5_000 });
            await database.SaveChangesAsync();
        }

        var profit = await company.RunAsync(Standard with { Measure = Measure.GrossProfit });
        Assert.Equal(["rich A OneTime - 40", "thin B OneTime - 10", "unknown - OneTime - 0"], await company.RowsAsync(profit.Run));
        Assert.Equal("classification.without-cost", Assert.Single(profit.Totals.Warnings).Code);
        Assert.Equal(7_500_000, profit.Totals.RevenueE4);
        var orderCount = await company.RunAsync(Standard with { Measure = Measure.Orders });
        Assert.Equal(["thin A OneTime - 2", "rich A OneTime - 1", "unknown A OneTime - 1"], await company.RowsAsync(orderCount.Run));
        var quantity = await company.RunAsync(Standard with { Measure = Measure.Quantity });
        Assert.Equal("thin A OneTime - 3.5", (await company.RowsAsync(quantity.Run))[0]);
    }

    // Defects kept: equal purchases are "no sales", and the lost stay in the total without a class.
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_ClassicalTwice_CarriesTheOldStageOn(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("each", EachMonth);
        await company.CustomerAsync("uneven", "2026-08-01 10", "2026-09-01 20", "2026-10-01 900");
        await company.CustomerAsync("silent", "2026-01-01 5", "2026-02-01 6", "2026-03-01 7");

        var first = await company.RunAsync(Classical with { Bands = RegularityBands.Of(20, 500) });
        Assert.Equal(["each A Potential - 1200", "uneven A Regular Y 930", "silent C Regular Y 18"], await company.RowsAsync(first.Run));
        await company.Approval.ApproveAsync(first.Run, Company.Director, CancellationToken.None);

        company.Clock.Now = company.Clock.Now.AddYears(1);
        await company.OrderAsync(1, "2027-10-01 100");
        var second = await company.RunAsync(Classical with { AsOf = new(2027, 10, 31) });
        Assert.Equal(["each A OneTime - 100", "silent C Lost - 0", "uneven C Lost - 0"], await company.RowsAsync(second.Run));
        await company.Approval.ApproveAsync(second.Run, Company.Director, CancellationToken.None);

        await company.OrderAsync(2, "2027-11-05 50");
        company.Clock.Now = company.Clock.Now.AddMonths(2);
        var third = await company.RunAsync(Classical with { AsOf = new(2027, 11, 30) });
        Assert.Equal(["each A OneTime - 100", "uneven - Regular Z 50", "silent - Lost - 0"], await company.RowsAsync(third.Run));
        Assert.Equal(1_500_000, third.Totals.Boundaries.TotalE4);
    }

    [Fact]
    public async Task Run_NobodyAndNothing_IsAnEmptyDraftWithAWarning()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        var (run, totals) = await company.RunAsync(Standard);
        Assert.Empty(await company.RowsAsync(run));
        Assert.Equal("classification.no-orders", Assert.Single(totals.Warnings).Code);
    }

    [Fact]
    public async Task Run_EqualValues_AreOrderedByKey()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        await company.CustomerAsync("b", "2026-10-01 10");
        await company.CustomerAsync("a", "2026-10-01 10");
        await company.CustomerAsync("Я", "2026-10-01 10");
        await company.CustomerAsync("c", "2026-10-01 20");
        var (run, _) = await company.RunAsync(Standard);
        Assert.Equal(["c A OneTime - 20", "a A OneTime - 10", "b A OneTime - 10", "Я A OneTime - 10"], await company.RowsAsync(run));
    }

    [Fact]
    public async Task Run_BySomebodyWithoutTheRight_IsRefused()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        var refused = await Assert.ThrowsAsync<ClassificationRefusedException>(() => company.Service.RunAsync(Standard, Company.Seller, null, CancellationToken.None));
        Assert.Equal("classification.forbidden", Assert.Single(refused.Problems).Code);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_CancelledWhileWriting_LeavesNothing(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("each", EachMonth);
        using var stop = new CancellationTokenSource();
        var progress = new Watch(p => { if (p.IsWriting) stop.Cancel(); });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => company.Service.RunAsync(Standard, Company.Director, progress, stop.Token));

        await using var database = company.Database();
        Assert.Equal((0, 0), (await database.Set<ClassificationRun>().CountAsync(), await database.Set<ClassificationBlock>().CountAsync()));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_AfterAProcessDiedWhileFilling_TakesItsRowsAway(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("each", EachMonth);
        var dead = await company.Runs.BeginAsync(Standard, Company.Director, CancellationToken.None);
        await using var database = company.Database();

        Assert.Empty(await company.RowsAsync(dead.Id));
        Assert.Null(await company.Store.FindAsync(dead.Id, CancellationToken.None));
        await company.RunAsync(Standard);
        Assert.Equal(2, await database.Set<ClassificationRun>().CountAsync()); // it may still be alive
        company.Clock.Now += TimeSpan.FromMinutes(3);
        var (run, _) = await company.RunAsync(Standard);

        Assert.Equal(2, await database.Set<ClassificationRun>().CountAsync());
        Assert.False(await database.Set<ClassificationRun>().AnyAsync(r => r.Id == dead.Id));
        Assert.Single(await company.RowsAsync(run));
    }

    [Fact]
    public async Task Rows_ForSomebodyWhoSeesTheirOwn_AreTheirsAndNobodys()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        await company.CustomerAsync("mine", "2026-10-01 30");
        await company.CustomerAsync("theirs", "2026-10-01 20");
        await company.CustomerAsync("nobodys", "2026-10-01 10");
        await using (var database = company.Database())
        {
            await database.Set<CounterpartyRecord>().Where(c => c.HostKey == "mine").ExecuteUpdateAsync(s => s.SetProperty(c => c.ManagerLogin, "sam"));
            await database.Set<CounterpartyRecord>().Where(c => c.HostKey == "theirs").ExecuteUpdateAsync(s => s.SetProperty(c => c.ManagerLogin, "eve"));
        }

        var (run, _) = await company.RunAsync(Standard);
        var own = Company.Seller with { Rights = new() { ReadScope = Plugin.Security.Scope.Own } };
        Assert.Equal(["mine A OneTime - 30", "nobodys B OneTime - 10"], await company.RowsAsync(run, user: own));
        Assert.Null(await company.Explainer.ExplainAsync(run, 2, own, CancellationToken.None));
        Assert.Null((await company.Explainer.ExplainAsync(run, 1, own, CancellationToken.None))!.Below);
    }

    private sealed class Watch(Action<FillProgress> seen) : IProgress<FillProgress>
    {
        public void Report(FillProgress value) => seen(value);
    }
}
