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
