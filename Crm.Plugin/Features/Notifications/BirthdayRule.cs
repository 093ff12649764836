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

    /// <summary>The first year of birth that is believed; smaller ones say that only day and month are known (1, and 4 for 29 February).</summary>
    public const int FirstYear = 1900;

    /// <summary>Days of birth that are kept on one of some days, each with how many days after the first it is kept.</summary>
    /// <param name="from">First day.</param>
    /// <param name="days">How many follow it.</param>
    public static IEnumerable<(DateOnly Birthday, int After)> Kept(DateOnly from, int days)
    {
        int[] years = [1, 4, .. Enumerable.Range(FirstYear, from.Year - FirstYear + 1)];
        for (var after = 0; after <= days; after++)
        {
            var day = from.AddDays(after);
            foreach (var year in years)
            {
                if (day is not { Month: 2, Day: 29 } || DateTime.IsLeapYear(year))
                {
                    yield return (new(year, day.Month, day.Day), after);
                }

                if (day is { Month: 2, Day: 28 } && !DateTime.IsLeapYear(day.Year) && DateTime.IsLeapYear(year))
                {
                    yield return (new(year, 2, 29), after);
                }
            }
        }
    }

    /// <summary>Age on that day; null when the year of birth is not known.</summary>
    public static int? Age(DateOnly birthday, DateOnly on) => birthday.Year < FirstYear ? null : on.Year - birthday.Year;
}
