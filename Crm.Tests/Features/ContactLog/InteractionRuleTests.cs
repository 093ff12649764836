using Crm.Plugin.Features.ContactLog;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

public sealed class InteractionRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    private static InteractionDraft Call => new() { CounterpartyId = 1, State = InteractionState.Done, Content = "Asked for prices" };

    private static InteractionDraft Plan => new() { CounterpartyId = 1, State = InteractionState.Planned, PlannedStart = Now.AddDays(1) };

    [Fact]
    public void Check_CallWithAText_IsEnough() => Assert.Empty(InteractionRule.Check(Call, Now));

    [Fact]
    public void Check_PlanWithATime_IsEnough() => Assert.Empty(InteractionRule.Check(Plan, Now));

    public static TheoryData<InteractionDraft, string, string> Wrong { get; } = new()
    {
        { Call with { Content = "  " }, "content", RefusalTexts.NoText },
        { Call with { Content = new string('x', 20_001) }, "content", RefusalTexts.TooLong },
        { Call with { Subject = new string('x', 301) }, "subject", RefusalTexts.TooLong },
        { Call with { Result = new string('x', 20_001) }, "result", RefusalTexts.TooLong },
        { Call with { NextStep = new string('x', 301) }, "nextStep", RefusalTexts.TooLong },
        { Call with { Source = new string('x', 301) }, "source", RefusalTexts.TooLong },
        { Call with { Basis = new string('x', 301) }, "basis", RefusalTexts.TooLong },
        { Call with { Project = new string('x', 301) }, "project", RefusalTexts.TooLong },
        { Call with { Territory = new string('x', 301) }, "territory", RefusalTexts.TooLong },
        { Call with { Room = new string('x', 301) }, "room", RefusalTexts.TooLong },
        { Call with { EventGroup = new string('x', 301) }, "eventGroup", RefusalTexts.TooLong },
        { Call with { Kind = (InteractionKind)77 }, "kind", RefusalTexts.NotListed },
        { Call with { Direction = 0 }, "direction", RefusalTexts.NotListed },
        { Call with { Importance = 0 }, "importance", RefusalTexts.NotListed },
        { Call with { State = InteractionState.Cancelled }, "state", RefusalTexts.NotListed },
        { Call with { Minutes = -1 }, "minutes", RefusalTexts.BadMinutes },
        { Call with { Minutes = 1441 }, "minutes", RefusalTexts.BadMinutes },
        { Call with { StartedAt = Now.AddHours(1) }, "startedAt", RefusalTexts.HappenedInTheFuture },
        { Call with { EndedAt = Now.AddHours(1) }, "endedAt", RefusalTexts.HappenedInTheFuture },
        { Call with { StartedAt = Now.AddHours(-1), EndedAt = Now.AddHours(-2) }, "endedAt", RefusalTexts.StartAfterEnd },
        { Call with { StartedAt = Now.AddDays(-30), EndedAt = Now.AddDays(-2) }, "endedAt", RefusalTexts.TooFarApart },
        { Call with { RemindMinutesBefore = 15 }, "remind", RefusalTexts.RemindWithoutPlan },
        { Call with { NextStep = "Call again", NextAt = Now.AddDays(-1) }, "nextAt", RefusalTexts.NextInThePast },
        { Plan with { PlannedStart = null }, "plannedStart", RefusalTexts.NoPlannedStart },
        { Plan with { PlannedStart = Now.AddHours(-1) }, "plannedStart", RefusalTexts.PlannedInThePast },
        { Plan with { PlannedEnd = Now }, "plannedEnd", RefusalTexts.StartAfterEnd },
        { Plan with { PlannedEnd = Now.AddDays(20) }, "plannedEnd", RefusalTexts.TooFarApart },
        { Plan with { RemindMinutesBefore = 10_080 }, "remind", RefusalTexts.RemindInThePast },
        { Plan with { RemindMinutesBefore = -5 }, "remind", RefusalTexts.NotListed },
        { Plan with { Users = [7, 8, 7] }, "users", RefusalTexts.RepeatedUser },
        { Plan with { OutsidePersons = [7, 7] }, "outsidePersons", RefusalTexts.RepeatedPerson },
        { Plan with { PersonId = 7, OutsidePersons = [7] }, "outsidePersons", RefusalTexts.RepeatedPerson },
        { Plan with { OutsideNames = ["Петров", "ПЕТРОВ "] }, "outsideNames", RefusalTexts.RepeatedName },
        { Plan with { OutsideNames = [.. Enumerable.Range(1, 51).Select(i => $"Guest {i}")] }, "outsideNames", RefusalTexts.TooMany },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Check_WrongField_IsToldAtTheField(InteractionDraft draft, string field, string text)
    {
        var refusal = Assert.Single(InteractionRule.Check(draft, Now));

        Assert.Equal((field, text), (refusal.Field, refusal.Text));
    }

    [Fact]
    public void Check_EditOfAnOverduePlan_DoesNotRefuseItsOldTime()
    {
        var stored = new Interaction { PlannedStart = Now.AddDays(-3), RemindMinutesBefore = 15 };

        Assert.Empty(InteractionRule.Check(Plan with { PlannedStart = Now.AddDays(-3), RemindMinutesBefore = 15 }, Now, stored));
    }

    [Theory]
    [InlineData(InteractionState.Planned, InteractionState.Done, true)]
    [InlineData(InteractionState.Planned, InteractionState.Cancelled, true)]
    [InlineData(InteractionState.Done, InteractionState.Cancelled, true)]
    [InlineData(InteractionState.Done, InteractionState.Planned, false)]
    [InlineData(InteractionState.Cancelled, InteractionState.Done, false)]
    [InlineData(InteractionState.Cancelled, InteractionState.Planned, false)]
    public void Life_Step_IsAllowedOrNot(InteractionState from, InteractionState to, bool allowed) => Assert.Equal(allowed, InteractionLife.Allows(from, to));
}
