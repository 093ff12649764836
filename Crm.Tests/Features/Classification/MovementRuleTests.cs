using Crm.Plugin.Features.Classification;
using Xunit;

namespace Crm.Tests.Features.Classification;

public sealed class MovementRuleTests
{
    // One scale: Lost 0, Potential 1, One-time 2, Z 3, Y 4, X 5.
    [Theory]
    [InlineData("-", "P", Movement.New)]
    [InlineData("L", "P", Movement.Up)]
    [InlineData("P", "O", Movement.Up)]
    [InlineData("O", "Z", Movement.Up)]
    [InlineData("Z", "Y", Movement.Up)]
    [InlineData("Y", "X", Movement.Up)]
    [InlineData("X", "Y", Movement.Down)]
    [InlineData("Z", "O", Movement.Down)] // classically up
    [InlineData("O", "P", Movement.Down)] // classically no picture
    [InlineData("P", "L", Movement.Down)]
    [InlineData("X", "-", Movement.Down)]
    [InlineData("Y", "Y", Movement.Same)]
    [InlineData("-", "-", Movement.None)]
    public void OfStage_Standard_IsTheSignOfTheRankChange(string before, string now, Movement expected) =>
        Assert.Equal(expected, MovementRule.OfStage(StageRuleTests.Read(before), StageRuleTests.Read(now), RuleSet.Standard));

    [Theory]
    [InlineData("-", "X", Movement.Up)]
    [InlineData("-", "L", Movement.Up)]
    [InlineData("X", "X", Movement.Same)]
    [InlineData("L", "L", Movement.Same)]
    [InlineData("Y", "X", Movement.Up)]
    [InlineData("X", "Y", Movement.Down)]
    [InlineData("L", "Y", Movement.Up)]
    [InlineData("Y", "Z", Movement.Down)]
    [InlineData("O", "Z", Movement.Up)]
    [InlineData("X", "O", Movement.Up)] // defect
    [InlineData("L", "O", Movement.Up)]
    [InlineData("X", "L", Movement.Down)]
    [InlineData("X", "P", Movement.None)] // defect
    [InlineData("-", "-", Movement.None)]
    public void OfStage_Classical_DrawsTheClassicalArrow(string before, string now, Movement expected) =>
        Assert.Equal(expected, MovementRule.OfStage(StageRuleTests.Read(before), StageRuleTests.Read(now), RuleSet.OneCCompatible));

    [Theory]
    [InlineData(null, ImportanceClass.C, Movement.New, Movement.Up)]
    [InlineData(ImportanceClass.B, ImportanceClass.A, Movement.Up, Movement.Up)]
    [InlineData(ImportanceClass.B, ImportanceClass.B, Movement.Same, Movement.Same)]
    [InlineData(ImportanceClass.B, ImportanceClass.C, Movement.Down, Movement.Down)]
    [InlineData(ImportanceClass.C, null, Movement.Down, Movement.Down)]
    [InlineData(null, null, Movement.None, Movement.None)]
    public void OfImportance_BothRuleSets_CompareTheClasses(ImportanceClass? before, ImportanceClass? now, Movement standard, Movement classical)
    {
        Assert.Equal(standard, MovementRule.OfImportance(before, now, RuleSet.Standard));
        Assert.Equal(classical, MovementRule.OfImportance(before, now, RuleSet.OneCCompatible));
    }
}
