using System.Globalization;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Wall clock times of a user's zone as forms carry them, and the instants that they mean.</summary>
public static class LocalTime
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd"];

    /// <summary>
    /// A time that the clock skips in spring is moved on by what it skips; one that it shows twice in autumn is the first.
    /// </summary>
    /// <returns>With offset zero.</returns>
    public static DateTimeOffset ToInstant(DateTime local, TimeZoneInfo zone)
    {
        var wall = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        // Three hours before a skipped time no zone has turned its clock yet.
        var offset = zone.IsInvalidTime(wall) ? zone.GetUtcOffset(wall.AddHours(-3))
            : zone.IsAmbiguousTime(wall) ? zone.GetAmbiguousTimeOffsets(wall).Max()
            : zone.GetUtcOffset(wall);
        return new DateTimeOffset(wall, offset).ToUniversalTime();
    }

    /// <summary>The wall clock of an instant.</summary>
    public static DateTime ToLocal(DateTimeOffset instant, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(instant, zone).DateTime;

    /// <summary>The first instant of a day: not always midnight, and not always 24 hours before the next.</summary>
    public static DateTimeOffset StartOf(DateOnly day, TimeZoneInfo zone) => ToInstant(day.ToDateTime(TimeOnly.MinValue), zone);

    /// <summary>The day that the user's calendar shows.</summary>
    public static DateOnly DayOf(DateTimeOffset instant, TimeZoneInfo zone) => DateOnly.FromDateTime(ToLocal(instant, zone));

    /// <summary>The same time of the clock so many days later, also when the clock is turned in between.</summary>
    public static DateTimeOffset AddDays(DateTimeOffset instant, int days, TimeZoneInfo zone) => ToInstant(ToLocal(instant, zone).AddDays(days), zone);

    /// <summary>Reads what a form sends; null when it is no time between 2000 and 2100.</summary>
    public static DateTimeOffset? Read(string typed, TimeZoneInfo zone) =>
        DateTime.TryParseExact(typed.Trim(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) && local.Year is >= 2000 and < 2100
            ? ToInstant(local, zone)
            : null;

    /// <summary>As <c>input type="datetime-local"</c> wants it.</summary>
    public static string Write(DateTimeOffset? instant, TimeZoneInfo zone) =>
        instant is { } at ? ToLocal(at, zone).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture) : "";
}
