using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Mail;

/// <summary>From when on a mailbox is read, and that somebody looked before the first reading. Accounts that read already go on.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0084_MailBeginning")]
public sealed class M0084MailBeginning : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<int>("read_since", "mail_account", nullable: true);
        migrationBuilder.AddColumn<long>("begun_at", "mail_account", nullable: true);
        migrationBuilder.Sql("UPDATE mail_account SET begun_at = 0");
    }
}
