namespace Crm.Connector.Hosts.Demo;

/// <summary>Instants are whole seconds since 1970 in UTC, which is also the demo company's own calendar.</summary>
internal static class Moments
{
    public const long Never = long.MaxValue;
    private const long SecondsPerDay = 86_400;
    private static readonly int FirstDay = new DateOnly(1970, 1, 1).DayNumber;

    public static long At(DateOnly day, int secondOfDay = 0) => ((day.DayNumber - FirstDay) * SecondsPerDay) + secondOfDay;

    public static DateOnly Day(long instant) => DateOnly.FromDayNumber(FirstDay + (int)(instant / SecondsPerDay));

    public static int MonthOf(DateOnly day) => (day.Year * 12) + day.Month - 1;

    public static DateOnly FirstOf(int month) => new(month / 12, (month % 12) + 1, 1);

    /// <summary>The office is closed on Sundays: what falls on one happens on Monday at the same hour.</summary>
    public static long WhenOpen(long instant) => Day(instant).DayOfWeek == DayOfWeek.Sunday ? instant + SecondsPerDay : instant;

    /// <summary>Some days later, at an hour when somebody works.</summary>
    public static long Later(long instant, int days, ref Dice dice) =>
        Math.Max(instant + 60, WhenOpen(At(Day(instant).AddDays(days), dice.Whole(8 * 3600, 18 * 3600))));
}
