using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Retention;

/// <summary>Who was announced by the last evaluation.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0051_LikelyLoss")]
public sealed class M0051LikelyLoss : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable("likely_loss", t => new
    {
        counterparty_id = t.Column<long>(nullable: false),
    }, constraints: c => c.PrimaryKey("pk_likely_loss", x => x.counterparty_id));
}
