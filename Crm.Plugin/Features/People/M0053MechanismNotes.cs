using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.People;

/// <summary>What is noted here of the ERP's contact mechanisms, and the day that the search knows.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0053_MechanismNotes")]
public sealed class M0053MechanismNotes : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("mechanism_note", t => new
        {
            id = t.Identity(),
            counterparty_id = t.Column<long>(nullable: false),
            contact_person_id = t.Column<long>(nullable: true),
            kind = t.Column<int>(nullable: false),
            value = t.Column<string>(nullable: false),
            normal = t.Column<string>(nullable: false),
            label = t.Column<string>(nullable: true),
            is_main = t.Column<bool>(nullable: false),
            valid_from = t.Column<int>(nullable: true),
            valid_to = t.Column<int>(nullable: true),
            fate = t.Column<int>(nullable: false),
            idempotency_key = t.Column<Guid>(nullable: false),
            written_at = t.Column<long>(nullable: true),
            attempts = t.Column<int>(nullable: false),
            next_try_at = t.Column<long>(nullable: true),
            failure = t.Column<string>(nullable: true),
            failure_kind = t.Column<int>(nullable: true),
            created_by = t.Column<long>(nullable: false),
            created_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_mechanism_note", x => x.id));
        // One note for one number of one owner: it cannot come to stand at another.
        migrationBuilder.CreateIndex("ux_mechanism_note_counterparty", "mechanism_note", ["counterparty_id", "kind", "normal"], unique: true, filter: "contact_person_id IS NULL");
        migrationBuilder.CreateIndex("ux_mechanism_note_person", "mechanism_note", ["contact_person_id", "kind", "normal"], unique: true, filter: "contact_person_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_mechanism_note_counterparty", "mechanism_note", ["counterparty_id"]);
        migrationBuilder.CreateIndex("ix_mechanism_note_end", "mechanism_note", ["valid_to"], filter: "valid_to IS NOT NULL");
        migrationBuilder.CreateIndex("ix_mechanism_note_waiting", "mechanism_note", ["next_try_at"], filter: "fate = 1");

        migrationBuilder.CreateTable("search_day", t => new
        {
            id = t.Column<int>(nullable: false),
            day = t.Column<int>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_search_day", x => x.id));
        // Before every day: the first turn follows whatever has ended until then.
        migrationBuilder.Sql("INSERT INTO search_day (id, day) VALUES (1, 0)");
    }
}
