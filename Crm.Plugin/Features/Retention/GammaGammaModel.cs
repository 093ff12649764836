using MathNet.Numerics;

namespace Crm.Plugin.Features.Retention;

/// <summary>
/// What a purchase of a customer is worth: purchases vary about a mean of the customer's own (gamma, p), and means vary between
/// customers (q, γ). Independent of how often somebody buys.
/// </summary>
/// <remarks>Fader &amp; Hardie, The Gamma-Gamma Model of Monetary Value, 2013 (brucehardie.com note 25), equations (1a) and (5).</remarks>
public sealed record GammaGammaModel(double P, double Q, double Gamma)
{
    /// <summary>Logarithm of the likelihood of one customer with repeat purchases of positive mean value.</summary>
    public double LogLikelihood(in PurchaseSummary customer)
    {
        double x = customer.Repeats;
        var mean = customer.MeanRepeatValue;
        return SpecialFunctions.GammaLn((P * x) + Q) - SpecialFunctions.GammaLn(P * x) - SpecialFunctions.GammaLn(Q)
            + (Q * Math.Log(Gamma)) + (((P * x) - 1) * Math.Log(mean)) + (P * x * Math.Log(x)) - (((P * x) + Q) * Math.Log(Gamma + (x * mean)));
    }

    /// <summary>Expected value of a purchase: the customer's own mean, drawn towards that of all the more, the fewer purchases there are.</summary>
    public double ExpectedValue(in PurchaseSummary customer)
    {
        var ofAll = Gamma * P / (Q - 1);
        double x = customer.MeanRepeatValue > 0 ? customer.Repeats : 0;
        var own = P * x / ((P * x) + Q - 1);
        return (own * customer.MeanRepeatValue) + ((1 - own) * ofAll);
    }
}
