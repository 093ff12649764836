using Crm.Plugin.Features.ContactLog;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

public sealed class SeriesRuleTests
{
    private static readonly TimeZoneInfo Kyiv = TimeZoneInfo.FindSystemTimeZoneById("Europe/Kyiv");

    [Theory]
    [InlineData(SeriesRepeat.Daily, "2026-01-30 31 01 02")]
    [InlineData(SeriesRepeat.Workdays, "2026-01-30 02 03 04")] // from a Friday on
    [InlineData(SeriesRepeat.Weekly, "2026-01-30 06 13 20")]
    [InlineData(SeriesRepeat.TwoWeekly, "2026-01-30 13 27 13")]
    [InlineData(SeriesRepeat.Monthly, "2026-01-30 28 30 30")] // February has no 30th; March is the 30th again
    [InlineData(SeriesRepeat.Yearly, "2026-01-30 30 30 30")]
    public void Starts_ByRepeat_AreTheseDays(SeriesRepeat repeat, string days)
    {
        var first = LocalTime.ToInstant(new DateTime(2026, 1, 30, 9, 30, 0), Kyiv);

        var starts = SeriesRule.Starts(first, repeat, 4, Kyiv).Select(s => LocalTime.ToLocal(s, Kyiv)).ToList();

        Assert.Equal(days, string.Join(' ', starts.Select((s, i) => s.ToString(i == 0 ? "yyyy-MM-dd" : "dd", System.Globalization.CultureInfo.InvariantCulture))));
        Assert.All(starts, s => Assert.Equal(new TimeSpan(9, 30, 0), s.TimeOfDay));
    }

    [Fact]
    public void Starts_OverTheTurnOfTheClock_KeepTheTimeOfTheClock()
    {
        // Kyiv turns its clock on 29 March 2026: 09:00 is 07:00 UTC before and 06:00 UTC after.
        var first = new DateTimeOffset(2026, 3, 27, 7, 0, 0, TimeSpan.Zero);

        Assert.Equal([7, 7, 6], SeriesRule.Starts(first, SeriesRepeat.Daily, 3, Kyiv).Select(s => s.UtcDateTime.Hour));
    }
}
