namespace Crm.Plugin.Features.Retention;

/// <summary>Groups customers by the month of their first purchase. No clock, no database.</summary>
internal static class CohortRule
{
    /// <summary>Cohorts shown, the newest ones.</summary>
    public const int Most = 24;

    /// <summary>The newest cohorts, oldest of them first.</summary>
    /// <param name="customers">With their purchase days.</param>
    /// <param name="end">Last day known: months after it are not there.</param>
    public static IReadOnlyList<Cohort> Of(IReadOnlyList<CustomerDays> customers, int end)
    {
        var last = Month(end);
        var first = last - Most + 1;
        var counts = new int[Most];
        var repeaters = new int[Most];
        var active = new int[Most][];
        var value = new double[Most][];
        for (var i = 0; i < Most; i++)
        {
            (active[i], value[i]) = (new int[Most - i], new double[Most - i]);
        }

        foreach (var customer in customers)
        {
            var cohort = Month(customer.Days[0]) - first;
            if (cohort < 0)
            {
                continue;
            }

            counts[cohort]++;
            repeaters[cohort] += customer.Days.Length > 1 ? 1 : 0;
            var before = -1;
            for (var i = 0; i < customer.Days.Length; i++)
            {
                var later = Month(customer.Days[i]) - first - cohort;
                active[cohort][later] += later != before ? 1 : 0;
                value[cohort][later] += customer.Values[i];
                before = later;
            }
        }

        return [.. Enumerable.Range(0, Most).Where(i => counts[i] > 0).Select(i => new Cohort(Start(first + i), counts[i], active[i], value[i], repeaters[i]))];
    }

    private static int Month(int day)
    {
        var date = DateOnly.FromDayNumber(day);
        return (date.Year * 12) + date.Month - 1;
    }

    private static DateOnly Start(int month) => new(month / 12, (month % 12) + 1, 1);
}
