using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Mail;

/// <summary>Where a received letter is.</summary>
public enum MailInState
{
    /// <summary>Nobody known; a user decides.</summary>
    Unmatched = 0,

    /// <summary>On a counterparty's timeline.</summary>
    Stored = 1,

    /// <summary>A user said that it is none of the CRM's business; its text is gone.</summary>
    Ignored = 2,
}

/// <summary>A received letter; one, whatever mailboxes it came through.</summary>
public sealed class MailIn
{
    public long Id { get; set; }

    /// <summary>Without angle brackets; made from the content where the letter has none.</summary>
    public required string MessageId { get; set; }

    public long AccountId { get; set; }

    public MailInState State { get; set; }

    public long? CounterpartyId { get; set; }

    public long? PersonId { get; set; }

    /// <summary>The CRM's own person, in place of <see cref="PersonId"/>.</summary>
    public long? CardId { get; set; }

    public long? InteractionId { get; set; }

    public required string FromAddress { get; set; }

    public string? FromName { get; set; }

    /// <summary>To and Cc as one line.</summary>
    public string? Recipients { get; set; }

    public string? Subject { get; set; }

    public DateTimeOffset SentAt { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    public string? InReplyTo { get; set; }

    public string? ReferenceIds { get; set; }

    public string? Text { get; set; }

    /// <summary>As received; only ever shown after it was cleaned.</summary>
    public string? Html { get; set; }

    /// <summary>Name, type and size of the attachments as JSON; the bytes are in the raw file.</summary>
    public string? Attachments { get; set; }

    /// <summary>Raw letter below the data folder; null when it was ignored.</summary>
    public string? File { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<MailIn>
    {
        public void Configure(EntityTypeBuilder<MailIn> builder) => builder.ToTable("mail_in");
    }
}
