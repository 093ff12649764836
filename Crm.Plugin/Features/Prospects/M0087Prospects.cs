using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Prospects;

/// <summary>Prospects as counterparties of the CRM's own. Those of before wait in <c>prospect_before</c> for <see cref="ProspectTransfer"/>, which knows how names are folded.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0087_Prospects")]
public sealed class M0087Prospects : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        foreach (var index in (string[])["ix_prospect_tail", "ix_prospect_created", "ix_prospect_call"])
        {
            migrationBuilder.Sql($"DROP INDEX {index}");
        }

        migrationBuilder.Sql("ALTER TABLE prospect RENAME TO prospect_before");
        if (!MigrationColumns.IsSqlite(migrationBuilder))
        {
            migrationBuilder.Sql("ALTER TABLE prospect_before RENAME CONSTRAINT pk_prospect TO pk_prospect_before");
        }

        migrationBuilder.CreateTable("prospect", t => new
        {
            id = t.Identity(),
            counterparty_id = t.Column<long>(nullable: false),
            other_id = t.Column<long>(nullable: true),
            state = t.Column<int>(nullable: false),
            source = t.Column<string>(nullable: true),
            note = t.Column<string>(nullable: true),
            reason = t.Column<string>(nullable: true),
            responsible_id = t.Column<long>(nullable: false),
            call_id = t.Column<long>(nullable: true),
            created_by = t.Column<long>(nullable: false),
            created_at = t.Column<long>(nullable: false),
            closed_at = t.Column<long>(nullable: true),
            sent_to = t.Column<int>(nullable: true),
            idempotency_key = t.Column<Guid>(nullable: false),
            fate = t.Column<int>(nullable: false),
            attempts = t.Column<int>(nullable: false),
            next_try_at = t.Column<long>(nullable: true),
            failure = t.Column<string>(nullable: true),
            host_key = t.Column<string>(nullable: true),
            host_number = t.Column<string>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_prospect", x => x.id));
        migrationBuilder.CreateTable("prospect_move", t => new
        {
            prospect_id = t.Column<long>(nullable: false),
            table_name = t.Column<string>(nullable: false),
            row_key = t.Column<string>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_prospect_move", x => new { x.prospect_id, x.table_name, x.row_key }));
        migrationBuilder.CreateIndex("ux_prospect_counterparty", "prospect", ["counterparty_id"], unique: true);
        migrationBuilder.CreateIndex("ix_prospect_other", "prospect", ["other_id"], filter: "other_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_prospect_state", "prospect", ["state", "id"]);
        migrationBuilder.CreateIndex("ix_prospect_due", "prospect", ["next_try_at"], filter: "next_try_at IS NOT NULL");
        migrationBuilder.CreateIndex("ix_counterparty_prospect", "counterparty", ["name_folded", "id"], filter: "connection_id = 0");
    }
}
