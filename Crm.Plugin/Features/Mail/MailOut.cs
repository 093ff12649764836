using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Mail;

/// <summary>What a letter is for; decides what is checked when it is sent.</summary>
public enum MailPurpose
{
    /// <summary>To one person, written by a user.</summary>
    Personal = 1,

    /// <summary>To a selection: suppressed addresses get none, and every letter says how to unsubscribe.</summary>
    Bulk = 2,

    /// <summary>To a user of the CRM itself.</summary>
    Notice = 3,
}

/// <summary>Life of an outgoing letter.</summary>
public enum MailState
{
    Queued = 0,
    Sent = 1,

    /// <summary>Given up, see <see cref="MailOut.Error"/>.</summary>
    Failed = 2,

    /// <summary>Not sent, because the address wants none.</summary>
    Suppressed = 3,

    /// <summary>Sent, and a server reported that it did not arrive.</summary>
    Bounced = 4,
}

/// <summary>One letter to one address, from the moment it was written.</summary>
public sealed class MailOut
{
    public long Id { get; set; }

    /// <summary>Makes it one: the same deed queues it once.</summary>
    public required string Key { get; set; }

    /// <summary>Without angle brackets; the same for every attempt, so a receiver knows a repetition.</summary>
    public required string MessageId { get; set; }

    public MailPurpose Purpose { get; set; }

    /// <summary>Null: the default account at the time of sending.</summary>
    public long? AccountId { get; set; }

    public long? CounterpartyId { get; set; }

    /// <summary>The contact that stands for it on the timeline.</summary>
    public long? InteractionId { get; set; }

    /// <summary>Who wrote it; null for the system.</summary>
    public long? UserId { get; set; }

    public required string ToAddress { get; set; }

    public string? ToName { get; set; }

    public required string Subject { get; set; }

    public required string Text { get; set; }

    /// <summary>Message-ID that it answers; null when it begins a conversation.</summary>
    public string? InReplyTo { get; set; }

    /// <summary>Message-IDs of the conversation, oldest first, parted by blanks.</summary>
    public string? ReferenceIds { get; set; }

    /// <summary>Files of the attachment folder as JSON; null for none.</summary>
    public string? Attachments { get; set; }

    public MailState State { get; set; }

    public int Attempts { get; set; }

    /// <summary>Not tried before; a claim moves it on.</summary>
    public DateTimeOffset NextAt { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    /// <summary>Stable code, with the server's three digits where it gave them.</summary>
    public string? Error { get; set; }

    /// <summary>When the report came that it did not arrive.</summary>
    public DateTimeOffset? BouncedAt { get; set; }

    /// <summary>Enhanced status code of the report (RFC 3463) such as 5.1.1; null when it gave none.</summary>
    public string? BounceStatus { get; set; }

    /// <summary>In the reporting server's words.</summary>
    public string? BounceReason { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<MailOut>
    {
        public void Configure(EntityTypeBuilder<MailOut> builder) => builder.ToTable("mail_out");
    }
}
