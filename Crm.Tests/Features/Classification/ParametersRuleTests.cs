using Crm.Plugin.Features.Classification;
using Xunit;

namespace Crm.Tests.Features.Classification;

public sealed class ParametersRuleTests
{
    private static readonly DateOnly Today = new(2026, 11, 22);
    private static readonly ClassificationParameters Good = ClassificationParameters.For(RuleSet.Standard, Today);
    private static readonly ClassificationParameters Classical = ClassificationParameters.For(RuleSet.OneCCompatible, Today);

    public static TheoryData<string, ClassificationParameters> Wrong => new()
    {
        { "classification.shares-sum", Good with { Shares = new(80, 15, 4) } },
        { "classification.shares-sum", Classical with { Shares = new(120, -30, 10) } },
        { "classification.measure-intervals", Good with { Measure = Measure.Intervals } },
        { "classification.future", Good with { AsOf = Today.AddDays(1) } },
        { "classification.period-order", Classical with { From = Today.AddDays(1) } },
        { "classification.one-time-band", Good with { OneTime = new(0, 2) } },
        { "classification.one-time-band", Classical with { OneTime = new(3, 2) } },
        { "classification.loss-rule", Good with { Loss = new(0, 3) } },
        { "classification.loss-rule", Good with { Loss = new(180, -1) } },
        { "classification.cut", Classical with { Cut = ImportanceCut.Descending } },
        { "classification.bands", Good with { Bands = RegularityBands.Of(60, 25) } },
        { "classification.periods", Good with { Periods = 0 } },
        { "classification.periods", Good with { Periods = 1101 } },
        { "classification.too-few-periods", Good with { Periods = 2 } },
        { "classification.too-few-periods", Good with { From = new(2026, 9, 2) } },
        { "classification.periods", Good with { From = new(2020, 1, 1), Periodicity = Periodicity.Day } },
        { "classification.calendar", Good with { AsOf = new(3, 1, 1), Periods = 12, Periodicity = Periodicity.Year } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Refusals_OneThingWrong_NamesIt(string code, ClassificationParameters parameters) =>
        Assert.Contains(code, ParametersRule.Refusals(parameters, Today).Select(p => p.Code));

    [Fact]
    public void Refusals_Defaults_AreNone()
    {
        Assert.Empty(ParametersRule.Refusals(Good, Today));
        Assert.Empty(ParametersRule.Refusals(Classical, Today));
        Assert.Empty(ParametersRule.Refusals(Good with { Periods = 3 }, Today));
        Assert.Empty(ParametersRule.Refusals(Good with { RegularityMeasure = Measure.Intervals }, Today));
        Assert.Empty(ParametersRule.Refusals(Classical with { Periods = 1 }, Today));
    }

    [Fact]
    public void Refusals_SharesWithoutSum_SayTheFigures() =>
        Assert.Equal(
            "The shares of A, B and C must not be negative and must sum to 100; 80/15/4 does not.",
            Assert.Single(ParametersRule.Refusals(Good with { Shares = new(80, 15, 4) }, Today)).English);

    [Theory]
    [InlineData(3, true)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void Warnings_FewPeriods_AreSaid(int periods, bool warned) =>
        Assert.Equal(warned, ParametersRule.Warnings(Good with { Periods = periods }).Count == 1);
}
