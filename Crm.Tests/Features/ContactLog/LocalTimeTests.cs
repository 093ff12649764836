using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

/// <summary>Expected instants are worked out from the zones' published rules: Kyiv turns its clock at 01:00 UTC, New York at 2:00 local, Moscow not at all since 2014.</summary>
public sealed class LocalTimeTests
{
    [Theory]
    [InlineData("Europe/Kyiv", "2026-01-15T10:00", "2026-01-15T08:00:00Z")]
    [InlineData("Europe/Kyiv", "2026-07-15T10:00", "2026-07-15T07:00:00Z")]
    [InlineData("Europe/Moscow", "2026-01-15T10:00", "2026-01-15T07:00:00Z")]
    [InlineData("Europe/Moscow", "2026-07-15T10:00", "2026-07-15T07:00:00Z")]
    [InlineData("America/New_York", "2026-01-15T10:00", "2026-01-15T15:00:00Z")]
    [InlineData("America/New_York", "2026-07-15T10:00", "2026-07-15T14:00:00Z")]
    // Spring: 03:30 in Kyiv on 29 March and 02:30 in New York on 8 March do not exist and are read an hour on.
    [InlineData("Europe/Kyiv", "2026-03-29T03:30", "2026-03-29T01:30:00Z")]
    [InlineData("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30:00Z")]
    // Autumn: 03:30 in Kyiv on 25 October and 01:30 in New York on 1 November come twice; the first is meant.
    [InlineData("Europe/Kyiv", "2026-10-25T03:30", "2026-10-25T00:30:00Z")]
    [InlineData("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z")]
    public void Read_WallClock_IsTheInstantOfTheZone(string zone, string typed, string expected) =>
        Assert.Equal(Utc(expected), LocalTime.Read(typed, TimeZoneInfo.FindSystemTimeZoneById(zone)));

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-02-30T10:00")]
    [InlineData("1999-12-31T10:00")]
    [InlineData("2100-01-01T00:00")]
    [InlineData("2026-13-01T10:00")]
    public void Read_NoTime_IsNull(string typed) => Assert.Null(LocalTime.Read(typed, TimeZoneInfo.Utc));

    [Theory]
    // The night of 28–29 March has 23 hours in Kyiv, that of 24–25 October 25.
    [InlineData("Europe/Kyiv", "2026-03-28T08:00:00Z", 1, "2026-03-29T07:00:00Z")]
    [InlineData("Europe/Kyiv", "2026-10-24T07:00:00Z", 1, "2026-10-25T08:00:00Z")]
    [InlineData("Europe/Moscow", "2026-03-28T07:00:00Z", 7, "2026-04-04T07:00:00Z")]
    [InlineData("America/New_York", "2026-03-07T15:00:00Z", 7, "2026-03-14T14:00:00Z")]
    public void AddDays_OverAClockChange_KeepsTheWallClock(string zone, string from, int days, string expected) =>
        Assert.Equal(Utc(expected), LocalTime.AddDays(Utc(from), days, TimeZoneInfo.FindSystemTimeZoneById(zone)));

    [Fact]
    public void ByDays_Overdue_CountsFromToday()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Kyiv");

        // Planned on 1 March at 10:00; put off by a day on the 28th: the 29th at 10:00, summer time by then.
        Assert.Equal(Utc("2026-03-29T07:00:00Z"), Postponement.ByDays(Utc("2026-03-01T08:00:00Z"), 1, Utc("2026-03-28T12:00:00Z"), zone));
        // What lies ahead moves from its own day.
        Assert.Equal(Utc("2026-04-08T07:00:00Z"), Postponement.ByDays(Utc("2026-04-01T07:00:00Z"), 7, Utc("2026-03-28T12:00:00Z"), zone));
    }

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
