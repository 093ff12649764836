using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>A contact knows by which sending of a form it was made: the same one again makes no second.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0096_Submissions")]
public sealed class M0096Submissions : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<Guid>("submission_key", "interaction", nullable: true);
        migrationBuilder.CreateIndex("ux_interaction_submission", "interaction", ["created_by", "submission_key"], unique: true, filter: "submission_key IS NOT NULL");
    }
}
