namespace Crm.Plugin.Features.Notifications;

/// <summary>When a birthday is kept. No clock, no database.</summary>
public static class BirthdayRule
{
    /// <summary>The next time on or after a day. Who was born on 29 February is congratulated on the 28th in common years.</summary>
    public static DateOnly Next(DateOnly birthday, DateOnly from)
    {
        var thisYear = In(birthday, from.Year);
        return thisYear >= from ? thisYear : In(birthday, from.Year + 1);
    }

    /// <summary>The day on which it is kept in a year.</summary>
    public static DateOnly In(DateOnly birthday, int year) =>
        birthday is { Month: 2, Day: 29 } && !DateTime.IsLeapYear(year) ? new(year, 2, 28) : new(year, birthday.Month, birthday.Day);

    /// <summary>Age on that day; null when the year of birth is not known (1).</summary>
    public static int? Age(DateOnly birthday, DateOnly on) => birthday.Year <= 1 ? null : on.Year - birthday.Year;
}
