namespace Crm.Plugin.Features.Classification;

/// <summary>
/// Coefficient of variation of a series: how unevenly somebody buys, in 1/1,000 percent, rounded half up. No clock, no database.
/// </summary>
/// <remarks>
/// Population deviation over the mean: <c>100·√(Σ(xᵢ−m)²/N)/m</c>. Sums are exact integers, so equal buckets give exactly zero.
/// </remarks>
public static class RegularityRule
{
    /// <summary>Largest coefficient that is told apart (2,147,483.647 %); a mean next to nothing gives this.</summary>
    public const int Highest = int.MaxValue;

    // Squares of 2^27 summed 16 times, times 16, stay below 2^62.
    private const long SmallValue = 1L << 27;
    private const int SmallCount = 16;

    /// <summary>Coefficient over all buckets, the empty ones included.</summary>
    /// <param name="buckets">One value per whole period; at least one.</param>
    /// <returns>Null when the sum is not positive: returns outweigh sales, or nothing was bought, and there is no mean to vary about.</returns>
    public static int? Variation(ReadOnlySpan<long> buckets)
    {
        long most = 0;
        foreach (var value in buckets)
        {
            most |= value ^ (value >> 63);
        }

        // Nearly every series is one of small numbers, for which 64 bits are exact as well, and several times as fast.
        if (most < SmallValue && buckets.Length <= SmallCount)
        {
            return SmallVariation(buckets);
        }

        Int128 sum = 0;
        Int128 squares = 0;
        foreach (var value in buckets)
        {
            sum += value;
            squares = checked(squares + Math.BigMul(value, value));
        }

        return sum <= 0 ? null : Round(Fraction(squares, sum, buckets.Length));
    }

    private static int? SmallVariation(ReadOnlySpan<long> buckets)
    {
        long sum = 0;
        long squares = 0;
        foreach (var value in buckets)
        {
            sum += value;
            squares += value * value;
        }

        return sum <= 0 ? null : Round(Math.Sqrt((squares * buckets.Length) - (sum * sum)) / sum);
    }

    /// <summary>
    /// The classical coefficient: the divisor is the number of periods that was asked for, also where the window touches one
    /// calendar period more; periods without sales count as zero up to that number.
    /// </summary>
    /// <returns>0 when the mean is 0, negative when it is negative.</returns>
    public static int ClassicalVariation(ReadOnlySpan<long> buckets, int periods)
    {
        Int128 sum = 0;
        var filled = 0;
        foreach (var value in buckets)
        {
            sum += value;
            filled += value != 0 ? 1 : 0;
        }

        if (sum == 0)
        {
            return 0;
        }

        var mean = (double)sum / periods;
        var deviation = Math.Max(0, periods - filled) * mean * mean;
        foreach (var value in buckets)
        {
            deviation += value == 0 ? 0 : (value - mean) * (value - mean);
        }

        return Round(Math.Sqrt(deviation / periods) / mean);
    }

    /// <summary>Coefficient of the gaps from the window's start to the first purchase, between purchases, and from the last to the end.</summary>
    /// <param name="fromDay">First day of the window.</param>
    /// <param name="toDay">Last day of the window; its end is the next day's start.</param>
    /// <param name="purchaseDays">Day of each sale document inside the window, ascending; two on one day have no gap between them.</param>
    /// <returns>Null without a purchase.</returns>
    public static int? IntervalVariation(int fromDay, int toDay, ReadOnlySpan<int> purchaseDays)
    {
        if (purchaseDays.IsEmpty)
        {
            return null;
        }

        Int128 squares = 0;
        var before = fromDay;
        foreach (var day in purchaseDays)
        {
            squares += (Int128)(day - before) * (day - before);
            before = day;
        }

        var last = toDay + 1 - before;
        squares += (Int128)last * last;
        return Round(Fraction(squares, toDay + 1 - fromDay, purchaseDays.Length + 1));
    }

    // N·Σx² − (Σx)² is N² times the variance: both terms are exact, so equal values cancel without a trace.
    private static double Fraction(Int128 squares, Int128 sum, int count) =>
        Math.Sqrt((double)checked((squares * count) - (sum * sum))) / (double)sum;

    private static int Round(double fraction)
    {
        var thousandths = Math.Floor((fraction * 100_000) + 0.5);
        return thousandths >= Highest ? Highest : thousandths <= -Highest ? -Highest : (int)thousandths;
    }
}
