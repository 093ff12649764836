using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Storage.Migrations;

/// <summary>The contact log. Partial indexes keep the open plans apart from the years of history.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0030_ContactLog")]
public sealed class M0030ContactLog : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("interaction", t => new
        {
            id = t.Identity(),
            counterparty_id = t.Column<long>(nullable: false),
            person_id = t.Column<long>(nullable: true),
            kind = t.Column<int>(nullable: false),
            direction = t.Column<int>(nullable: false),
            state = t.Column<int>(nullable: false),
            importance = t.Column<int>(nullable: false),
            subject = t.Column<string>(nullable: true),
            content = t.Column<string>(nullable: true),
            planned_start = t.Column<long>(nullable: true),
            planned_end = t.Column<long>(nullable: true),
            started_at = t.Column<long>(nullable: true),
            ended_at = t.Column<long>(nullable: true),
            at = t.Column<long>(nullable: false),
            minutes = t.Column<int>(nullable: true),
            source = t.Column<string>(nullable: true),
            basis = t.Column<string>(nullable: true),
            basis_order_id = t.Column<long>(nullable: true),
            project = t.Column<string>(nullable: true),
            territory = t.Column<string>(nullable: true),
            room = t.Column<string>(nullable: true),
            room_folded = t.Column<string>(nullable: true),
            event_group = t.Column<string>(nullable: true),
            responsible_id = t.Column<long>(nullable: false),
            remind_minutes_before = t.Column<int>(nullable: true),
            remind_at = t.Column<long>(nullable: true),
            result = t.Column<string>(nullable: true),
            next_step = t.Column<string>(nullable: true),
            follows_id = t.Column<long>(nullable: true),
            text_folded = t.Column<string>(nullable: false),
            version = t.Column<int>(nullable: false),
            created_by = t.Column<long>(nullable: false),
            created_at = t.Column<long>(nullable: false),
            changed_by = t.Column<long>(nullable: true),
            changed_at = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_interaction", x => x.id));
        migrationBuilder.CreateTable("interaction_user", t => new
        {
            interaction_id = t.Column<long>(nullable: false),
            user_id = t.Column<long>(nullable: false),
            is_open = t.Column<bool>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_interaction_user", x => new { x.interaction_id, x.user_id }));
        migrationBuilder.CreateTable("interaction_person", t => new
        {
            interaction_id = t.Column<long>(nullable: false),
            no = t.Column<int>(nullable: false),
            person_id = t.Column<long>(nullable: true),
            name = t.Column<string>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_interaction_person", x => new { x.interaction_id, x.no }));

        migrationBuilder.CreateIndex("ix_interaction_counterparty", "interaction", ["counterparty_id", "at", "id"]);
        migrationBuilder.CreateIndex("ix_interaction_responsible", "interaction", ["responsible_id", "at", "id"]);
        migrationBuilder.CreateIndex("ix_interaction_at", "interaction", ["at", "id"]);
        migrationBuilder.CreateIndex("ix_interaction_open_responsible", "interaction", ["responsible_id", "at", "id"], filter: "state = 0");
        migrationBuilder.CreateIndex("ix_interaction_open", "interaction", ["at", "id"], filter: "state = 0");
        migrationBuilder.CreateIndex("ix_interaction_user_open", "interaction_user", ["user_id", "interaction_id"], filter: "is_open");
    }
}
