using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace Crm.Plugin.Features.Retention;

/// <summary>A model fitted to customers.</summary>
/// <param name="Model">With the most likely parameters.</param>
/// <param name="LogLikelihood">Of all customers.</param>
public sealed record Fitted<TModel>(TModel Model, double LogLikelihood);

/// <summary>Finds the parameters under which the observed purchases are most likely. No clock, no database.</summary>
public static class MaximumLikelihood
{
    private const int MostIterations = 5_000;

    /// <summary>Fits buying and leaving.</summary>
    /// <returns>Null when the search finds no usable maximum, as with customers who all did the same.</returns>
    public static Fitted<BgNbdModel>? FitBgNbd(IReadOnlyList<PurchaseSummary> customers)
    {
        var groups = Grouped([.. customers.Select(c => c with { MeanRepeatValue = 0 })]);
        // Times are scaled, so that the search sees figures of one size whatever the company's rhythm is.
        var scale = customers.Count == 0 ? 1 : Math.Max(1e-6, customers.Max(c => c.AgeWeeks) / 10);
        double Value(double[] p) => Sum(groups, new BgNbdModel(p[0], p[1] * scale, p[2], p[3]).LogLikelihood);
        return Search(Value, [1, 1, 1, 2]) is { } found
            ? new(new(found.Parameters[0], found.Parameters[1] * scale, found.Parameters[2], found.Parameters[3]), found.LogLikelihood)
            : null;
    }

    /// <summary>Fits the value of a purchase, from customers with a repeat purchase of positive value.</summary>
    /// <returns>Null when there are none, or the search finds no usable maximum.</returns>
    public static Fitted<GammaGammaModel>? FitGammaGamma(IReadOnlyList<PurchaseSummary> customers)
    {
        var buyers = customers.Where(c => c is { Repeats: > 0, MeanRepeatValue: > 0 }).ToList();
        if (buyers.Count == 0)
        {
            return null;
        }

        var scale = buyers.Average(c => c.MeanRepeatValue);
        var groups = Grouped([.. buyers.Select(c => c with { LastWeeks = 0, AgeWeeks = 0 })]);
        double Value(double[] p) => Sum(groups, new GammaGammaModel(p[0], p[1], p[2] * scale).LogLikelihood);
        return Search(Value, [2, 3, 1]) is { } found && found.Parameters[1] > 1
            ? new(new(found.Parameters[0], found.Parameters[1], found.Parameters[2] * scale), found.LogLikelihood)
            : null;
    }

    private static List<(PurchaseSummary Customer, int Count)> Grouped(IReadOnlyList<PurchaseSummary> customers) =>
        [.. customers.GroupBy(c => c).Select(g => (g.Key, g.Count()))];

    private static double Sum(List<(PurchaseSummary Customer, int Count)> groups, LikelihoodOf likelihood)
    {
        double sum = 0;
        foreach (var (customer, count) in groups)
        {
            sum += count * likelihood(customer);
        }

        return sum;
    }

    // Parameters are positive: their logarithms are searched, freely. Restarted from the end until nothing is gained, because a
    // simplex may collapse on a slope.
    private static (double[] Parameters, double LogLikelihood)? Search(Func<double[], double> logLikelihood, double[] start)
    {
        var objective = ObjectiveFunction.Value(logs =>
        {
            var value = logLikelihood([.. logs.Select(Math.Exp)]);
            return double.IsFinite(value) ? -value : double.MaxValue / 4;
        });
        var best = Vector<double>.Build.Dense([.. start.Select(s => Math.Log(s))]);
        var bestValue = double.PositiveInfinity;
        for (var round = 0; round < 20; round++)
        {
            MinimizationResult found;
            try
            {
                found = new NelderMeadSimplex(1e-10, MostIterations).FindMinimum(objective, best, Vector<double>.Build.Dense(best.Count, round % 2 == 0 ? 0.3 : -0.2));
            }
            catch (MaximumIterationsException)
            {
                return null;
            }

            var gained = bestValue - found.FunctionInfoAtMinimum.Value;
            (best, bestValue) = (found.MinimizingPoint, found.FunctionInfoAtMinimum.Value);
            if (gained < 1e-7)
            {
                break;
            }
        }

        // A parameter that runs away says that the data do not determine it.
        return best.All(l => Math.Abs(l) < 15) && bestValue < double.MaxValue / 8 ? ([.. best.Select(l => Math.Exp(l))], -bestValue) : null;
    }

    private delegate double LikelihoodOf(in PurchaseSummary customer);
}
