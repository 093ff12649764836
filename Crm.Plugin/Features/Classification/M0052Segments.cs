using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Classification;

/// <summary>Named selections of counterparties.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0052_Segments")]
public sealed class M0052Segments : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("classification_segment", t => new
        {
            id = t.Identity(),
            name = t.Column<string>(nullable: false),
            manager = t.Column<string>(nullable: true),
            city = t.Column<string>(nullable: true),
            region = t.Column<string>(nullable: true),
            country = t.Column<string>(nullable: true),
            importance = t.Column<string>(nullable: true),
            stage = t.Column<string>(nullable: true),
            author_login = t.Column<string>(nullable: false),
            at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_classification_segment", x => x.id));
        migrationBuilder.CreateIndex("ux_classification_segment_name", "classification_segment", "name", unique: true);
    }
}
