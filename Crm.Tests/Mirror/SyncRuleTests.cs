using Crm.Contracts;
using Crm.Plugin.Mirror.Syncing;
using Xunit;

namespace Crm.Tests.Mirror;

public sealed class SyncRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 30)]
    [InlineData(2, 60)]
    [InlineData(5, 480)]
    [InlineData(6, 900)]
    [InlineData(1000, 900)]
    public void Wait_Unavailable_DoublesUpToAQuarterOfAnHour(int attempts, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), BackOffRule.Wait(HostFailure.Unavailable, attempts, null, 0));

    [Fact]
    public void Wait_HostAskedForLess_KeepsTheLonger() =>
        Assert.Equal(TimeSpan.FromSeconds(30), BackOffRule.Wait(HostFailure.Unavailable, 1, TimeSpan.FromSeconds(5), 0));

    [Theory]
    [InlineData(200, 100, false, true)]
    [InlineData(100, 100, false, true)]
    [InlineData(202, 101, false, true)]
    [InlineData(201, 101, false, false)]
    [InlineData(201, 101, true, true)]
    public void IsBelieved_ByShare_RefusesMoreThanHalf(long living, long missing, bool saidBefore, bool expected) =>
        Assert.Equal(expected, SweepGuardRule.IsBelieved(living, missing, saidBefore));

    [Theory]
    [InlineData(180, SilenceLevel.Fine)]
    [InlineData(181, SilenceLevel.Silent)]
    public void Judge_NoCheck_AlarmsAfterThreePolls(int seconds, SilenceLevel expected) =>
        Assert.Equal(expected, SilenceRule.Judge(new(Now, Now.AddDays(-1), TimeSpan.FromMinutes(1), Now.AddSeconds(-seconds), null, [])).Level);

    [Theory]
    [InlineData(16, 20, SilenceLevel.Fine)]
    [InlineData(17, 20, SilenceLevel.Quiet)]
    [InlineData(17, 19, SilenceLevel.Fine)]
    public void Judge_LongerQuietThanEverLately_Warns(int quietHours, int activeHours, SilenceLevel expected)
    {
        // Active hours 16 hours apart: the usual gap is a night of 16 hours.
        var hours = Enumerable.Range(0, activeHours).Select(i => 16L * i).ToList();

        var verdict = SilenceRule.Judge(new(Now, Now.AddDays(-30), TimeSpan.FromMinutes(1), Now, Now.AddHours(-quietHours), hours));

        Assert.Equal(expected, verdict.Level);
        Assert.Equal(expected == SilenceLevel.Quiet ? TimeSpan.FromHours(16) : null, verdict.UsualGap);
    }
}
