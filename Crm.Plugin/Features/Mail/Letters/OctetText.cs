using System.Text;

namespace Crm.Plugin.Features.Mail.Letters;

/// <summary>Letters of the alphabet out of octets whose character set is not said, or said wrongly.</summary>
/// <remarks>Ours, because a library guesses Latin letters, and what comes unmarked here is Cyrillic.</remarks>
internal static class OctetText
{

    static OctetText() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Never fails: an unknown or wrong character set is guessed.</summary>
    public static string Decode(ReadOnlySpan<byte> octets, string? charset)
    {
        var named = Find(charset);
        if (Ascii.IsValid(octets) && named is not { CodePage: 50220 or 50221 or 50222 or 65000 or 1200 or 1201 })
        {
            return Encoding.ASCII.GetString(octets);
        }

        if (named is not (null or ASCIIEncoding or UTF8Encoding))
        {
            return named.GetString(octets);
        }

        return IsUtf8(octets) || named is UTF8Encoding ? Encoding.UTF8.GetString(octets) : Guess(octets).GetString(octets);
    }

    public static bool IsUtf8(ReadOnlySpan<byte> octets) => System.Text.Unicode.Utf8.IsValid(octets);

    /// <summary>Of the Cyrillic sets the one that makes most small letters: running text has few capitals, and a wrong set turns their case.</summary>
    public static Encoding Guess(ReadOnlySpan<byte> octets)
    {
        Encoding? best = null;
        var most = -1;
        foreach (var name in (string[])["windows-1251", "koi8-u", "ibm866"])
        {
            var encoding = Encoding.GetEncoding(name);
            var score = encoding.GetString(octets).Count(c => c is >= 'а' and <= 'я' or 'ё' or 'і' or 'ї' or 'є' or 'ґ');
            (best, most) = score > most ? (encoding, score) : (best, most);
        }

        return best!;
    }

    /// <summary>Under any of the names that programs give it; null for none and for what nobody knows.</summary>
    private static Encoding? Find(string? charset)
    {
        var name = charset?.Trim(' ', '"', '\'').ToLowerInvariant();
        name = name switch { "cp1251" or "win-1251" or "windows1251" => "windows-1251", "utf8" => "utf-8", "cp866" => "ibm866", "koi8r" => "koi8-r", "koi8u" => "koi8-u", _ => name };
        try
        {
            return string.IsNullOrEmpty(name) ? null : Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
