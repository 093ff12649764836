using System.Globalization;
using System.Text;

namespace Crm.Plugin.Features.Mail.Mime;

/// <summary>A file to be sent along.</summary>
public sealed record MimeFile(string Name, string Type, byte[] Content);

/// <summary>A letter to be written.</summary>
public sealed record MimeLetter
{
    public required string MessageId { get; init; }

    public required DateTimeOffset Date { get; init; }

    public required string FromAddress { get; init; }

    public string? FromName { get; init; }

    public required string ToAddress { get; init; }

    public string? ToName { get; init; }

    public required string Subject { get; init; }

    public required string Text { get; init; }

    public string? InReplyTo { get; init; }

    /// <summary>Message-IDs parted by blanks, without angle brackets.</summary>
    public string? References { get; init; }

    /// <summary>Where one click unsubscribes (RFC 8058); null for a letter to one person.</summary>
    public Uri? Unsubscribe { get; init; }

    public IReadOnlyList<MimeFile> Files { get; init; } = [];
}

/// <summary>Writes letters as RFC 5322, 2045–2047 and 2231 say: plain text in UTF-8, files beside it. The same letter gives the same bytes.</summary>
internal static class MimeWriter
{
    private const int Line = 76;

    public static byte[] Write(MimeLetter letter)
    {
        var text = new StringBuilder();
        Header(text, "From", Mailbox(letter.FromName, letter.FromAddress));
        Header(text, "To", Mailbox(letter.ToName, letter.ToAddress));
        Header(text, "Subject", Words(letter.Subject));
        Header(text, "Date", letter.Date.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture) + letter.Date.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal));
        Header(text, "Message-ID", $"<{letter.MessageId}>");
        if (letter.InReplyTo is { } answered)
        {
            Header(text, "In-Reply-To", $"<{Clean(answered)}>");
        }

        if (letter.References is { } conversation)
        {
            Header(text, "References", string.Join(' ', conversation.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(r => $"<{Clean(r)}>")));
        }

        if (letter.Unsubscribe is { } way)
        {
            Header(text, "List-Unsubscribe", $"<{way.AbsoluteUri}>");
            Header(text, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }

        Header(text, "MIME-Version", "1.0");
        if (letter.Files.Count == 0)
        {
            Body(text, letter.Text);
            return Encoding.ASCII.GetBytes(text.ToString());
        }

        var boundary = $"=_{letter.MessageId.Split('@')[0]}";
        Header(text, "Content-Type", $"multipart/mixed; boundary=\"{boundary}\"");
        text.Append("\r\n--").Append(boundary).Append("\r\n");
        Body(text, letter.Text);
        foreach (var file in letter.Files)
        {
            text.Append("\r\n--").Append(boundary).Append("\r\n");
            Header(text, "Content-Type", Clean(file.Type));
            Header(text, "Content-Transfer-Encoding", "base64");
            Header(text, "Content-Disposition", $"attachment; {FileName(file.Name)}");
            text.Append("\r\n");
            Base64(text, file.Content);
        }

        text.Append("\r\n--").Append(boundary).Append("--\r\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Encoded words of whole letters, short enough for one line with a header's name (RFC 2047); ASCII stays as it is.</summary>
    internal static string Words(string text)
    {
        if (Ascii.IsValid(text) && !text.Contains("=?", StringComparison.Ordinal) && !text.Any(char.IsControl))
        {
            return text;
        }

        var words = new List<string>();
        var part = new MemoryStream();
        Span<byte> octets = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var count = (Rune.IsControl(rune) ? new Rune(' ') : rune).EncodeToUtf8(octets);
            if (part.Length + count > 39)
            {
                words.Add(Word(part));
            }

            part.Write(octets[..count]);
        }

        words.Add(Word(part));
        return string.Join(' ', words);
    }

    private static string Word(MemoryStream part)
    {
        var word = $"=?utf-8?B?{Convert.ToBase64String(part.ToArray())}?=";
        part.SetLength(0);
        return word;
    }

    private static string Mailbox(string? name, string address) => string.IsNullOrWhiteSpace(name) ? $"<{Octets(address)}>"
        : Ascii.IsValid(name) && !name.Any(char.IsControl) ? $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\" <{Octets(address)}>"
        : $"{Words(name)} <{Octets(address)}>";

    // A domain of other letters travels in its ASCII form, where it has one.
    private static string Octets(string address)
    {
        var at = address.LastIndexOf('@');
        return Clean(Ascii.IsValid(address) || at < 0 ? address : address[..(at + 1)] + new IdnMapping().GetAscii(address[(at + 1)..]));
    }

    private static string Clean(string value) => new([.. value.Where(c => c > ' ' && c < '\u007f' && c is not ('<' or '>'))]);

    /// <summary>Folds at blanks, so that no line is longer than it may be; no value brings a line of its own.</summary>
    private static void Header(StringBuilder to, string name, string value)
    {
        to.Append(name).Append(':');
        var width = name.Length + 1;
        foreach (var word in value.ReplaceLineEndings(" ").Split(' '))
        {
            if (width + word.Length + 1 > Line && width > name.Length + 1)
            {
                to.Append("\r\n");
                width = 0;
            }

            to.Append(' ').Append(word);
            width += word.Length + 1;
        }

        to.Append("\r\n");
    }

    private static void Body(StringBuilder to, string text)
    {
        Header(to, "Content-Type", "text/plain; charset=utf-8");
        Header(to, "Content-Transfer-Encoding", "base64");
        to.Append("\r\n");
        Base64(to, Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")));
    }

    private static void Base64(StringBuilder to, byte[] content)
    {
        foreach (var part in content.Chunk(57))
        {
            to.Append(Convert.ToBase64String(part)).Append("\r\n");
        }
    }

    private static string FileName(string name)
    {
        var plain = new string([.. name.Select(c => c is >= ' ' and < '\u007f' and not ('"' or '\\') ? c : '_')]);
        return Ascii.IsValid(name) && plain == name ? $"filename=\"{plain}\"" : $"filename=\"{plain}\"; filename*=utf-8''{Uri.EscapeDataString(name)}";
    }
}
