using Cronos;
using Crm.Plugin.Jobs;
using Xunit;

namespace Crm.Tests.Jobs.Hangfire;

/// <summary>Both engines read an expression alike.</summary>
public sealed class HangfireCronTests
{
    [Theory]
    [InlineData("0 20 3 * * ?")]
    [InlineData("0 0 6 1 * ?")]
    [InlineData("15 30 8 ? * 2-6")]
    [InlineData("0 0 8 ? * MON-FRI")]
    [InlineData("0 0 8 ? * SUN,SAT")]
    [InlineData("0 0 8 ? * 6#3")]
    [InlineData("0 0 8 ? * 6L")]
    [InlineData("0 0 8 ? * L")]
    [InlineData("0 0 8 ? * 1/3")]
    [InlineData("0 5/20 8-10 * * ?")]
    [InlineData("0 0 8 L * ?")]
    [InlineData("0 0 8 LW * ?")]
    [InlineData("0 0 8 15W * ?")]
    [InlineData("0 0 8 L-3 * ?")]
    [InlineData("0 0/10 * * 1,7 ? *")]
    public void Of_QuartzExpression_GivesTheSameTimes(string cron)
    {
        var quartz = new Quartz.CronExpression(cron, TimeZoneInfo.Utc);
        var unix = CronExpression.Parse(CronRule.Of(JobTimes.At(cron)), CronFormat.IncludeSeconds);
        var at = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 50; i++)
        {
            var next = quartz.GetNextValidTimeAfter(at);
            Assert.Equal(next, unix.GetNextOccurrence(at, TimeZoneInfo.Utc));
            at = next!.Value;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(600)]
    [InlineData(4 * 3600)]
    public void Of_Interval_ComesAtEqualDistances(int seconds)
    {
        var unix = CronExpression.Parse(CronRule.Of(JobTimes.Every(TimeSpan.FromSeconds(seconds))), CronFormat.IncludeSeconds);
        var times = unix.GetOccurrences(new DateTime(2026, 11, 22, 0, 0, 0, DateTimeKind.Utc), new DateTime(2026, 11, 24, 0, 0, 0, DateTimeKind.Utc)).ToList();

        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(seconds), pair.Second - pair.First));
    }
}
