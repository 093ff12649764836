namespace Crm.Plugin.Features.Classification;

/// <summary>Makes points out of several measures. No clock, no database.</summary>
public static class WeightedMeasure
{
    /// <summary>Points of everybody together, in 1/10,000.</summary>
    public const long AllPointsE4 = 1_000_000L * 10_000;

    /// <summary>
    /// Points of one member: the weighted mean of its shares. A measure whose total is not positive gives nobody anything.
    /// Rounded half away from zero once, at the end.
    /// </summary>
    /// <param name="valuesE4">One per measure that takes part.</param>
    /// <param name="totalsE4">Of everybody, in the same order.</param>
    /// <param name="weights">In the same order.</param>
    public static long Points(ReadOnlySpan<long> valuesE4, ReadOnlySpan<long> totalsE4, ReadOnlySpan<decimal> weights)
    {
        decimal sum = 0;
        decimal all = 0;
        for (var i = 0; i < valuesE4.Length; i++)
        {
            all += weights[i];
            sum += totalsE4[i] > 0 ? weights[i] * valuesE4[i] / totalsE4[i] : 0;
        }

        return (long)decimal.Round(sum / all * AllPointsE4, 0, MidpointRounding.AwayFromZero);
    }
}
