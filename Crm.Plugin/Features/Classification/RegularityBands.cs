using System.Globalization;

namespace Crm.Plugin.Features.Classification;

/// <summary>One band of the coefficient of variation, in percent; both ends belong to it.</summary>
/// <param name="From">Percent, 0 or more.</param>
/// <param name="To">Percent; null without end.</param>
public readonly record struct RegularityBand(decimal From, decimal? To)
{
    /// <summary>Whether the coefficient lies in it.</summary>
    /// <param name="cvE3">In 1/1,000 percent.</param>
    public bool Contains(long cvE3) => cvE3 >= From * 1000m && (To is not { } to || cvE3 <= to * 1000m);
}

/// <summary>Bands of X, Y and Z. They hold for the periodicity that they are stored with: the same sales vary more by week than by quarter.</summary>
/// <param name="X">Stable.</param>
/// <param name="Y">Irregular.</param>
/// <param name="Z">Episodic.</param>
public readonly record struct RegularityBands(RegularityBand X, RegularityBand Y, RegularityBand Z)
{
    /// <summary>X up to 25 %, Y up to 60 %, Z above.</summary>
    public static RegularityBands Default => Of(25, 60);

    /// <summary>Three bands from zero without end that share their boundaries; the better class owns a boundary.</summary>
    public static RegularityBands Of(decimal x, decimal y) => new(new(0, x), new(x, y), new(y, null));

    /// <summary>They begin at 0, each begins where the one before ends, and the last has no end.</summary>
    public bool CoverEverything => X.From == 0 && X.To == Y.From && Y.To == Z.From && X.To > 0 && Y.To > Y.From && Z.To is null;

    /// <summary>The first of X, Y, Z that holds the coefficient; null when none does.</summary>
    public RegularityClass? Find(long cvE3) =>
        X.Contains(cvE3) ? RegularityClass.X : Y.Contains(cvE3) ? RegularityClass.Y : Z.Contains(cvE3) ? RegularityClass.Z : null;

    /// <summary>Reads "25/60" (ends of X and Y) or "0-20/20-50/50-10000" (each band; an open end as "50-").</summary>
    public static bool TryParse(string? text, out RegularityBands bands)
    {
        bands = default;
        var parts = (text ?? "").Split('/');
        if (parts.Length == 2 && TryNumber(parts[0], out var x) && TryNumber(parts[1], out var y))
        {
            bands = Of(x, y);
            return true;
        }

        if (parts.Length != 3 || !TryBand(parts[0], out var first) || !TryBand(parts[1], out var second) || !TryBand(parts[2], out var third))
        {
            return false;
        }

        bands = new(first, second, third);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => this == Of(X.To ?? 0, Y.To ?? 0)
        ? string.Create(CultureInfo.InvariantCulture, $"{X.To}/{Y.To}")
        : string.Create(CultureInfo.InvariantCulture, $"{X.From}-{X.To}/{Y.From}-{Y.To}/{Z.From}-{Z.To}");

    private static bool TryBand(string text, out RegularityBand band)
    {
        band = default;
        var ends = text.Split('-');
        if (ends.Length != 2 || !TryNumber(ends[0], out var from))
        {
            return false;
        }

        if (ends[1].Trim().Length == 0)
        {
            band = new(from, null);
            return true;
        }

        if (!TryNumber(ends[1], out var to))
        {
            return false;
        }

        band = new(from, to);
        return true;
    }

    private static bool TryNumber(string text, out decimal number) =>
        decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
