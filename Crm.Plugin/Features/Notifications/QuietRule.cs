using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Times of a user's day as instants. No clock, no database.</summary>
public static class QuietRule
{
    /// <summary>Minutes of a day.</summary>
    public const int Day = 24 * 60;

    /// <summary>
    /// When a user may be told who is quiet from one minute of the day up to another: now, or the first instant after the quiet
    /// hours. An end that the clock skips in spring comes that much later, one that it shows twice in autumn comes the first time.
    /// </summary>
    /// <param name="now">The present instant.</param>
    /// <param name="zone">The user's.</param>
    /// <param name="from">First quiet minute, 0–1439; null for never quiet.</param>
    /// <param name="to">First minute after, 0–1439; equal to <paramref name="from"/>: never quiet.</param>
    public static DateTimeOffset NextAllowed(DateTimeOffset now, TimeZoneInfo zone, int? from, int? to)
    {
        if (from is not { } start || to is not { } end || start == end)
        {
            return now;
        }

        var local = LocalTime.ToLocal(now, zone);
        var minute = (local.Hour * 60) + local.Minute;
        var isQuiet = start < end ? minute >= start && minute < end : minute >= start || minute < end;
        if (!isQuiet)
        {
            return now;
        }

        var day = DateOnly.FromDateTime(local);
        var until = At(minute < end ? day : day.AddDays(1), end, zone);
        // In the doubled hour the clock may show a quiet time again after the end: then it is not quiet any more.
        return until > now ? until : now;
    }

    /// <summary>The instant at which a user's clock shows a minute of a day.</summary>
    public static DateTimeOffset At(DateOnly day, int minute, TimeZoneInfo zone) =>
        LocalTime.ToInstant(day.ToDateTime(TimeOnly.MinValue).AddMinutes(minute), zone);
}
