using Crm.Plugin.Features.Classification;
using Xunit;

namespace Crm.Tests.Features.Classification;

public sealed class ImportanceRuleTests
{
    private static readonly decimal[] Ten = [5, 5, 10, 20, 30, 50, 80, 100, 200, 500];

    // T = 1000, Low = 100, Middle = 200: 5+5+10+20+30 = 70 is C, up to 100 makes 300 and is B, the rest A.
    [Theory]
    [InlineData(RuleSet.Standard)]
    [InlineData(RuleSet.OneCCompatible)]
    public void Apply_TenValuesAt70_20_10_GivesTheGoldenClasses(RuleSet rules) =>
        Assert.Equal("CCCCCBBBAA", Text(Ten, ImportanceShares.Classical, rules));

    // Low = 50, Middle = 150: 5+5+10+20 = 40 is C, 30 makes 70, 50 makes 120, 80 makes 200 = the boundary of B.
    [Theory]
    [InlineData(RuleSet.Standard)]
    [InlineData(RuleSet.OneCCompatible)]
    public void Apply_TenValuesAt80_15_5_CutsFromTheSmallest(RuleSet rules) =>
        Assert.Equal("CCCCBBBAAA", Text(Ten, ImportanceShares.Pareto, rules));

    // From the largest: 500, 700, 800 reach 80 %, 880, 930 stay below 95 %.
    [Fact]
    public void Apply_DescendingAt80_95_GivesTheTextbookClasses() =>
        Assert.Equal("CCCCCBBAAA", Text(Ten, ImportanceShares.Pareto, RuleSet.Standard, ImportanceCut.Descending));

    [Theory]
    [InlineData(RuleSet.Standard)]
    [InlineData(RuleSet.OneCCompatible)]
    public void Apply_NegativeValue_LowersTheTotalAndIsC(RuleSet rules) =>
        Assert.Equal("CBA", Text([-50, 100, 200], ImportanceShares.Classical, rules));

    [Fact]
    public void Apply_AllZerosClassically_AreC() =>
        Assert.Equal("CCC", Text([0, 0, 0], ImportanceShares.Classical, RuleSet.OneCCompatible));

    // Nothing was bought, so there is nothing to rank: published counts leave such customers out.
    [Theory]
    [InlineData(ImportanceCut.Ascending)]
    [InlineData(ImportanceCut.Descending)]
    public void Apply_ZeroUnderStandardRules_HasNoClass(ImportanceCut cut)
    {
        Assert.Equal("---", Text([0, 0, 0], ImportanceShares.Pareto, RuleSet.Standard, cut));
        Assert.Equal('-', Text([0, 100], ImportanceShares.Pareto, RuleSet.Standard, cut)[0]);
    }

    // The classical cut parts equal values by the order of their rows.
    [Fact]
    public void Apply_FourEqualValues_AreOneGroupUnderStandardRules()
    {
        Assert.Equal("BAAA", Text([100, 100, 100, 100], ImportanceShares.Classical, RuleSet.OneCCompatible));
        Assert.Equal("AAAA", Text([100, 100, 100, 100], ImportanceShares.Classical, RuleSet.Standard));
    }

    // T = 100, Low = 5, Middle = 20: the group of 30 reaches over the boundary and takes the better class.
    [Fact]
    public void Apply_EqualValuesAcrossABoundary_TakeTheBetterClass()
    {
        Assert.Equal("AAAA", Text([10, 10, 10, 70], ImportanceShares.Pareto, RuleSet.Standard));
        Assert.Equal("BBAA", Text([10, 10, 10, 70], ImportanceShares.Pareto, RuleSet.OneCCompatible));
    }

    [Theory]
    [InlineData(RuleSet.Standard, ImportanceCut.Ascending, "A")]
    [InlineData(RuleSet.OneCCompatible, ImportanceCut.Ascending, "A")]
    [InlineData(RuleSet.Standard, ImportanceCut.Descending, "C")]
    public void Apply_SoleCustomer_DependsOnTheCut(RuleSet rules, ImportanceCut cut, string expected) =>
        Assert.Equal(expected, Text([100], ImportanceShares.Pareto, rules, cut));

    [Theory]
    [InlineData("5", "95", "CA")]
    [InlineData("5.0001", "94.9999", "BA")]
    [InlineData("20", "80", "BA")]
    [InlineData("20.0001", "79.9999", "AA")]
    public void Apply_BothSidesOfABoundary_BelongAsDocumented(string small, string large, string expected) =>
        Assert.Equal(expected, Text([Number(small), Number(large)], ImportanceShares.Pareto, RuleSet.Standard));

    [Theory]
    [InlineData("20", "80", "CA")]
    [InlineData("19.9999", "80.0001", "CB")]
    [InlineData("4.9999", "95.0001", "CC")]
    [InlineData("5", "95", "CB")]
    public void Apply_BothSidesOfABoundaryDescending_BelongAsDocumented(string small, string large, string expected) =>
        Assert.Equal(expected, Text([Number(small), Number(large)], ImportanceShares.Pareto, RuleSet.Standard, ImportanceCut.Descending));

    // T = 0.15: High = 0.105 → 0.11, Middle = 0.03, so Low is 0.01 classically and 0.015 exactly.
    [Fact]
    public void Apply_FractionsOfACent_AreRoundedClassicallyOnly()
    {
        Assert.Equal("BA", Text([0.012m, 0.138m], ImportanceShares.Classical, RuleSet.OneCCompatible));
        Assert.Equal("CA", Text([0.012m, 0.138m], ImportanceShares.Classical, RuleSet.Standard));
    }

    [Theory]
    [InlineData(ImportanceCut.Ascending)]
    [InlineData(ImportanceCut.Descending)]
    public void Apply_TotalNotPositive_NobodyEarnedAShare(ImportanceCut cut)
    {
        Assert.Equal("CC", Text([-300, 100], ImportanceShares.Pareto, RuleSet.Standard, cut));
        Assert.Equal("C-C", Text([-100, 0, 100], ImportanceShares.Pareto, RuleSet.Standard, cut));
    }

    [Fact]
    public void Apply_NegativeValueDescending_IsNeverBetterThanC() =>
        Assert.Equal("CCA", Text([-50, 50, 100], ImportanceShares.Pareto with { A = 100, B = 0, C = 0 }, RuleSet.Standard, ImportanceCut.Descending));

    [Fact]
    public void Apply_NoValues_GivesNoClasses() =>
        Assert.Equal("", Text([], ImportanceShares.Pareto, RuleSet.Standard));

    [Fact]
    public void Apply_Accumulated_IsTheSumWithTheWholeGroup()
    {
        long[] values = [10, 10, 30];
        var sums = new long[3];
        var boundaries = ImportanceRule.Boundaries(values, ImportanceShares.Pareto, RuleSet.Standard, ImportanceCut.Ascending);
        ImportanceRule.Apply(values, boundaries, RuleSet.Standard, ImportanceCut.Ascending, new short[3], sums);
        Assert.Equal([20, 20, 50], sums);
        Assert.Equal(new ImportanceBoundaries(50, 2.5m, 10m), boundaries);
    }

    [Theory]
    [InlineData("80/15/5", true)]
    [InlineData("66.67/23.33/10", true)]
    [InlineData("80/15/4", false)]
    [InlineData("110/-15/5", false)]
    public void Shares_AreWhole_WhenTheySumTo100(string text, bool whole) =>
        Assert.Equal(whole, ImportanceShares.TryParse(text, out var shares) && shares.AreWhole);

    [Theory]
    [InlineData("")]
    [InlineData("80/20")]
    [InlineData("80,5/14,5/5")]
    [InlineData("a/b/c")]
    public void Shares_NotThreeNumbers_AreNotRead(string text) => Assert.False(ImportanceShares.TryParse(text, out _));

    private static string Text(decimal[] values, ImportanceShares shares, RuleSet rules, ImportanceCut cut = ImportanceCut.Ascending) =>
        string.Concat(ImportanceRule.Apply(values, shares, rules, cut).Select(c => c?.ToString() ?? "-"));

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
