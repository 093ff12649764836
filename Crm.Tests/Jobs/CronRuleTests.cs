using Crm.Plugin.Jobs;
using Xunit;

namespace Crm.Tests.Jobs;

public sealed class CronRuleTests
{
    [Theory]
    [InlineData("0 20 3 * * ?", "0 20 3 * * ?")]
    [InlineData("0  0 6 1 * ? *", "0 0 6 1 * ?")]
    [InlineData("0 0 8 ? * 2-6", "0 0 8 ? * 1-5")] // Monday to Friday
    [InlineData("0 0 8 ? * 1,7", "0 0 8 ? * 0,6")]
    [InlineData("0 0 8 ? * MON-FRI", "0 0 8 ? * MON-FRI")]
    [InlineData("0 0 8 ? * 6#3", "0 0 8 ? * 5#3")] // the third Friday, not the second
    [InlineData("0 0 8 ? * 6L", "0 0 8 ? * 5L")]
    [InlineData("0 0 8 ? * L", "0 0 8 ? * 6")] // Saturday
    [InlineData("0 0 8 ? * 2/2", "0 0 8 ? * 1/2")]
    [InlineData("0 0 8 L * ?", "0 0 8 L * ?")]
    public void Of_QuartzExpression_CountsWeekDaysAsUnixDoes(string quartz, string expected) => Assert.Equal(expected, CronRule.Of(JobTimes.At(quartz)));

    [Theory]
    [InlineData("* * * * *")]
    [InlineData("0 0 6 1 1 ? 2027")]
    [InlineData("")]
    public void Of_OtherFields_IsRefused(string cron) => Assert.Throws<ArgumentException>(() => CronRule.Of(JobTimes.At(cron)));

    [Theory]
    [InlineData(0.05, "* * * * * *")]
    [InlineData(1, "* * * * * *")]
    [InlineData(5, "*/5 * * * * *")]
    [InlineData(7, "*/6 * * * * *")] // shorter rather than longer
    [InlineData(30, "*/30 * * * * *")]
    [InlineData(59, "*/30 * * * * *")]
    [InlineData(60, "0 * * * * *")]
    [InlineData(90, "0 * * * * *")]
    [InlineData(600, "0 */10 * * * *")]
    [InlineData(3599, "0 */30 * * * *")]
    [InlineData(3600, "0 0 * * * *")]
    [InlineData(5 * 3600, "0 0 */4 * * *")]
    [InlineData(86400, "0 0 0 * * *")]
    [InlineData(40 * 3600, "0 0 0 * * *")]
    public void Of_Interval_IsTheNextShorterOneThatDividesTheClock(double seconds, string expected) =>
        Assert.Equal(expected, CronRule.Of(JobTimes.Every(TimeSpan.FromSeconds(seconds))));
}
