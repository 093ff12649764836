using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Mail;

/// <summary>How a connection to a mail server is protected.</summary>
public enum MailSecurity
{
    /// <summary>Not at all: only for a server on the same machine.</summary>
    None = 0,

    /// <summary>TLS after STARTTLS; refused where the server does not offer it.</summary>
    StartTls = 1,

    /// <summary>TLS from the first byte.</summary>
    Tls = 2,
}

/// <summary>Where an account's incoming mail comes from.</summary>
public enum MailSource
{
    None = 0,
    Imap = 1,

    /// <summary>A watched folder of .eml files or a maildir.</summary>
    Folder = 2,

    /// <summary>A port of this server that forwarding rules send to.</summary>
    Listener = 3,
}

/// <summary>An address of the company with the servers that serve it.</summary>
public sealed class MailAccount
{
    public long Id { get; set; }

    public required string FromAddress { get; set; }

    public string? FromName { get; set; }

    /// <summary>Written below every letter; null for none.</summary>
    public string? Signature { get; set; }

    public bool IsDefault { get; set; }

    public bool IsActive { get; set; }

    public string? SmtpHost { get; set; }

    public int SmtpPort { get; set; }

    public MailSecurity SmtpSecurity { get; set; }

    /// <summary>Null where the server wants no sign-in.</summary>
    public string? SmtpUser { get; set; }

    /// <summary>Protected; never shown.</summary>
    public string? SmtpSecret { get; set; }

    public MailSource Source { get; set; }

    /// <summary>Server; for a listener the address that it binds to.</summary>
    public string? InHost { get; set; }

    public int InPort { get; set; }

    public MailSecurity InSecurity { get; set; }

    public string? InUser { get; set; }

    public string? InSecret { get; set; }

    /// <summary>Mailbox on the server, or path of the watched folder.</summary>
    public string? InFolder { get; set; }

    /// <summary>Whether mail of unknown senders waits in the queue of the unmatched; else it is only counted.</summary>
    public bool KeepsUnknown { get; set; }

    /// <summary>Letters that came before are left where they are; null for none.</summary>
    public DateOnly? ReadSince { get; set; }

    /// <summary>When somebody who saw what would be stored said that reading may begin; null as long as nobody did.</summary>
    public DateTimeOffset? BegunAt { get; set; }

    /// <summary>IMAP: the folder's validity and the first number not read yet.</summary>
    public long UidValidity { get; set; }

    public long UidNext { get; set; }

    public DateTimeOffset? CheckedAt { get; set; }

    /// <summary>Stable code of the last failure; null when the last check went well.</summary>
    public string? Error { get; set; }

    /// <summary>Claimed by a process until then.</summary>
    public DateTimeOffset? ClaimedUntil { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<MailAccount>
    {
        public void Configure(EntityTypeBuilder<MailAccount> builder) => builder.ToTable("mail_account");
    }
}

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

/// <summary>What came of the letters that an account fetched, counted by reason.</summary>
public sealed class MailCount
{
    public long AccountId { get; set; }

    /// <summary>Stable: fetched, matched, stored, or skipped.WHY.</summary>
    public required string Reason { get; set; }

    public long Letters { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<MailCount>
    {
        public void Configure(EntityTypeBuilder<MailCount> builder) => builder.ToTable("mail_count").HasKey(c => new { c.AccountId, c.Reason });
    }
}

/// <summary>A text with fields to write letters from.</summary>
public sealed class MailTemplate
{
    public long Id { get; set; }

    public required string Name { get; set; }

    public required string Subject { get; set; }

    public required string Text { get; set; }

    public DateTimeOffset ChangedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<MailTemplate>
    {
        public void Configure(EntityTypeBuilder<MailTemplate> builder) => builder.ToTable("mail_template");
    }
}

/// <summary>An address that gets nothing to selections any more. Kept for ever, whatever record it belonged to.</summary>
public sealed class MailSuppression
{
    /// <summary>In small letters.</summary>
    public required string Address { get; set; }

    /// <summary>Stable: unsubscribed, do-not-contact, bounced.</summary>
    public required string Reason { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>What the server said, where letters come back; null else.</summary>
    public string? Detail { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<MailSuppression>
    {
        public void Configure(EntityTypeBuilder<MailSuppression> builder) => builder.ToTable("mail_suppression").HasKey(s => s.Address);
    }
}
