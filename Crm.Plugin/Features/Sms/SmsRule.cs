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

    // The words of the CTIA's Short Code Monitoring Handbook, and what people write in Russian and Ukrainian.
    private static readonly HashSet<string> Stops = new(StringComparer.Ordinal)
    {
        "STOP", "STOPALL", "STOP ALL", "STOP SMS", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "OPT OUT", "REVOKE",
        "СТОП", "СТОП СМС", "СТОП SMS", "СТОП РАССЫЛКА", "ОТПИСКА", "ОТПИСАТЬСЯ", "ОТПИСАТЬ", "ОТПИШИТЕ", "ОТПИШИТЕ МЕНЯ", "НЕ ПИСАТЬ", "НЕ ПИШИТЕ",
        "СТОП РОЗСИЛКА", "ВІДПИСКА", "ВІДПИСАТИСЯ", "ВІДПИСАТИСЬ", "ВІДПИШІТЬ", "ВІДПИШІТЬ МЕНЕ", "НЕ ПИСАТИ", "НЕ ПИШІТЬ",
    };

    /// <summary>Whether an answer means that its sender wants no more: the words alone, in any case, whatever stands around them.</summary>
    public static bool IsStop(string text)
    {
        if (text.Length > 60)
        {
            return false;
        }

        var words = string.Join(' ', new string([.. text.Select(c => char.IsLetter(c) ? char.ToUpperInvariant(c) : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return Stops.Contains(words) || Stops.Contains(new string([.. words.Select(c => Alike.GetValueOrDefault(c, c))]));
    }

    // Letters that look alike on telephones with two alphabets: "CTOП" is typed with three Latin ones.
    private static readonly Dictionary<char, char> Alike = new() { ['A'] = 'А', ['C'] = 'С', ['E'] = 'Е', ['H'] = 'Н', ['I'] = 'І', ['K'] = 'К', ['M'] = 'М', ['O'] = 'О', ['P'] = 'Р', ['T'] = 'Т', ['X'] = 'Х' };

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
