using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>Counterparties are found by the CRM's own persons and by what was typed here; those that have any are to be written anew.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0083_OwnSearch")]
public sealed class M0083OwnSearch : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<bool>("is_own", "phone", nullable: false, defaultValue: false);
        // Only ever added to, so that a change that comes while another is being followed is not lost.
        migrationBuilder.CreateTable("search_stale", t => new
        {
            id = t.Identity(),
            counterparty_id = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_search_stale", x => x.id));
        migrationBuilder.Sql("INSERT INTO search_stale (counterparty_id) SELECT counterparty_id FROM person_place UNION SELECT counterparty_id FROM own_mechanism");
    }
}
