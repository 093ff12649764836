namespace Crm.Plugin.Features.Retention;

/// <summary>What the models of repeat buying need of one customer. Days with purchases count, not documents: two on one day are one.</summary>
/// <param name="Repeats">Purchase days after the first ("x").</param>
/// <param name="LastWeeks">Weeks from the first purchase to the last ("t_x"); 0 without a repeat.</param>
/// <param name="AgeWeeks">Weeks from the first purchase to the end of observation ("T").</param>
/// <param name="MeanRepeatValue">Mean value of the repeat purchase days; 0 without one.</param>
public readonly record struct PurchaseSummary(int Repeats, double LastWeeks, double AgeWeeks, double MeanRepeatValue)
{
    /// <summary>From days in ascending order.</summary>
    /// <param name="days">Different purchase days up to the end of observation, at least one.</param>
    /// <param name="values">What was bought on each.</param>
    /// <param name="end">Day at whose end observation ends.</param>
    public static PurchaseSummary Of(ReadOnlySpan<int> days, ReadOnlySpan<double> values, int end)
    {
        double sum = 0;
        for (var i = 1; i < values.Length; i++)
        {
            sum += values[i];
        }

        return new(days.Length - 1, (days[^1] - days[0]) / 7.0, (end - days[0]) / 7.0, days.Length > 1 ? sum / (days.Length - 1) : 0);
    }
}
