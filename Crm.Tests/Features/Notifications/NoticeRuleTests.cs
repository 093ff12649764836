using System.Globalization;
using System.Xml.Linq;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Jobs;
using Crm.Tests.Architecture;
using Xunit;

namespace Crm.Tests.Features.Notifications;

/// <summary>Decisions without clock and database.</summary>
public sealed class NoticeRuleTests
{
    // Clocks of 2026: Kyiv turns on 29 March 03:00 to 04:00 and on 25 October 04:00 to 03:00, New York on 8 March 02:00 to 03:00 and on
    // 1 November 02:00 to 01:00, Moscow never (tz database 2024a).
    [Theory]
    [InlineData("Europe/Kyiv", 22, 0, 8, 0, "2026-01-15T19:59:00Z", "2026-01-15T19:59:00Z")] // 21:59: not quiet yet
    [InlineData("Europe/Kyiv", 22, 0, 8, 0, "2026-01-15T20:00:00Z", "2026-01-16T06:00:00Z")] // 22:00
    [InlineData("Europe/Kyiv", 22, 0, 8, 0, "2026-01-16T05:59:59Z", "2026-01-16T06:00:00Z")]
    [InlineData("Europe/Kyiv", 22, 0, 8, 0, "2026-01-16T06:00:00Z", "2026-01-16T06:00:00Z")] // 8:00: over
    [InlineData("Europe/Kyiv", 22, 0, 8, 0, "2026-03-28T20:30:00Z", "2026-03-29T05:00:00Z")] // summer time begins within: 8:00 comes an hour sooner
    [InlineData("Europe/Kyiv", 22, 0, 8, 0, "2026-10-24T19:30:00Z", "2026-10-25T06:00:00Z")] // and ends within
    [InlineData("Europe/Kyiv", 22, 0, 3, 30, "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z")] // 3:30 is skipped: 4:30 takes its place
    [InlineData("Europe/Kyiv", 22, 0, 3, 30, "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z")] // 3:30 comes twice: the first counts
    [InlineData("Europe/Kyiv", 22, 0, 3, 30, "2026-10-25T01:10:00Z", "2026-10-25T01:10:00Z")] // and when the clock shows 3:10 again, it is over
    [InlineData("America/New_York", 21, 0, 2, 30, "2026-03-08T06:30:00Z", "2026-03-08T07:30:00Z")]
    [InlineData("America/New_York", 21, 0, 1, 30, "2026-11-01T05:10:00Z", "2026-11-01T05:30:00Z")]
    [InlineData("America/New_York", 12, 0, 13, 0, "2026-07-01T16:20:00Z", "2026-07-01T17:00:00Z")] // within one day
    [InlineData("Europe/Moscow", 22, 0, 8, 0, "2026-03-29T20:00:00Z", "2026-03-30T05:00:00Z")]
    [InlineData("Europe/Moscow", 8, 0, 8, 0, "2026-03-29T20:00:00Z", "2026-03-29T20:00:00Z")] // no length: never quiet
    public void NextAllowed_QuietHours_EndOnTheUsersClock(string zone, int fromHour, int fromMinute, int toHour, int toMinute, string now, string expected) =>
        Assert.Equal(At(expected), QuietRule.NextAllowed(At(now), TimeZoneInfo.FindSystemTimeZoneById(zone), (fromHour * 60) + fromMinute, (toHour * 60) + toMinute));

    [Theory]
    [InlineData("1980-05-10", "2026-05-08", "2026-05-10")]
    [InlineData("1980-05-10", "2026-05-10", "2026-05-10")]
    [InlineData("1980-05-10", "2026-05-11", "2027-05-10")]
    [InlineData("1980-01-02", "2026-12-30", "2027-01-02")]
    [InlineData("1984-02-29", "2026-02-01", "2026-02-28")]
    [InlineData("1984-02-29", "2028-02-01", "2028-02-29")]
    [InlineData("1984-02-29", "2026-03-01", "2027-02-28")]
    [InlineData("0001-02-28", "2028-02-01", "2028-02-28")]
    public void Next_Birthday_IsKeptOnceAYear(string birthday, string from, string expected) => Assert.Equal(Day(expected), BirthdayRule.Next(Day(birthday), Day(from)));

    [Theory]
    [InlineData("1980-05-10", "2026-05-10", 46)]
    [InlineData("0001-05-10", "2026-05-10", null)]
    public void Age_YearOfBirth_MayBeUnknown(string birthday, string on, int? expected) => Assert.Equal(expected, BirthdayRule.Age(Day(birthday), Day(on)));

    [Theory]
    [InlineData("https://hooks.example/crm/anna", "https://hooks.example/crm/", true)]
    [InlineData("https://hooks.example/other", "https://hooks.example/crm/", false)]
    [InlineData("https://hooks.example.evil/crm/", "https://hooks.example/crm/", false)]
    [InlineData("http://hooks.example/crm/", "https://hooks.example/crm/", false)]
    [InlineData("https://hooks.example:8443/crm/", "https://hooks.example/crm/", false)]
    [InlineData("https://user:word@hooks.example/crm/", "https://hooks.example/crm/", false)]
    [InlineData("file:///etc/passwd", "file:///", false)]
    [InlineData("https://hooks.example/crm/", null, false)]
    public void IsAllowed_Webhook_BeginsAsTheAdministratorAllows(string address, string? allowed, bool expected) => Assert.Equal(expected, WebhookRule.IsAllowed(address, allowed));

    // printf '1700000000.{}' | openssl dgst -sha256 -hmac '0123456789abcdef'
    [Fact]
    public void Sign_KnownText_GivesWhatOpenSslGives() =>
        Assert.Equal("e4f8e2ecae2295b2ddb2f0b5584c8275e226c0ebe9b3b819e70156bb67122e3e", WebhookRule.Sign("0123456789abcdef", "1700000000", "{}"));

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, 1)]
    [InlineData(4, 60)]
    [InlineData(8, 1440)]
    [InlineData(9, null)]
    public void After_Failures_WaitsLongerAndGivesUp(int failures, int? minutes) => Assert.Equal(minutes, (int?)RetryRule.After(failures)?.TotalMinutes);

    // 22 November 2026 is a Sunday.
    [Theory]
    [InlineData("hour", "", "2026-11-22T13:00:00Z")]
    [InlineData("tomorrow", "", "2026-11-23T07:00:00Z")]
    [InlineData("monday", "", "2026-11-23T07:00:00Z")]
    [InlineData("at", "2026-12-01T10:30", "2026-12-01T08:30:00Z")]
    [InlineData("at", "tomorrow", null)]
    public void Until_Choice_IsOnTheUsersClock(string choice, string typed, string? expected) =>
        Assert.Equal(expected is null ? null : At(expected), NoticeEndpoints.Until(choice, typed, At("2026-11-22T12:00:00Z"), TimeZoneInfo.FindSystemTimeZoneById("Europe/Kyiv")));

    [Theory]
    [InlineData("ru")]
    [InlineData("uk")]
    public void EveryLookedUpText_IsTranslated(string language)
    {
        var known = XDocument.Load(Repository.PathOf("Crm.Plugin", "Features", "Notifications", $"Texts.{language}.resx")).Root!.Elements("data").Select(d => (string)d.Attribute("name")!).ToHashSet();
        string[] used =
        [
            .. NoticeRefusals.All, .. NoticeKinds.All.Select(k => k.Name), .. NoticeKinds.All.Select(k => k.Title), "Bell", "E-mail", "Daily e-mail", "no subject", "{0} has not seen: {1}",
            "Your notifications of {0}: {1}", "You chose to be told of this in the CRM's notification settings.",
        ];

        Assert.Empty(used.Except(known));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
