using Crm.Plugin.Features.Retention;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Classification;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Retention;

public sealed class RetentionTests(PostgresServer postgres)
{
    private static readonly int Today = new DateOnly(2026, 11, 22).DayNumber;

    // Every 10 days: announced from 20 days of silence on, lost after 180.
    [Theory]
    [InlineData(19, false)]
    [InlineData(20, true)]
    [InlineData(180, true)]
    [InlineData(181, false)]
    public void IsAnnounced_BothSidesOfTheRule_BelongAsDocumented(int silence, bool expected) =>
        Assert.Equal(expected, EarlyLossRule.IsAnnounced(Each(10, 5, Today - silence), Today));

    [Fact]
    public void IsAnnounced_DailyBuyer_NotBeforeTwoWeeks()
    {
        Assert.False(EarlyLossRule.IsAnnounced(Each(1, 9, Today - 13), Today));
        Assert.True(EarlyLossRule.IsAnnounced(Each(1, 9, Today - 14), Today));
    }

    [Fact]
    public void Describe_OwnRhythm_SaysWhenTheNextWasDue()
    {
        var loss = EarlyLossRule.Describe(new(7, [Today - 60, Today - 50, Today - 30], [100, 100, 100]), Today, null, null, 0.3);
        // Intervals 10 and 20: mean 15, deviation 7.07; silent for two of them.
        Assert.Equal((new DateOnly(2026, 11, 7), 2.0, new DateOnly(2027, 4, 22)), (loss.NextOn, loss.Overdue, loss.LostOn));
        Assert.Equal(7.071, loss.SpreadDays!.Value, 3);
        Assert.Null(loss.Alive);
    }

    // First purchases in September (two customers) and October (one); November is the current month.
    [Fact]
    public void Cohorts_ByMonthOfTheFirstPurchase_CountWhoComesBack()
    {
        static int Day(int month, int day) => new DateOnly(2026, month, day).DayNumber;
        var cohorts = CohortRule.Of(
            [new(1, [Day(9, 1), Day(9, 20), Day(11, 2)], [10, 20, 30]), new(2, [Day(9, 5)], [5]), new(3, [Day(10, 5), Day(11, 6)], [1, 2])], Today);
        Assert.Equal([new(2026, 9, 1), new DateOnly(2026, 10, 1)], cohorts.Select(c => c.First));
        Assert.Equal((2, 1, 65.0), (cohorts[0].Customers, cohorts[0].Repeaters, cohorts[0].Value.Sum()));
        Assert.Equal([2, 0, 1], cohorts[0].Active);
        Assert.Equal([1, 1], cohorts[1].Active);
    }

    [Fact]
    public void BackTest_TooFewRepeatBuyers_IsNone() =>
        Assert.Null(BackTestRule.Run([.. Enumerable.Range(0, 49).Select(i => Each(10, 30, Today - i))], Today, (_, _) => new(1, 1, 1, 2)));

    [Fact]
    public void BackTest_Cdnow_BeatsEverybodyGoingOnAtTheirRate()
    {
        List<CustomerDays> customers = [.. CdnowSample.Customers().Select((c, i) => new CustomerDays(i, [.. c.Days], [.. c.Values]))];
        var test = BackTestRule.Run(customers, new DateOnly(1998, 6, 30).DayNumber, (past, end) => MaximumLikelihood.FitBgNbd([.. past.Select(c => c.Summary(end))])?.Model)!;
        Assert.True(test.Wape < test.NaiveWape, $"{test.Wape} against {test.NaiveWape}");
        Assert.True(test.Precision > test.BaseRate, $"{test.Precision} against {test.BaseRate}");
        Assert.InRange(test.Bias, -0.25, 0.25);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_SmallCompany_AnnouncesAndSaysThatDataAreFew(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("late", "2026-08-01 10", "2026-08-11 10 cost=4", "2026-08-21 10");
        await company.CustomerAsync("on time", "2026-11-01 10", "2026-11-11 10", "2026-11-21 10");
        await company.CustomerAsync("once", "2026-10-01 10");
        var evaluation = ActivatorUtilities.CreateInstance<RetentionEvaluation>(company.Services);

        await evaluation.RunAsync(default);
        await evaluation.RunAsync(default);

        var (report, _) = (await evaluation.LastAsync(default))!.Value;
        Assert.Equal(("few-customers", 3, "EUR", true, 1), (report.Reason, report.Customers, report.Currency, report.IsMarginKnown, report.LossesFound));
        Assert.Equal(0.6, report.Margin, 6);
        Assert.Equal(1, Assert.Single(report.Losses).CounterpartyId);
        Assert.Null(report.BackTest);
    }

    private static CustomerDays Each(int interval, int purchases, int last) =>
        new(1, [.. Enumerable.Range(0, purchases).Select(i => last - ((purchases - 1 - i) * interval))], [.. Enumerable.Repeat(10.0, purchases)]);
}
