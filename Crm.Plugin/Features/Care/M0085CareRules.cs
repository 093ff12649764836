using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Care;

/// <summary>Rules of care by purchase regularity and by saved segment.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0085_CareRules")]
public sealed class M0085CareRules : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<int>("regularity", "care_rule", nullable: true);
        migrationBuilder.AddColumn<long>("segment_id", "care_rule", nullable: true);
    }
}
