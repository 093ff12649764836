using MimeKit;
using MimeKit.IO;

namespace Crm.Plugin.Features.Mail.Letters;

/// <summary>A name and an address.</summary>
public sealed record LetterAddress(string? Name, string Address);

/// <summary>A letter as it is understood.</summary>
public sealed record ReceivedLetter
{
    /// <summary>Without brackets. A letter that has none gets one made of its sender, date, subject and text, the same in every mailbox.</summary>
    public required string MessageId { get; init; }

    /// <summary>Null when the letter names nobody.</summary>
    public required LetterAddress? From { get; init; }

    /// <summary>To and Cc.</summary>
    public required IReadOnlyList<LetterAddress> Recipients { get; init; }

    public required string? Subject { get; init; }

    public required DateTimeOffset? Date { get; init; }

    public required string? InReplyTo { get; init; }

    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<string> References { get; init; }

    /// <summary>Plain text; null when the letter has only HTML, or nothing.</summary>
    public required string? Text { get; init; }

    /// <summary>As received.</summary>
    public required string? Html { get; init; }

    public required IReadOnlyList<LetterFile> Attachments { get; init; }

    /// <summary>An absence note or a report of a server (RFC 3834), not a person's letter.</summary>
    public required bool IsAutomatic { get; init; }

    /// <summary>A mail server names recipients that it could not reach (X-Failed-Recipients, as Exim writes).</summary>
    public required bool IsFailure { get; init; }
}

/// <summary>A file that came with a letter. Its octets stay encoded in the letter until they are asked for.</summary>
public sealed class LetterFile
{
    private static readonly FormatOptions AsSent = new() { NewLineFormat = NewLineFormat.Dos };

    internal LetterFile(string name, string type, MimeEntity entity)
    {
        (Name, Type, Entity) = (name, type, entity);
        using var measure = new MeasuringStream();
        Write(measure);
        Size = measure.Length;
    }

    /// <summary>One that a file system takes, and that leads nowhere.</summary>
    public string Name { get; }

    /// <summary>As the letter says, in small letters.</summary>
    public string Type { get; }

    /// <summary>Bytes, decoded.</summary>
    public long Size { get; }

    internal MimeEntity Entity { get; }

    /// <summary>Decoded.</summary>
    public byte[] Read()
    {
        using var content = new MemoryStream((int)Size);
        Write(content);
        return content.ToArray();
    }

    private void Write(Stream to)
    {
        if (Entity is MessagePart letter)
        {
            letter.Message?.WriteTo(AsSent, to);
        }
        else
        {
            ((MimePart)Entity).Content?.DecodeTo(to);
        }
    }
}
