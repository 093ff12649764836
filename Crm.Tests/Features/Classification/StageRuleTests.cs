using Crm.Plugin.Features.Classification;
using Xunit;

namespace Crm.Tests.Features.Classification;

public sealed class StageRuleTests
{
    private static readonly RegularityBands Bands = RegularityBands.Default;

    [Fact]
    public void Decide_NoPurchaseEver_IsPotential() =>
        Assert.Equal(new(RelationshipStage.Potential, null, StageReason.NeverBought), Standard([], 1000, null));

    [Theory]
    [InlineData(1, RelationshipStage.OneTime)]
    [InlineData(2, RelationshipStage.OneTime)]
    [InlineData(3, RelationshipStage.Regular)]
    public void Decide_BothSidesOfTheOneTimeBand_BelongAsDocumented(int purchases, RelationshipStage expected) =>
        Assert.Equal(expected, Standard([.. Enumerable.Range(900, purchases)], 1000, 30_000).Stage);

    // Defect repaired: perfectly equal purchases are the most regular, not "no sales".
    [Theory]
    [InlineData(0, RegularityClass.X)]
    [InlineData(25_000, RegularityClass.X)]
    [InlineData(25_001, RegularityClass.Y)]
    [InlineData(60_001, RegularityClass.Z)]
    public void Decide_Regular_TakesTheClassOfItsCoefficient(int cvE3, RegularityClass expected) =>
        Assert.Equal(new(RelationshipStage.Regular, expected, StageReason.AboveOneTimeBand), Standard([900, 930, 960], 1000, cvE3));

    // Defect repaired: returns that outweigh sales are a flag, never a stage.
    [Fact]
    public void Decide_RegularWithoutCoefficient_IsZ() =>
        Assert.Equal(new(RelationshipStage.Regular, RegularityClass.Z, StageReason.AboveOneTimeBandWithoutVariation), Standard([900, 930, 960], 1000, null));

    // Defect repaired: a one-time customer is lost too.
    [Theory]
    [InlineData(1180, RelationshipStage.OneTime)]
    [InlineData(1181, RelationshipStage.Lost)]
    public void Decide_SilentAfterOnePurchase_IsLostAfter180Days(int asOf, RelationshipStage expected) =>
        Assert.Equal(expected, Standard([1000], asOf, null).Stage);

    // Mean interval 100 days: patience is 300 days.
    [Theory]
    [InlineData(1600, RelationshipStage.Regular)]
    [InlineData(1601, RelationshipStage.Lost)]
    public void Decide_LongOwnInterval_IsLostAfterThreeOfThem(int asOf, RelationshipStage expected) =>
        Assert.Equal(expected, Standard([1000, 1100, 1200, 1300], asOf, null).Stage);

    // Defect repaired: a lost customer who buys once is not regular at once.
    [Theory]
    [InlineData(new[] { 500 }, RelationshipStage.OneTime, StageReason.Returned)]
    [InlineData(new[] { 500, 510 }, RelationshipStage.OneTime, StageReason.Returned)]
    [InlineData(new[] { 500, 510, 520 }, RelationshipStage.Regular, StageReason.AboveOneTimeBand)]
    public void Decide_LostBuysAgain_PassesThroughTheOneTimeBand(int[] again, RelationshipStage stage, StageReason reason)
    {
        var decision = Standard([10, 20, 30, 40, 50, .. again], 530, 90_000);
        Assert.Equal((stage, reason), (decision.Stage, decision.Reason));
    }

    [Fact]
    public void Decide_BelowTheOneTimeBand_IsPotential()
    {
        var history = PurchaseHistoryTests.Of([900]);
        Assert.Equal(new(RelationshipStage.Potential, null, StageReason.BelowOneTimeBand), StageRule.Decide(history, 1000, 30_000, new(2, 3), Bands));
    }

    // The classical table, row by row: before, purchases in the window, coefficient → after.
    [Theory]
    [InlineData("-", 0, 0, "P")]
    [InlineData("-", 1, 331_662, "O")]
    [InlineData("-", 2, 223_607, "O")]
    [InlineData("-", 3, 20_000, "X")]
    [InlineData("-", 3, 30_000, "Y")]
    [InlineData("-", 3, 90_000, "Z")]
    [InlineData("P", 0, 0, "P")]
    [InlineData("P", 12, 0, "P")] // defect: 100 each month has a coefficient of 0
    [InlineData("P", 3, -141_421, "P")]
    [InlineData("P", 1, 331_662, "O")]
    [InlineData("P", 3, 25_000, "X")]
    [InlineData("O", 0, 0, "O")] // defect: never lost
    [InlineData("O", 2, 223_607, "O")]
    [InlineData("O", 3, 60_000, "Y")]
    [InlineData("X", 0, 0, "L")]
    [InlineData("X", 12, 0, "L")] // defect: the most stable regular customer is lost
    [InlineData("Y", 5, -1, "L")]
    [InlineData("Z", 1, 1, "X")]
    [InlineData("Y", 12, 90_000, "Z")]
    [InlineData("L", 0, 0, "L")]
    [InlineData("L", 1, 331_662, "Z")] // defect: regular after one purchase
    public void DecideClassically_EachTransition_FollowsTheTable(string before, int purchases, int cvE3, string expected) =>
        Assert.Equal(expected, Text(StageRule.DecideClassically(Read(before), purchases, cvE3, OneTimeBand.Default, Bands)));

    // Defect: outside all bands the old stage stays, or a new customer is one-time.
    [Theory]
    [InlineData("-", 3, "O")]
    [InlineData("O", 3, "O")]
    [InlineData("X", 3, "X")]
    [InlineData("Z", 3, "Z")]
    [InlineData("L", 3, "L")]
    public void DecideClassically_NoBandMatches_LeavesTheOldStage(string before, int purchases, string expected)
    {
        Assert.True(RegularityBands.TryParse("0-20/20-50/50-100", out var bands));
        Assert.Equal(expected, Text(StageRule.DecideClassically(Read(before), purchases, 331_662, OneTimeBand.Default, bands)));
    }

    [Theory]
    [InlineData("-", "-")]
    [InlineData("P", "P")]
    public void DecideClassically_BelowTheBand_LeavesTheOldStage(string before, string expected) =>
        Assert.Equal(expected, Text(StageRule.DecideClassically(Read(before), 1, 331_662, new(2, 3), Bands)));

    [Fact]
    public void DecideClassically_BandEndsAtZero_NobodyBecomesRegular() =>
        Assert.Equal("P", Text(StageRule.DecideClassically(Read("P"), 5, 30_000, new(0, 0), Bands)));

    [Fact]
    public void DecideClassically_SharedBoundary_TheBetterClassWins()
    {
        Assert.True(RegularityBands.TryParse("0-20/20-50/50-10000", out var bands));
        Assert.Equal("X", Text(StageRule.DecideClassically(Read("L"), 3, 20_000, OneTimeBand.Default, bands)));
        Assert.Equal("Y", Text(StageRule.DecideClassically(Read("L"), 3, 50_000, OneTimeBand.Default, bands)));
    }

    internal static Classes Read(string text) => text switch
    {
        "P" => new(null, RelationshipStage.Potential, null),
        "O" => new(null, RelationshipStage.OneTime, null),
        "L" => new(null, RelationshipStage.Lost, null),
        "X" => new(null, RelationshipStage.Regular, RegularityClass.X),
        "Y" => new(null, RelationshipStage.Regular, RegularityClass.Y),
        "Z" => new(null, RelationshipStage.Regular, RegularityClass.Z),
        _ => default,
    };

    private static string Text(StageDecision decision) =>
        decision.Regularity?.ToString() ?? decision.Stage?.ToString()[..1] ?? "-";

    private static StageDecision Standard(int[] days, int asOf, int? cvE3) =>
        StageRule.Decide(PurchaseHistoryTests.Of(days), asOf, cvE3, OneTimeBand.Default, Bands);
}
