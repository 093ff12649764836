using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.People;

/// <summary>The CRM's own persons, what it adds to the ERP's, contact mechanisms typed here and preferences.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0063_People")]
public sealed class M0063People : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("person_card", t => new
        {
            id = t.Identity(),
            contact_person_id = t.Column<long>(nullable: true),
            name = t.Column<string>(nullable: false),
            name_folded = t.Column<string>(nullable: false),
            birthday = t.Column<int>(nullable: true),
            channel = t.Column<int>(nullable: true),
            language = t.Column<string>(nullable: true),
            do_not_contact = t.Column<bool>(nullable: false),
            note = t.Column<string>(nullable: true),
            created_by = t.Column<long>(nullable: false),
            created_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_person_card", x => x.id));
        migrationBuilder.CreateTable("person_place", t => new
        {
            person_card_id = t.Column<long>(nullable: false),
            counterparty_id = t.Column<long>(nullable: false),
            role = t.Column<string>(nullable: true),
            position = t.Column<string>(nullable: true),
            left_on = t.Column<int>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_person_place", x => new { x.person_card_id, x.counterparty_id }));
        migrationBuilder.CreateTable("own_mechanism", t => new
        {
            id = t.Identity(),
            counterparty_id = t.Column<long>(nullable: false),
            contact_person_id = t.Column<long>(nullable: true),
            card_id = t.Column<long>(nullable: true),
            kind = t.Column<int>(nullable: false),
            value = t.Column<string>(nullable: false),
            normal = t.Column<string>(nullable: false),
            tail = t.Column<string>(nullable: true),
            label = t.Column<string>(nullable: true),
            is_main = t.Column<bool>(nullable: false),
            valid_from = t.Column<int>(nullable: true),
            valid_to = t.Column<int>(nullable: true),
            fate = t.Column<int>(nullable: false),
            idempotency_key = t.Column<Guid>(nullable: false),
            host_key = t.Column<string>(nullable: true),
            attempts = t.Column<int>(nullable: false),
            next_try_at = t.Column<long>(nullable: true),
            failure = t.Column<string>(nullable: true),
            created_by = t.Column<long>(nullable: false),
            created_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_own_mechanism", x => x.id));
        migrationBuilder.CreateTable("counterparty_preference", t => new
        {
            counterparty_id = t.Column<long>(nullable: false),
            channel = t.Column<int>(nullable: true),
            language = t.Column<string>(nullable: true),
            do_not_contact = t.Column<bool>(nullable: false),
            terms = t.Column<string>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_counterparty_preference", x => x.counterparty_id));
        migrationBuilder.AddColumn<long>("card_id", "interaction", nullable: true);

        migrationBuilder.CreateIndex("ux_person_card_erp", "person_card", ["contact_person_id"], unique: true, filter: "contact_person_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_person_card_name", "person_card", ["name_folded", "id"]);
        migrationBuilder.CreateIndex("ix_person_place_counterparty", "person_place", ["counterparty_id"]);
        migrationBuilder.CreateIndex("ix_own_mechanism_counterparty", "own_mechanism", ["counterparty_id"]);
        migrationBuilder.CreateIndex("ix_own_mechanism_normal", "own_mechanism", ["normal"]);
        migrationBuilder.CreateIndex("ix_own_mechanism_tail", "own_mechanism", ["tail"], filter: "tail IS NOT NULL");
        migrationBuilder.CreateIndex("ix_own_mechanism_waiting", "own_mechanism", ["next_try_at"], filter: "fate = 1");
    }
}
