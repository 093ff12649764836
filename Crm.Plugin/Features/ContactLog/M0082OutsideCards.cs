using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>The CRM's own persons among those who take part.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0082_OutsideCards")]
public sealed class M0082OutsideCards : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.AddColumn<long>("card_id", "interaction_person", nullable: true);
}
