using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Mail;

/// <summary>Received letters of the CRM's own persons.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0080_MailPersons")]
public sealed class M0080MailPersons : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.AddColumn<long>("card_id", "mail_in", nullable: true);
}
