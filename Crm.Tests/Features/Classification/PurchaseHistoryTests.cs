using Crm.Plugin.Features.Classification;
using Xunit;

namespace Crm.Tests.Features.Classification;

public sealed class PurchaseHistoryTests
{
    [Fact]
    public void Threshold_OnePurchaseDay_IsTheDaysAlone() => Assert.Equal(180, Of([100, 100]).ThresholdDays);

    [Fact]
    public void Threshold_ShortIntervals_IsTheDays() => Assert.Equal(180, Of([0, 60]).ThresholdDays);

    // Mean interval (0 → 200)/2 = 100 days, times 3.
    [Fact]
    public void Threshold_LongIntervals_IsTheFactor() => Assert.Equal(300, Of([0, 50, 200]).ThresholdDays);

    [Fact]
    public void Threshold_TwoDocumentsOnOneDay_AreOnePurchaseDay()
    {
        var history = Of([0, 0, 100, 100]);
        Assert.Equal(300, history.ThresholdDays);
        Assert.Equal((4, 2), (history.Purchases, history.Days));
    }

    [Theory]
    [InlineData(181, false)] // the day before this purchase the silence was 180 days
    [InlineData(182, true)]
    public void Add_GapLongerThanTheLossRule_BeginsANewRelationship(int next, bool returned)
    {
        var history = Of([0, next]);
        Assert.Equal(returned, history.HasReturned);
        Assert.Equal(returned ? 1 : 2, history.PurchasesSinceReturn);
        Assert.Equal(2, history.Purchases);
    }

    // Day 365 is a return after the first purchase; from then on the mean interval is a year and so is the patience.
    [Fact]
    public void Add_OnePurchaseAYear_IsLostAtMostOnce()
    {
        var history = Of([0, 365, 730, 1095, 1460]);
        Assert.Equal(4, history.PurchasesSinceReturn);
        Assert.False(history.IsLost(1460 + 1095));
        Assert.True(history.IsLost(1460 + 1096));
    }

    // Called lost by hand although the loss rule does not say so.
    [Fact]
    public void Add_PurchaseAfterARunThatSaidLost_BeginsANewRelationship()
    {
        var history = Of([0, 10, 20, 50], lostAsOf: 30);
        Assert.True(history.HasReturned);
        Assert.Equal(1, history.PurchasesSinceReturn);
    }

    [Fact]
    public void Add_NoPurchaseSinceTheRunThatSaidLost_IsNoReturn() => Assert.False(Of([0, 10, 20], lostAsOf: 30).HasReturned);

    [Fact]
    public void IsLost_WithoutPurchase_IsFalse() => Assert.False(new PurchaseHistory(LossRule.Default, null).IsLost(100_000));

    internal static PurchaseHistory Of(int[] days, int? lostAsOf = null)
    {
        var history = new PurchaseHistory(LossRule.Default, lostAsOf);
        foreach (var day in days)
        {
            history.Add(day);
        }

        return history;
    }

    /// <summary>100 days and 6 intervals: 16.66… days each.</summary>
    [Theory]
    [InlineData("3", 50)]
    [InlineData("2.5", 41)]
    [InlineData("0", 1)]
    [InlineData("0.06", 1)]
    [InlineData("2.499999", 41)]
    [InlineData("2.400001", 40)]
    [InlineData("99999999999", int.MaxValue)]
    public void WholeThresholdDays_AnyFactor_IsTheFloor(string factor, int expected) =>
        Assert.Equal(expected, new LossRule(1, decimal.Parse(factor, System.Globalization.CultureInfo.InvariantCulture)).WholeThresholdDays(0, 100, 7));
}
