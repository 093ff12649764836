namespace Crm.Plugin.Features.Classification;

/// <summary>The days that one run looks at.</summary>
/// <param name="From">First day whose documents count for the measure.</param>
/// <param name="To">Last day: the day of the run.</param>
/// <param name="SeriesFrom">First day of the series that regularity is measured on.</param>
/// <param name="SeriesTo">Last day of the series.</param>
/// <param name="Periodicity">Length of one bucket.</param>
/// <param name="Buckets">Calendar periods that the series touches; all of them whole under the standard rules.</param>
/// <param name="Divisor">Number of periods that the mean is taken over; equal to <paramref name="Buckets"/> under the standard rules.</param>
public sealed record ClassificationWindow(
    DateOnly From, DateOnly To, DateOnly SeriesFrom, DateOnly SeriesTo, Periodicity Periodicity, int Buckets, int Divisor)
{
    /// <summary>Bucket of each day of the series, from 0; the index is the day less <see cref="SeriesFrom"/>.</summary>
    public int[] BucketOfDay()
    {
        var result = new int[Math.Max(0, SeriesTo.DayNumber - SeriesFrom.DayNumber + 1)];
        var first = PeriodRule.IndexOf(SeriesFrom, Periodicity);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = PeriodRule.IndexOf(SeriesFrom.AddDays(i), Periodicity) - first;
        }

        return result;
    }

    /// <summary>First day of each bucket, in order.</summary>
    public IReadOnlyList<DateOnly> BucketStarts()
    {
        var first = PeriodRule.IndexOf(SeriesFrom, Periodicity);
        return [.. Enumerable.Range(first, Buckets).Select(i => PeriodRule.StartOf(i, Periodicity))];
    }
}

/// <summary>Calendar arithmetic of a run. No clock, no database.</summary>
public static class PeriodRule
{
    /// <summary>
    /// The window of the standard rules. The series is made of whole calendar periods only. Without a first day it is the
    /// last <paramref name="periods"/> whole periods that end on or before the day of the run, and the measure counts from
    /// its first day up to the day of the run, so that the current period's beginning counts for the measure but does not
    /// distort the regularity. With a first day the measure counts from there, and the series is every whole period between.
    /// </summary>
    public static ClassificationWindow Standard(DateOnly asOf, DateOnly? from, Periodicity periodicity, int periods)
    {
        var current = IndexOf(asOf, periodicity);
        var end = StartOf(current + 1, periodicity).AddDays(-1) == asOf ? current : current - 1;
        var first = end - periods + 1;
        if (from is { } start)
        {
            first = IndexOf(start, periodicity);
            first = StartOf(first, periodicity) == start ? first : first + 1;
        }

        var count = Math.Max(0, end - first + 1);
        var seriesFrom = StartOf(first, periodicity);
        return new(from ?? seriesFrom, asOf, seriesFrom, StartOf(first + count, periodicity).AddDays(-1), periodicity, count, count);
    }

    /// <summary>
    /// The classical window: back by so many periods, then one day on. Where the months differ in length it touches one
    /// calendar period more than it is divided by (30 April, one month: from 31 March).
    /// </summary>
    public static ClassificationWindow Classical(DateOnly asOf, DateOnly? from, Periodicity periodicity, int periods)
    {
        var start = Back(asOf, periodicity, periods).AddDays(1);
        var buckets = IndexOf(asOf, periodicity) - IndexOf(start, periodicity) + 1;
        return new(from ?? Standard(asOf, null, periodicity, periods).From, asOf, start, asOf, periodicity, buckets, periods);
    }

    /// <summary>Number of the calendar period that holds the day; consecutive periods have consecutive numbers.</summary>
    public static int IndexOf(DateOnly day, Periodicity periodicity) => periodicity switch
    {
        Periodicity.Day => day.DayNumber,
        Periodicity.Week => day.DayNumber / 7, // day 0 was a Monday
        Periodicity.Decade => (MonthOf(day) * 3) + Math.Min((day.Day - 1) / 10, 2),
        Periodicity.Month => MonthOf(day),
        Periodicity.Quarter => MonthOf(day) / 3,
        Periodicity.HalfYear => MonthOf(day) / 6,
        Periodicity.Year => day.Year,
        _ => throw new ArgumentOutOfRangeException(nameof(periodicity)),
    };

    /// <summary>First day of the period with this number.</summary>
    public static DateOnly StartOf(int index, Periodicity periodicity) => periodicity switch
    {
        Periodicity.Day => DateOnly.FromDayNumber(index),
        Periodicity.Week => DateOnly.FromDayNumber(index * 7),
        Periodicity.Decade => StartOfMonth(index / 3).AddDays(index % 3 * 10),
        Periodicity.Month => StartOfMonth(index),
        Periodicity.Quarter => StartOfMonth(index * 3),
        Periodicity.HalfYear => StartOfMonth(index * 6),
        Periodicity.Year => new(index, 1, 1),
        _ => throw new ArgumentOutOfRangeException(nameof(periodicity)),
    };

    private static int MonthOf(DateOnly day) => (day.Year * 12) + day.Month - 1;

    private static DateOnly StartOfMonth(int month) => new(month / 12, (month % 12) + 1, 1);

    private static DateOnly Back(DateOnly day, Periodicity periodicity, int periods) => periodicity switch
    {
        Periodicity.Day => day.AddDays(-periods),
        Periodicity.Week => day.AddDays(-7 * periods),
        Periodicity.Decade => day.AddDays(-10 * periods),
        Periodicity.Month => day.AddMonths(-periods),
        Periodicity.Quarter => day.AddMonths(-3 * periods),
        Periodicity.HalfYear => day.AddMonths(-6 * periods),
        Periodicity.Year => day.AddYears(-periods),
        _ => throw new ArgumentOutOfRangeException(nameof(periodicity)),
    };
}
