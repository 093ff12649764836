using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Channels;

/// <summary>A list of the company's own channels; a contact says by which one it came.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0097_Channels")]
public sealed class M0097Channels : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("interaction_channel", t => new
        {
            id = t.Identity(),
            name = t.Column<string>(),
            name_folded = t.Column<string>(),
            kind = t.Column<int>(),
            is_retired = t.Column<bool>(),
        }, constraints: c => c.PrimaryKey("pk_interaction_channel", x => x.id));
        migrationBuilder.CreateIndex("ux_interaction_channel_name", "interaction_channel", ["name_folded"], unique: true);
        migrationBuilder.AddColumn<string>("channel", "interaction", nullable: true);
    }
}
