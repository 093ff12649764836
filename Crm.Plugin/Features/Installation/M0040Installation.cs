using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Installation;

/// <summary>What was put into which ERP.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0040_Installation")]
public sealed class M0040Installation : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.CreateTable("installation", t => new
        {
            connection_id = t.Column<int>(nullable: false),
            public_address = t.Column<string>(nullable: false),
            menu_at = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_installation", x => x.connection_id));
}
