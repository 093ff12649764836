using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.SalesHistory;

/// <summary>Packed orders. The triggers that keep them true come with the first build, so that a first read does not pay for them.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0021_SalesHistory")]
public sealed class M0021SalesHistory : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("sales_block", t => new
        {
            no = t.Column<long>(nullable: false),
            data = t.Column<byte[]>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_sales_block", x => x.no));
        migrationBuilder.CreateTable("sales_history", t => new
        {
            id = t.Column<int>(nullable: false),
            format = t.Column<int>(nullable: false),
            generation = t.Column<long>(nullable: false),
            built_at = t.Column<long>(nullable: false),
            members = t.Column<long>(nullable: false),
            orders = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_sales_history", x => x.id));
        migrationBuilder.CreateTable("sales_touched", t => new
        {
            id = t.Identity(),
            counterparty_id = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_sales_touched", x => x.id));
        if (!MigrationColumns.IsSqlite(migrationBuilder))
        {
            // Packed already: compressing again would only cost time.
            migrationBuilder.Sql("ALTER TABLE sales_block ALTER COLUMN data SET STORAGE EXTERNAL");
        }
    }
}
