using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Notifications;

/// <summary>How long before a planned contact each user is reminded unless the plan says otherwise; null for not at all.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0078_UsualReminder")]
public sealed class M0078UsualReminder : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.AddColumn<int>("remind_minutes", "notice_settings", nullable: true, defaultValue: 15);
}
