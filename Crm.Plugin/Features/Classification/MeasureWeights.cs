using System.Globalization;

namespace Crm.Plugin.Features.Classification;

/// <summary>How much each measure counts in a weighted one; only the proportions matter. Each is taken as a share of its own total, so that amounts and counts can be added.</summary>
public readonly record struct MeasureWeights(decimal Revenue, decimal GrossProfit, decimal Orders, decimal Quantity)
{
    private static readonly Measure[] All = [Measure.Revenue, Measure.GrossProfit, Measure.Orders, Measure.Quantity];

    /// <summary>Revenue 50, orders 50.</summary>
    public static MeasureWeights Default => new(50, 0, 50, 0);

    public decimal Total => Revenue + GrossProfit + Orders + Quantity;

    /// <summary>None is negative and at least one is positive.</summary>
    public bool AreUsable => Revenue >= 0 && GrossProfit >= 0 && Orders >= 0 && Quantity >= 0 && Total > 0;

    /// <summary>Weight of a measure; 0 for one that takes no part.</summary>
    public decimal Of(Measure measure) => measure switch
    {
        Measure.Revenue => Revenue,
        Measure.GrossProfit => GrossProfit,
        Measure.Orders => Orders,
        Measure.Quantity => Quantity,
        _ => 0,
    };

    /// <summary>The measures that take part, in their order.</summary>
    public IReadOnlyList<Measure> Measures
    {
        get
        {
            var weights = this;
            return [.. All.Where(m => weights.Of(m) > 0)];
        }
    }

    /// <summary>Reads "revenue=60,orders=40".</summary>
    /// <returns>False when it cannot be read; whether the weights make sense is not looked at.</returns>
    public static bool TryParse(string? text, out MeasureWeights weights)
    {
        weights = default;
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            var pair = part.Split('=', StringSplitOptions.TrimEntries);
            if (pair.Length != 2 || !ClassificationWords.TryRead<Measure>(pair[0], out var measure) || !All.Contains(measure)
                || !decimal.TryParse(pair[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight))
            {
                return false;
            }

            weights = measure switch
            {
                Measure.Revenue => weights with { Revenue = weight },
                Measure.GrossProfit => weights with { GrossProfit = weight },
                Measure.Orders => weights with { Orders = weight },
                _ => weights with { Quantity = weight },
            };
        }

        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString()
    {
        var weights = this;
        return string.Join(',', Measures.Select(m => string.Create(CultureInfo.InvariantCulture, $"{ClassificationWords.Word(m)}={weights.Of(m)}")));
    }
}
