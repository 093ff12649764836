namespace Crm.Plugin.Features.Sms;

/// <summary>How long a text message is.</summary>
/// <param name="Parts">What the operator counts and charges.</param>
/// <param name="Units">Septets of GSM-7, else UTF-16 units.</param>
/// <param name="IsUnicode">One letter is outside GSM-7, so all travel as UCS-2.</param>
public readonly record struct SmsLength(int Parts, int Units, bool IsUnicode);

/// <summary>Lengths of text messages by 3GPP TS 23.038 and 23.040. No clock, no database.</summary>
public static class SmsRule
{
    /// <summary>More parts are a letter, not a message.</summary>
    public const int MostParts = 10;

    private const string Basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    private const string Extended = "^{}\\[~]|€\f";

    /// <summary>GSM-7: 160 in one part, 153 in each of several; UCS-2: 70 and 67. A letter of two units is never split between parts. Empty: no parts.</summary>
    public static SmsLength Measure(string text)
    {
        var isUnicode = text.Any(c => !Basic.Contains(c, StringComparison.Ordinal) && !Extended.Contains(c, StringComparison.Ordinal));
        var (single, several) = isUnicode ? (70, 67) : (160, 153);
        var sizes = isUnicode ? [.. text.EnumerateRunes().Select(r => r.Utf16SequenceLength)] : text.Select(c => Extended.Contains(c, StringComparison.Ordinal) ? 2 : 1).ToList();
        var units = sizes.Sum();
        if (units <= single)
        {
            return new(units == 0 ? 0 : 1, units, isUnicode);
        }

        var (parts, used) = (1, 0);
        foreach (var size in sizes)
        {
            (parts, used) = used + size > several ? (parts + 1, size) : (parts, used + size);
        }

        return new(parts, units, isUnicode);
    }

    /// <summary>Whether an answer means that its sender wants no more: the word alone, in any case.</summary>
    public static bool IsStop(string text) => text.Trim().TrimEnd('.', '!').ToUpperInvariant() is "STOP" or "СТОП" or "UNSUBSCRIBE" or "ОТПИСАТЬСЯ" or "ВІДПИСАТИСЯ";

    /// <summary>Digits with a plus, as gateways take them; null for what is no mobile number that can be dialled from abroad.</summary>
    public static string? Number(string typed, string? countryCode)
    {
        var digits = new string([.. typed.Where(char.IsAsciiDigit)]);
        var number = typed.TrimStart().StartsWith('+') ? digits
            : digits.StartsWith("00", StringComparison.Ordinal) ? digits[2..]
            : countryCode == "7" && digits is ['8', _, _, _, _, _, _, _, _, _, _] ? "7" + digits[1..]
            : countryCode == "7" && digits.Length == 10 ? "7" + digits
            : countryCode == "380" && digits is ['0', ..] && digits.Length == 10 ? "38" + digits
            : countryCode is { Length: > 0 } code && digits.StartsWith('0') ? code + digits[1..]
            : digits;
        return number.Length is >= 10 and <= 15 ? "+" + number : null;
    }
}
