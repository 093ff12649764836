using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Crm.Plugin.Features.Mail.Mime;

/// <summary>Letters out of octets: character sets, encoded words (RFC 2047), base64 and quoted-printable as programs really write them.</summary>
internal static partial class MimeText
{
    private static readonly UTF8Encoding Strict = new(false, true);

    static MimeText() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Never fails: an unknown or wrong character set is guessed.</summary>
    public static string Decode(ReadOnlySpan<byte> octets, string? charset)
    {
        if (Ascii.IsValid(octets) && Find(charset) is not { CodePage: 50220 or 50221 or 50222 or 65000 or 1200 or 1201 })
        {
            return Encoding.ASCII.GetString(octets);
        }

        if (Find(charset) is { } named and not (ASCIIEncoding or UTF8Encoding))
        {
            return named.GetString(octets);
        }

        try
        {
            return Strict.GetString(octets);
        }
        catch (DecoderFallbackException)
        {
            return charset is not null && Find(charset) is UTF8Encoding ? Encoding.UTF8.GetString(octets) : Guess(octets);
        }
    }

    /// <summary>A header's value: folded lines joined, encoded words decoded. Octets of one letter that were split between words are put together.</summary>
    public static string Words(string raw)
    {
        var text = Unfold(raw);
        if (!text.Contains("=?", StringComparison.Ordinal))
        {
            return Visible(text);
        }

        var result = new StringBuilder();
        var pending = new MemoryStream();
        string? charset = null;
        var end = 0;
        foreach (Match word in Encoded().Matches(text))
        {
            var between = text[end..word.Index];
            var name = word.Groups[1].Value.Split('*')[0]; // RFC 2231 may name a language
            if (between.Trim().Length > 0 || pending.Length == 0 || !name.Equals(charset, StringComparison.OrdinalIgnoreCase))
            {
                Flush();
                // Blanks between two words are none of the text.
                result.Append(between.Trim().Length == 0 && end > 0 ? "" : Visible(between));
            }

            charset = name;
            pending.Write(word.Groups[2].Value is "B" or "b" ? Base64(Latin(word.Groups[3].Value)) : Quoted(Latin(word.Groups[3].Value.Replace('_', ' '))));
            end = word.Index + word.Length;
        }

        Flush();
        return result.Append(Visible(text[end..])).ToString();

        void Flush()
        {
            result.Append(Decode(pending.ToArray(), charset));
            pending.SetLength(0);
        }
    }

    /// <summary>Lines that were folded, as one.</summary>
    public static string Unfold(string raw) => raw.Replace("\r\n", "", StringComparison.Ordinal).Replace('\n', ' ').Replace('\t', ' ').Trim();

    /// <summary>What is no letter of the alphabet is passed over; a rest that makes no octet is dropped.</summary>
    public static byte[] Base64(ReadOnlySpan<byte> text)
    {
        var result = new byte[(text.Length / 4 * 3) + 3];
        var (count, bits, length) = (0, 0, 0);
        foreach (var letter in text)
        {
            var value = letter switch
            {
                >= (byte)'A' and <= (byte)'Z' => letter - 'A',
                >= (byte)'a' and <= (byte)'z' => letter - 'a' + 26,
                >= (byte)'0' and <= (byte)'9' => letter - '0' + 52,
                (byte)'+' or (byte)'-' => 62,
                (byte)'/' or (byte)'_' => 63,
                (byte)'=' => -2,
                _ => -1,
            };
            if (value == -2)
            {
                (count, bits) = (0, 0); // some programs go on after a padding
            }
            else if (value >= 0)
            {
                bits = ((bits << 6) | value) & 0xffffff;
                count += 6;
                if (count >= 8)
                {
                    count -= 8;
                    result[length++] = (byte)(bits >> count);
                }
            }
        }

        return result[..length];
    }

    public static byte[] Quoted(ReadOnlySpan<byte> text)
    {
        var result = new MemoryStream(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '=')
            {
                result.WriteByte(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] is (byte)'\r' or (byte)'\n')
            {
                i += text[i + 1] == '\r' && i + 2 < text.Length && text[i + 2] == '\n' ? 2 : 1;
            }
            else if (i + 2 < text.Length && Hex(text[i + 1]) is var high and >= 0 && Hex(text[i + 2]) is var low and >= 0)
            {
                result.WriteByte((byte)((high << 4) | low));
                i += 2;
            }
            else
            {
                result.WriteByte(text[i]); // not an escape: as it stands
            }
        }

        return result.ToArray();
    }

    public static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    private static int Hex(byte letter) => letter switch
    {
        >= (byte)'0' and <= (byte)'9' => letter - '0',
        >= (byte)'A' and <= (byte)'F' => letter - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => letter - 'a' + 10,
        _ => -1,
    };

    /// <summary>Headers came in as Latin-1; octets above are letters of some other set.</summary>
    private static string Visible(string text) => Ascii.IsValid(text) ? text : Decode(Latin(text), null);

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

    /// <summary>Of the Cyrillic sets the one that makes most small letters: running text has few capitals, and a wrong set turns their case.</summary>
    private static string Guess(ReadOnlySpan<byte> octets)
    {
        string? best = null;
        var most = -1;
        foreach (var name in (string[])["windows-1251", "koi8-u", "ibm866"])
        {
            var text = Encoding.GetEncoding(name).GetString(octets);
            var score = text.Count(c => c is >= 'а' and <= 'я' or 'ё' or 'і' or 'ї' or 'є' or 'ґ');
            (best, most) = score > most ? (text, score) : (best, most);
        }

        return best!;
    }

    [GeneratedRegex(@"=\?([^?\s]{1,60})\?([BbQq])\?([^?]*)\?=", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Encoded();
}
