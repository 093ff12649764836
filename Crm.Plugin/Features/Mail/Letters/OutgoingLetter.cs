namespace Crm.Plugin.Features.Mail.Letters;

/// <summary>A file to be sent along.</summary>
public sealed record OutgoingFile(string Name, string Type, byte[] Content);

/// <summary>A letter to be written.</summary>
public sealed record OutgoingLetter
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

    public IReadOnlyList<OutgoingFile> Files { get; init; } = [];
}
