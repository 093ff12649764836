using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Mail;

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
