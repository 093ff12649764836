using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;

namespace Crm.Plugin.Features.Mail.Letters;

/// <summary>Reads letters by MimeKit. Never fails: what cannot be understood is text.</summary>
internal static partial class LetterReader
{
    private const int Deepest = 20;
    private const int MostIds = 100;
    private const int LongestId = 500;

    public static ReceivedLetter Read(byte[] raw)
    {
        var options = new ParserOptions { MaxMimeDepth = Deepest };
        var message = Parse(raw, options);
        var body = LetterBody.Of(message.Body);
        var from = LetterAddresses.Of(message, HeaderId.From, options).FirstOrDefault() ?? LetterAddresses.Of(message, HeaderId.Sender, options).FirstOrDefault();
        return new()
        {
            MessageId = Ids(message.Headers[HeaderId.MessageId]) is [var id, ..] ? id : message.MessageId is { Length: > 0 and <= LongestId } bare ? bare : Made(from, message, body.Text ?? body.Html ?? ""),
            From = from,
            Recipients = [.. LetterAddresses.Of(message, HeaderId.To, options), .. LetterAddresses.Of(message, HeaderId.Cc, options)],
            Subject = message.Subject?.Replace('\t', ' ').Trim() is { Length: > 0 } subject ? subject : null,
            Date = Date(message),
            InReplyTo = Ids(message.Headers[HeaderId.InReplyTo]) is [var answered, ..] ? answered : null,
            References = [.. Ids(message.Headers[HeaderId.References]).TakeLast(MostIds)],
            Text = body.Text,
            Html = body.Html,
            Attachments = body.Files,
            IsAutomatic = message.Headers[HeaderId.AutoSubmitted] is { } way && !way.TrimStart().StartsWith("no", StringComparison.OrdinalIgnoreCase) || message.Headers.Contains("X-Autoreply")
                || message.Body is Multipart { ContentType: var type } && type.IsMimeType("multipart", "report"),
            IsFailure = message.Headers.Contains("X-Failed-Recipients"),
        };
    }

    /// <summary>Message-IDs of a header or of a text, without brackets.</summary>
    public static IReadOnlyList<string> Ids(string? text) => text is null ? [] : [.. Id().Matches(text).Select(m => m.Groups[1].Value).Where(i => i.Length <= LongestId)];

    private static MimeMessage Parse(byte[] raw, ParserOptions options)
    {
        var scan = LetterScan.Of(options, raw);
        options.CharsetEncoding = scan.HeaderCharset ?? options.CharsetEncoding;
        var letter = raw.AsMemory(0, (int)(scan.End ?? raw.Length));
        // A first line that is no header may be left of some folder's own form; what still is no letter is the text of one without headers.
        return Load(options, letter) ?? Load(options, letter[(letter.Span.IndexOf((byte)'\n') + 1)..]) ?? Load(options, (byte[])[.. "\r\n"u8, .. letter.Span])!;
    }

    private static MimeMessage? Load(ParserOptions options, ReadOnlyMemory<byte> letter)
    {
        MemoryMarshal.TryGetArray(letter, out var octets);
        try
        {
            return MimeMessage.Load(options, new MemoryStream(octets.Array!, octets.Offset, octets.Count, writable: false), persistent: true);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Null when it cannot be understood, or is of no time in which letters were written.</summary>
    private static DateTimeOffset? Date(MimeMessage message) =>
        message.Headers.Contains(HeaderId.Date) && message.Date is { Year: >= 1980 and <= 2100 } date && date.Offset.Duration() <= TimeSpan.FromHours(14) ? date : null;

    private static string Made(LetterAddress? from, MimeMessage message, string body)
    {
        var whole = $"{from?.Address}\n{message.Headers[HeaderId.Date]}\n{message.Headers[HeaderId.Subject]}\n{body}";
        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole)))[..40]}@without-id.invalid");
    }

    [GeneratedRegex(@"<\s*([^<>\s]+)\s*>", RegexOptions.NonBacktracking)]
    private static partial Regex Id();
}
