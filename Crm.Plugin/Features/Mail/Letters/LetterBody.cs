using System.Text;
using MimeKit;

namespace Crm.Plugin.Features.Mail.Letters;

/// <summary>What a letter says and what came with it.</summary>
internal sealed class LetterBody
{
    private const int LongestText = 2 << 20;
    private const int LongestName = 150;

    private readonly StringBuilder text = new();
    private readonly StringBuilder html = new();
    private readonly List<LetterFile> files = [];

    private LetterBody()
    {
    }

    /// <summary>Null for none.</summary>
    public string? Text => text.Length == 0 ? null : text.ToString();

    /// <summary>Null for none.</summary>
    public string? Html => html.Length == 0 ? null : html.ToString();

    public IReadOnlyList<LetterFile> Files => files;

    public static LetterBody Of(MimeEntity? entity)
    {
        var body = new LetterBody();
        body.Add(entity);
        return body;
    }

    private void Add(MimeEntity? entity)
    {
        switch (entity)
        {
            case Multipart { Count: 0, Preamble: { } only }:
                Append(text, only, "\n\n"); // its boundary never comes: the whole is text
                break;
            case Multipart several:
                foreach (var part in several)
                {
                    Add(part);
                }

                break;
            case TextPart { IsAttachment: false, FileName: null } written when written.IsHtml:
                Append(html, Decoded(written), "\n");
                break;
            case TextPart { IsAttachment: false, FileName: null } written when written.ContentType.IsMimeType("text", "*") && !written.ContentType.IsMimeType("text", "calendar"):
                Append(text, Decoded(written), "\n\n");
                break;
            case MessagePart or MimePart:
                files.Add(File(entity));
                break;
        }
    }

    private static string Decoded(TextPart part)
    {
        using var octets = new MemoryStream();
        part.Content?.DecodeTo(octets);
        return OctetText.Decode(octets.GetBuffer().AsSpan(0, (int)octets.Length), part.ContentType.Charset);
    }

    private static void Append(StringBuilder to, string part, string between)
    {
        var clean = part.ReplaceLineEndings("\n").TrimEnd();
        if (to.Length < LongestText && clean.Length > 0)
        {
            to.Append(to.Length > 0 ? between : "").Append(clean.Length > LongestText ? clean[..LongestText] : clean);
        }
    }

    private static LetterFile File(MimeEntity entity)
    {
        var type = entity.ContentType.MimeType.ToLowerInvariant();
        var name = entity is MimePart part ? part.FileName : entity.ContentDisposition?.FileName ?? entity.ContentType.Name;
        return new(Name(name, entity), type.Length is 0 or > 100 ? "application/octet-stream" : type, entity);
    }

    private static string Name(string? name, MimeEntity entity)
    {
        var last = (name ?? "").Split('/', '\\')[^1].Trim();
        var clean = new string([.. last.Where(c => !char.IsControl(c) && c is not ('"' or '<' or '>' or ':' or '|' or '?' or '*'))]).Trim('.', ' ');
        return clean.Length == 0 ? entity is MessagePart ? "letter.eml" : "file" + (MimeTypes.TryGetExtension(entity.ContentType.MimeType, out var extension) ? extension : "") : clean.Length > LongestName ? clean[^LongestName..] : clean;
    }
}
