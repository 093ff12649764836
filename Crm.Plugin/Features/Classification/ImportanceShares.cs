using System.Globalization;

namespace Crm.Plugin.Features.Classification;

/// <summary>Which parts of the total the classes A, B and C hold, in percent (0–100).</summary>
/// <param name="A">Percent of the total.</param>
/// <param name="B">Percent of the total.</param>
/// <param name="C">Percent of the total.</param>
public readonly record struct ImportanceShares(decimal A, decimal B, decimal C)
{
    /// <summary>80 / 15 / 5: the default of the standard rules.</summary>
    public static ImportanceShares Pareto => new(80, 15, 5);

    /// <summary>70 / 20 / 10: the first document of the classical rules.</summary>
    public static ImportanceShares Classical => new(70, 20, 10);

    /// <summary>None is negative and they sum to exactly 100.</summary>
    public bool AreWhole => A >= 0 && B >= 0 && C >= 0 && A + B + C == 100;

    /// <summary>Reads "80/15/5"; decimals with a point.</summary>
    /// <returns>False when it is not three numbers; the sum is not looked at.</returns>
    public static bool TryParse(string? text, out ImportanceShares shares)
    {
        shares = default;
        var parts = (text ?? "").Split('/');
        Span<decimal> numbers = stackalloc decimal[3];
        if (parts.Length != 3)
        {
            return false;
        }

        for (var i = 0; i < 3; i++)
        {
            if (!decimal.TryParse(parts[i].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return false;
            }
        }

        shares = new(numbers[0], numbers[1], numbers[2]);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{A}/{B}/{C}");
}
