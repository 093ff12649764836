namespace Crm.Plugin.Features.Duplicates;

/// <summary>What two counterparties share.</summary>
[Flags]
public enum DuplicateReasons
{
    None = 0,
    Name = 1,
    TaxId = 2,
    Phone = 4,
    Email = 8,
}

/// <summary>Decides how likely two counterparties are one. No database.</summary>
public static class DuplicateRule
{
    /// <summary>Less is not worth anybody's time.</summary>
    public const int Least = 40;

    /// <summary>A thing that more than so many share, such as a holding's switchboard, tells nothing.</summary>
    public const int MostSharing = 8;

    /// <summary>0–100: tax number 60, name 45, telephone 40, e-mail 40, capped. Branches share a tax number, so it is no proof alone.</summary>
    public static int Score(DuplicateReasons reasons) => Math.Min(100,
        (reasons.HasFlag(DuplicateReasons.TaxId) ? 60 : 0) + (reasons.HasFlag(DuplicateReasons.Name) ? 45 : 0)
        + (reasons.HasFlag(DuplicateReasons.Phone) ? 40 : 0) + (reasons.HasFlag(DuplicateReasons.Email) ? 40 : 0));

    /// <summary>Digits and letters of a tax number; "" for one too short to tell anything.</summary>
    public static string TaxKey(string? taxId)
    {
        var key = string.Concat((taxId ?? "").Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return key.Length < 6 || key.All(c => c == key[0]) ? "" : key;
    }

    /// <summary>The last nine digits: with and without the country. "" for shorter numbers.</summary>
    public static string PhoneKey(string digits) => digits.Length < 9 ? "" : digits[^9..];
}
