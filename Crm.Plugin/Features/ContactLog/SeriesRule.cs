namespace Crm.Plugin.Features.ContactLog;

/// <summary>How often a planned interaction comes again.</summary>
public enum SeriesRepeat
{
    Daily = 1,

    /// <summary>Monday to Friday.</summary>
    Workdays = 2,
    Weekly = 3,
    TwoWeekly = 4,
    Monthly = 5,
    Yearly = 6,
}

/// <summary>Decides when the interactions of a series are. No clock, no database.</summary>
public static class SeriesRule
{
    /// <summary>Each is an interaction of its own, so they are made at once, and not without end.</summary>
    public const int Most = 100;

    /// <summary>The first and those that follow, at the same time of the user's clock.</summary>
    /// <param name="first">Of the first one; it counts, whatever day it is.</param>
    /// <param name="repeat">How often; the 31st of a month that has none is its last day, 29 February likewise.</param>
    /// <param name="count">2–<see cref="Most"/>, the first one included.</param>
    /// <param name="zone">The user's.</param>
    public static IReadOnlyList<DateTimeOffset> Starts(DateTimeOffset first, SeriesRepeat repeat, int count, TimeZoneInfo zone)
    {
        var local = LocalTime.ToLocal(first, zone);
        var starts = new List<DateTimeOffset>(count) { first };
        for (var (step, day) = (1, local); starts.Count < count; step++)
        {
            // Counted from the first one, so that a short month does not shift all that follow.
            day = repeat switch
            {
                SeriesRepeat.Daily or SeriesRepeat.Workdays => local.AddDays(step),
                SeriesRepeat.Weekly => local.AddDays(7 * step),
                SeriesRepeat.TwoWeekly => local.AddDays(14 * step),
                SeriesRepeat.Monthly => local.AddMonths(step),
                _ => local.AddYears(step),
            };
            if (repeat != SeriesRepeat.Workdays || day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
            {
                starts.Add(LocalTime.ToInstant(day, zone));
            }
        }

        return starts;
    }
}
