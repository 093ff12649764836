namespace Crm.Plugin.Features.ContactLog;

/// <summary>Decides what "a day later" means.</summary>
public static class Postponement
{
    /// <summary>
    /// The same time of the clock, so many days after the planned day; for what is overdue, after today: else a plan of last
    /// month put off by a day would still be overdue.
    /// </summary>
    public static DateTimeOffset ByDays(DateTimeOffset planned, int days, DateTimeOffset now, TimeZoneInfo zone)
    {
        var overdue = LocalTime.DayOf(now, zone).DayNumber - LocalTime.DayOf(planned, zone).DayNumber;
        return LocalTime.AddDays(planned, Math.Max(overdue, 0) + days, zone);
    }
}
