using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Mail;

/// <summary>Letters that came back, and why.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0075_MailBounces")]
public sealed class M0075MailBounces : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<long>("bounced_at", "mail_out", nullable: true);
        migrationBuilder.AddColumn<string>("bounce_status", "mail_out", nullable: true);
        migrationBuilder.AddColumn<string>("bounce_reason", "mail_out", nullable: true);
        migrationBuilder.AddColumn<string>("detail", "mail_suppression", nullable: true);
        migrationBuilder.CreateIndex("ix_mail_out_bounced", "mail_out", ["counterparty_id", "bounced_at", "id"], filter: "bounced_at IS NOT NULL");
    }
}
