using Crm.Plugin.Features.Classification;
using Xunit;

namespace Crm.Tests.Features.Classification;

public sealed class PeriodRuleTests
{
    [Fact]
    public void Standard_InTheMiddleOfAMonth_CountsTheBeginningOfTheMonthForTheMeasureOnly()
    {
        var window = PeriodRule.Standard(new(2011, 12, 9), null, Periodicity.Month, 12);
        Assert.Equal(new(new(2010, 12, 1), new(2011, 12, 9), new(2010, 12, 1), new(2011, 11, 30), Periodicity.Month, 12, 12), window);
    }

    [Theory]
    [InlineData("2011-12-31", "2011-01-01", "2011-12-31")]
    [InlineData("2011-12-30", "2010-12-01", "2011-11-30")]
    [InlineData("2012-02-29", "2011-03-01", "2012-02-29")]
    public void Standard_OnAMonthsLastDay_TakesTheMonthsThatEndThere(string asOf, string from, string seriesTo)
    {
        var window = PeriodRule.Standard(Day(asOf), null, Periodicity.Month, 12);
        Assert.Equal((Day(from), Day(from), Day(seriesTo)), (window.From, window.SeriesFrom, window.SeriesTo));
    }

    [Theory]
    [InlineData("1996-07-04", "1998-05-06", "1996-08-01", "1998-04-30", 21)]
    [InlineData("1997-01-01", "1998-06-30", "1997-01-01", "1998-06-30", 18)]
    [InlineData("2011-12-01", "2011-12-30", "2011-12-01", "2011-11-30", 0)]
    [InlineData("2011-12-02", "2011-12-30", "2012-01-01", "2011-12-31", 0)]
    public void Standard_WithAFirstDay_TakesTheWholePeriodsBetween(string from, string asOf, string seriesFrom, string seriesTo, int buckets)
    {
        var window = PeriodRule.Standard(Day(asOf), Day(from), Periodicity.Month, 12);
        Assert.Equal((Day(from), Day(seriesFrom), Day(seriesTo), buckets), (window.From, window.SeriesFrom, window.SeriesTo, window.Buckets));
    }

    // Defect: one month back from 30 April is 30 March, and one day on is 31 March.
    [Fact]
    public void Classical_AprilByOneMonth_TouchesTwoMonths()
    {
        var window = PeriodRule.Classical(new(2026, 4, 30), null, Periodicity.Month, 1);
        Assert.Equal((new DateOnly(2026, 3, 31), 2, 1), (window.SeriesFrom, window.Buckets, window.Divisor));
        Assert.Equal(31, window.BucketOfDay().Length);
        Assert.Equal([0, 1, 1], window.BucketOfDay()[..3]);
    }

    [Fact]
    public void Classical_DecemberByTwelveMonths_IsTheYear()
    {
        var window = PeriodRule.Classical(new(2011, 12, 31), null, Periodicity.Month, 12);
        Assert.Equal((new DateOnly(2011, 1, 1), new DateOnly(2011, 1, 1), 12, 12), (window.From, window.SeriesFrom, window.Buckets, window.Divisor));
    }

    [Theory]
    [InlineData(Periodicity.Day, "2026-02-28", "2026-02-28")]
    [InlineData(Periodicity.Week, "2026-11-22", "2026-11-16")] // a Sunday belongs to the week of the Monday before
    [InlineData(Periodicity.Week, "2026-11-23", "2026-11-23")]
    [InlineData(Periodicity.Decade, "2026-01-10", "2026-01-01")]
    [InlineData(Periodicity.Decade, "2026-01-11", "2026-01-11")]
    [InlineData(Periodicity.Decade, "2026-01-31", "2026-01-21")]
    [InlineData(Periodicity.Month, "2026-12-31", "2026-12-01")]
    [InlineData(Periodicity.Quarter, "2026-06-30", "2026-04-01")]
    [InlineData(Periodicity.HalfYear, "2026-06-30", "2026-01-01")]
    [InlineData(Periodicity.HalfYear, "2026-07-01", "2026-07-01")]
    [InlineData(Periodicity.Year, "2026-12-31", "2026-01-01")]
    public void IndexOf_AnyDay_IsThePeriodThatHoldsIt(Periodicity periodicity, string day, string start) =>
        Assert.Equal(Day(start), PeriodRule.StartOf(PeriodRule.IndexOf(Day(day), periodicity), periodicity));

    [Fact]
    public void BucketStarts_OfAQuarterSeries_AreInOrder() => Assert.Equal(
        [new(2025, 10, 1), new(2026, 1, 1), new(2026, 4, 1), new(2026, 7, 1)],
        PeriodRule.Standard(new(2026, 11, 22), null, Periodicity.Quarter, 4).BucketStarts());

    internal static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
