using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Retention;

/// <summary>The last evaluation.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0023_Retention")]
public sealed class M0023Retention : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable("retention", t => new
    {
        id = t.Column<int>(nullable: false),
        at = t.Column<long>(nullable: false),
        report = t.Column<string>(nullable: false),
    }, constraints: c => c.PrimaryKey("pk_retention", x => x.id));
}
