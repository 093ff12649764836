using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Crm.Plugin.Features.Mail.Mime;

/// <summary>A file that came with a letter.</summary>
public sealed record MimeAttachment(string Name, string Type, byte[] Content);

/// <summary>A letter as it is understood.</summary>
public sealed record MimeMessage
{
    /// <summary>Without brackets. A letter that has none gets one made of its sender, date, subject and text, the same in every mailbox.</summary>
    public required string MessageId { get; init; }

    /// <summary>Null when the letter names nobody.</summary>
    public required MimeMailbox? From { get; init; }

    /// <summary>To and Cc.</summary>
    public required IReadOnlyList<MimeMailbox> Recipients { get; init; }

    public required string? Subject { get; init; }

    public required DateTimeOffset? Date { get; init; }

    public required string? InReplyTo { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<string> References { get; init; }

    /// <summary>Plain text; null when the letter has only HTML, or nothing.</summary>
    public required string? Text { get; init; }

    /// <summary>As received.</summary>
    public required string? Html { get; init; }

    public required IReadOnlyList<MimeAttachment> Attachments { get; init; }

    /// <summary>An absence note or a report of a server (RFC 3834), not a person's letter.</summary>
    public required bool IsAutomatic { get; init; }

    /// <summary>A mail server names recipients that it could not reach (X-Failed-Recipients, as Exim writes).</summary>
    public required bool IsFailure { get; init; }
}

/// <summary>
/// Reads letters as RFC 5322, 2045–2047 and 2231 say, and as programs really write them. Never fails: what cannot be understood is text.
/// </summary>
/// <remarks>Written by hand, because no well-kept library of this kind is in the package index.</remarks>
internal sealed class MimeReader
{
    private const int Deepest = 20;
    private const int MostParts = 500;
    private const int LongestText = 2 << 20;

    private readonly byte[] raw;
    private readonly StringBuilder text = new();
    private readonly List<MimeAttachment> attachments = [];
    private string? html;
    private int parts;

    private MimeReader(byte[] raw) => this.raw = raw;

    public static MimeMessage Read(byte[] raw)
    {
        var reader = new MimeReader(raw);
        var headers = new MimeHeaders();
        var body = headers.Read(raw, 0, raw.Length);
        reader.Part(headers, body, raw.Length, 0);
        var from = First(headers.Mailboxes("From")) ?? First(headers.Mailboxes("Sender"));
        var written = reader.text.Length == 0 ? null : reader.text.ToString();
        return new()
        {
            MessageId = First(headers.Ids("Message-ID")) ?? Made(from, headers, written ?? reader.html ?? ""),
            From = from,
            Recipients = [.. headers.Mailboxes("To"), .. headers.Mailboxes("Cc")],
            Subject = headers.Text("Subject"),
            Date = headers.Date(),
            InReplyTo = First(headers.Ids("In-Reply-To")),
            References = headers.Ids("References"),
            Text = written,
            Html = reader.html,
            Attachments = reader.attachments,
            IsAutomatic = headers["Auto-Submitted"] is { } way && !way.TrimStart().StartsWith("no", StringComparison.OrdinalIgnoreCase) || headers["X-Autoreply"] is not null
                || MimeField.Parse(headers["Content-Type"]).Value == "multipart/report",
            IsFailure = headers["X-Failed-Recipients"] is not null,
        };
    }

    private void Part(MimeHeaders headers, int start, int end, int depth)
    {
        if (++parts > MostParts)
        {
            return;
        }

        var type = MimeField.Parse(headers["Content-Type"] ?? "text/plain");
        if (type.Value.StartsWith("multipart/", StringComparison.Ordinal) && type["boundary"] is { Length: > 0 } boundary && depth < Deepest)
        {
            Parts(MimeText.Latin("--" + boundary.TrimEnd()), start, end, depth);
            return;
        }

        var disposition = MimeField.Parse(headers["Content-Disposition"]);
        var name = disposition["filename"] ?? type["name"];
        var content = Decoded(headers["Content-Transfer-Encoding"], start, end);
        if (disposition.Value == "attachment" || name is not null || !(type.Value.StartsWith("text/", StringComparison.Ordinal) || type.Value.StartsWith("multipart/", StringComparison.Ordinal)))
        {
            attachments.Add(new(FileName(name, type.Value), type.Value.Length is 0 or > 100 ? "application/octet-stream" : type.Value, content));
        }
        else if (type.Value == "text/html")
        {
            html ??= Cut(MimeText.Decode(content, type["charset"]));
        }
        else if (text.Length < LongestText)
        {
            text.Append(text.Length > 0 ? "\n\n" : "").Append(Cut(MimeText.Decode(content, type["charset"]).ReplaceLineEndings("\n").TrimEnd()));
        }
    }

    /// <summary>Between lines that begin with the boundary; a missing last one ends with the letter.</summary>
    private void Parts(byte[] boundary, int start, int end, int depth)
    {
        var begin = -1;
        for (var at = start; at < end;)
        {
            var line = Array.IndexOf(raw, (byte)'\n', at, end - at);
            var next = line < 0 ? end : line + 1;
            if (raw.AsSpan(at, next - at).StartsWith(boundary))
            {
                if (begin >= 0)
                {
                    Inner(begin, at, depth);
                }

                begin = next;
                if (raw.AsSpan(at + boundary.Length, next - at - boundary.Length).StartsWith("--"u8))
                {
                    return;
                }
            }

            at = next;
        }

        if (begin >= 0 && begin < end)
        {
            Inner(begin, end, depth);
        }
        else if (begin < 0)
        {
            Part(new MimeHeaders(), start, end, depth + 1); // the boundary never comes: the whole is text
        }
    }

    private void Inner(int start, int end, int depth)
    {
        var headers = new MimeHeaders();
        var body = headers.Read(raw, start, end);
        Part(headers, Math.Min(body, end), end, depth + 1);
    }

    private byte[] Decoded(string? encoding, int start, int end)
    {
        var octets = raw.AsSpan(start, Math.Max(0, end - start));
        return MimeText.Unfold(encoding ?? "").ToLowerInvariant() switch
        {
            "base64" => MimeText.Base64(octets),
            "quoted-printable" => MimeText.Quoted(octets),
            _ => octets.ToArray(),
        };
    }

    private static string FileName(string? name, string type)
    {
        var last = (name ?? "").Split('/', '\\')[^1].Trim();
        var clean = new string([.. last.Where(c => !char.IsControl(c) && c is not ('"' or '<' or '>' or ':' or '|' or '?' or '*'))]).Trim('.', ' ');
        return clean.Length == 0 ? type == "message/rfc822" ? "letter.eml" : "file" : clean.Length > 150 ? clean[^150..] : clean;
    }

    private static T? First<T>(IReadOnlyList<T> list) where T : class => list.Count > 0 ? list[0] : null;

    private static string Cut(string value) => value.Length > LongestText ? value[..LongestText] : value;

    private static string Made(MimeMailbox? from, MimeHeaders headers, string body) =>
        string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{from?.Address}\n{headers["Date"]}\n{headers["Subject"]}\n{body}")))[..40]}@without-id.invalid");
}
