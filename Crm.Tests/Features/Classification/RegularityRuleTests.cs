using Crm.Plugin.Features.Classification;
using Xunit;

namespace Crm.Tests.Features.Classification;

public sealed class RegularityRuleTests
{
    // The season: S = 1300, Σx² = 285,000, so 100·√(12·285,000 − 1,690,000)/1300 = 101.1765.
    public static TheoryData<long[], int> Golden => new()
    {
        { [100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100], 0 },
        { [100, 120, 100, 120, 100, 120, 100, 120, 100, 120, 100, 120], 9_091 },
        { [100, 0, 100, 0, 100, 0, 100, 0, 100, 0, 100, 0], 100_000 },
        { [300, 0, 0, 300, 0, 0, 300, 0, 0, 300, 0, 0], 141_421 },
        { [0, 0, 50, 100, 200, 300, 300, 200, 100, 50, 0, 0], 101_177 },
        { [0, 0, 0, 0, 700, 0, 0, 0, 0, 0, 0, 0], 331_662 },
        { [0, 0, 0, 0, 0, 700], 223_607 },
        { [700, 0, 0], 141_421 },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Variation_GoldenSeries_GivesThePublishedCoefficient(long[] series, int expected)
    {
        Assert.Equal(expected, RegularityRule.Variation(series));
        Assert.Equal(expected, RegularityRule.ClassicalVariation(series, series.Length));
    }

    [Theory]
    [InlineData(new long[] { 0, 0, 0 })]
    [InlineData(new long[] { 100, -100, 0 })]
    [InlineData(new long[] { 100, -300, 0 })]
    public void Variation_SumNotPositive_IsNone(long[] series) => Assert.Null(RegularityRule.Variation(series));

    [Fact]
    public void Variation_HugeEqualAmounts_IsExactlyZero() =>
        Assert.Equal(0, RegularityRule.Variation([9_007_199_254_740_993, 9_007_199_254_740_993, 9_007_199_254_740_993]));

    [Fact]
    public void Variation_MeanNextToNothing_StaysInRange() =>
        Assert.Equal(RegularityRule.Highest, RegularityRule.Variation([1_000_000_000_000, -999_999_999_999, 0]));

    // Defect: one period gives 0 for everybody.
    [Fact]
    public void ClassicalVariation_OnePeriod_IsZero() => Assert.Equal(0, RegularityRule.ClassicalVariation([500], 1));

    // Defect: the window from 31 March to 30 April touches two months and is divided by one: mean 300, (100−300)² + (200−300)² = 50,000.
    [Fact]
    public void ClassicalVariation_OneBucketMoreThanPeriods_DividesByThePeriods() =>
        Assert.Equal(74_536, RegularityRule.ClassicalVariation([100, 200], 1));

    // Defect: mean −100/3, the deviation √(6,666.67/3) = 47.14, so the coefficient is negative.
    [Fact]
    public void ClassicalVariation_ReturnsOutweighSales_IsNegative() =>
        Assert.Equal(-141_421, RegularityRule.ClassicalVariation([-100, 0, 0], 3));

    [Fact]
    public void ClassicalVariation_NothingSold_IsZero() => Assert.Equal(0, RegularityRule.ClassicalVariation([0, 0, 0], 3));

    // Ten days, one purchase on the sixth: 5 days before it, 5 after.
    [Fact]
    public void IntervalVariation_OnePurchaseMidWindow_IsZero() => Assert.Equal(0, RegularityRule.IntervalVariation(1000, 1009, [1005]));

    // Gaps 0 and 10 about a mean of 5.
    [Fact]
    public void IntervalVariation_OnePurchaseOnTheFirstDay_IsHundredPercent() =>
        Assert.Equal(100_000, RegularityRule.IntervalVariation(1000, 1009, [1000]));

    // Gaps 2, 0, 8 about 10/3: Σx² = 68, √(3·68 − 100)/10.
    [Fact]
    public void IntervalVariation_TwoPurchasesOnOneDay_HaveNoGapBetween() =>
        Assert.Equal(101_980, RegularityRule.IntervalVariation(1000, 1009, [1002, 1002]));

    [Fact]
    public void IntervalVariation_NoPurchase_IsNone() => Assert.Null(RegularityRule.IntervalVariation(1000, 1009, []));

    [Theory]
    [InlineData(0, RegularityClass.X)]
    [InlineData(25_000, RegularityClass.X)]
    [InlineData(25_001, RegularityClass.Y)]
    [InlineData(60_000, RegularityClass.Y)]
    [InlineData(60_001, RegularityClass.Z)]
    [InlineData(RegularityRule.Highest, RegularityClass.Z)]
    public void Bands_BothSidesOfABoundary_TheBetterClassOwnsIt(int cvE3, RegularityClass expected) =>
        Assert.Equal(expected, RegularityBands.Default.Find(cvE3));

    [Theory]
    [InlineData("25/60", true)]
    [InlineData("0-20/20-50/50-", true)]
    [InlineData("0-20/20-50/50-10000", false)]
    [InlineData("0-20/21-50/50-", false)]
    [InlineData("0-30/20-50/50-", false)]
    [InlineData("5-20/20-50/50-", false)]
    [InlineData("60/25", false)]
    [InlineData("0/25", false)]
    public void Bands_CoverEverything_WithoutGapOrOverlap(string text, bool covers)
    {
        Assert.True(RegularityBands.TryParse(text, out var bands));
        Assert.Equal(covers, bands.CoverEverything);
    }

    [Theory]
    [InlineData("25/60")]
    [InlineData("0-20/20-50/50-10000")]
    public void Bands_ToString_IsReadAgain(string text)
    {
        Assert.True(RegularityBands.TryParse(text, out var bands));
        Assert.Equal(text, bands.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("25")]
    [InlineData("x/y")]
    [InlineData("0-20/20-50/50-60-70")]
    public void Bands_Unreadable_AreNotRead(string text) => Assert.False(RegularityBands.TryParse(text, out _));

    /// <summary>Small numbers are computed in 64 bits and large ones in 128: the limits lie where 64 bits would overflow.</summary>
    [Theory]
    [InlineData(1_000_000L, 1_200_000L)]
    [InlineData(134_217_720L / 6 * 5, 134_217_720L)]
    [InlineData(1_000_000_000_000L, 1_200_000_000_000L)]
    [InlineData(5_000_000_000_000_000_000L / 6, 1_000_000_000_000_000_000L)]
    public void Variation_TwoAlternatingValuesOfAnySize_Is9Point091Percent(long low, long high) =>
        Assert.Equal(9_091, RegularityRule.Variation([low, high, low, high, low, high, low, high, low, high, low, high]));
}
