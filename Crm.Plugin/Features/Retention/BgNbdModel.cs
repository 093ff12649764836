using MathNet.Numerics;

namespace Crm.Plugin.Features.Retention;

/// <summary>
/// How often customers buy again and when they stop: while alive a customer buys at a steady rate, after each purchase it may leave
/// for ever; rates are gamma distributed (r, α), chances to leave beta distributed (a, b). Time is in weeks.
/// </summary>
/// <remarks>Fader, Hardie &amp; Lee, “Counting Your Customers” the Easy Way, Marketing Science 24(2), 2005: equations (6), (10) and the paper's appendix on P(alive).</remarks>
public sealed record BgNbdModel(double R, double Alpha, double A, double B)
{
    /// <summary>Logarithm of the likelihood of one customer.</summary>
    public double LogLikelihood(in PurchaseSummary customer)
    {
        double x = customer.Repeats;
        var common = SpecialFunctions.GammaLn(R + x) - SpecialFunctions.GammaLn(R) + (R * Math.Log(Alpha))
            + SpecialFunctions.GammaLn(A + B) + SpecialFunctions.GammaLn(B + x) - SpecialFunctions.GammaLn(B) - SpecialFunctions.GammaLn(A + B + x);
        var alive = -(R + x) * Math.Log(Alpha + customer.AgeWeeks);
        if (customer.Repeats == 0)
        {
            return common + alive;
        }

        var left = Math.Log(A) - Math.Log(B + x - 1) - ((R + x) * Math.Log(Alpha + customer.LastWeeks));
        var larger = Math.Max(alive, left);
        return common + larger + Math.Log(Math.Exp(alive - larger) + Math.Exp(left - larger));
    }

    /// <summary>Chance that the customer still buys, 0–1; 1 for one who has bought once, because leaving follows a repeat purchase.</summary>
    public double ProbabilityAlive(in PurchaseSummary customer)
    {
        double x = customer.Repeats;
        return customer.Repeats == 0
            ? 1
            : 1 / (1 + (A / (B + x - 1) * Math.Pow((Alpha + customer.AgeWeeks) / (Alpha + customer.LastWeeks), R + x)));
    }

    /// <summary>Expected number of purchases in the coming weeks, of a customer with this history.</summary>
    public double ExpectedPurchases(in PurchaseSummary customer, double weeks)
    {
        double x = customer.Repeats;
        var z = weeks / (Alpha + customer.AgeWeeks + weeks);
        var (p, q, s) = (R + x, B + x, A + B + x - 1);
        var hyper = Hypergeometric(p, q, s, z);
        // a → 1 makes both factors zero and infinity; a step beside it says the same.
        var a = Math.Abs(A - 1) < 1e-9 ? 1 + 1e-9 : A;
        var numerator = (A + B + x - 1) / (a - 1) * (1 - (Math.Pow((Alpha + customer.AgeWeeks) / (Alpha + customer.AgeWeeks + weeks), p) * hyper));
        return Math.Max(0, numerator * ProbabilityAlive(customer));
    }

    /// <summary>Gauss's ₂F₁ by its series; 0 ≤ z &lt; 1, where it converges.</summary>
    internal static double Hypergeometric(double a, double b, double c, double z)
    {
        double sum = 1;
        double term = 1;
        for (var n = 0; n < 100_000; n++)
        {
            term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
            sum += term;
            if (Math.Abs(term) < 1e-12 * Math.Abs(sum))
            {
                break;
            }
        }

        return sum;
    }
}
