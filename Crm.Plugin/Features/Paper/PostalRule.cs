using Crm.Contracts;

namespace Crm.Plugin.Features.Paper;

/// <summary>Addresses as the posts of the countries want them written. No clock, no database.</summary>
public static class PostalRule
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["RU"] = "РОССИЯ", ["UA"] = "УКРАЇНА", ["BY"] = "БЕЛАРУСЬ", ["KZ"] = "КАЗАХСТАН", ["DE"] = "GERMANY", ["GB"] = "UNITED KINGDOM", ["US"] = "UNITED STATES", ["PL"] = "POLAND", ["FR"] = "FRANCE",
        ["IT"] = "ITALY", ["ES"] = "SPAIN", ["AT"] = "AUSTRIA", ["CH"] = "SWITZERLAND", ["NL"] = "NETHERLANDS", ["BE"] = "BELGIUM", ["CZ"] = "CZECHIA", ["SK"] = "SLOVAKIA", ["RO"] = "ROMANIA", ["MD"] = "MOLDOVA", ["TR"] = "TURKEY",
    };

    /// <summary>
    /// The lines of a label, receiver first; null when the address cannot be delivered to: no town, or neither street nor postal code.
    /// </summary>
    /// <param name="receiver">Name of the receiver.</param>
    /// <param name="address">As the ERP keeps it.</param>
    /// <param name="home">Code of the sender's country, whose name is left out; null always names the country.</param>
    /// <remarks>
    /// Russia and Belarus: street, town, region, postal code (order of Russian Post's rules, 2014). Ukraine: street, town, region, postal code
    /// (UPU S42, Ukraine). Great Britain: town in capitals, postal code on a line of its own (Royal Mail). United States: town, state and ZIP
    /// code in one line (USPS Publication 28). Elsewhere: postal code and town in one line, as in most of Europe (UPU).
    /// </remarks>
    public static IReadOnlyList<string>? Lines(string receiver, PostalAddress address, string? home)
    {
        var (city, code, region) = (Clean(address.City), Clean(address.PostalCode), Clean(address.Region));
        var street = (address.Lines ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (city is null || (street.Length == 0 && code is null))
        {
            return null;
        }

        var country = Clean(address.Country)?.ToUpperInvariant();
        var regionLine = region is not null && !region.Equals(city, StringComparison.OrdinalIgnoreCase) ? region : null;
        string?[] place = country switch
        {
            "RU" or "BY" or "UA" or "KZ" or "РОССИЯ" or "УКРАЇНА" or "УКРАИНА" => [city, regionLine, code],
            "GB" or "UK" => [city.ToUpperInvariant(), code?.ToUpperInvariant()],
            "US" or "CA" or "AU" => [string.Join(' ', new[] { city, region, code }.OfType<string>())],
            _ => [string.Join(' ', new[] { code, city }.OfType<string>())],
        };
        var abroad = country is null || country.Equals(home, StringComparison.OrdinalIgnoreCase) ? null : Names.GetValueOrDefault(country, country);
        return [receiver, .. street, .. place.OfType<string>(), .. abroad is null ? Array.Empty<string>() : [abroad]];
    }

    private static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
