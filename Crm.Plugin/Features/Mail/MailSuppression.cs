using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Mail;

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
