using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Calls;

/// <summary>Calls, whose lines they ring at, the company's own numbers, and callers whom nobody knew.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0061_Calls")]
public sealed class M0061Calls : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("phone_call", t => new
        {
            id = t.Identity(),
            call_key = t.Column<string>(nullable: false),
            line = t.Column<string>(nullable: false),
            user_id = t.Column<long>(nullable: true),
            direction = t.Column<int>(nullable: false),
            number = t.Column<string>(nullable: false),
            digits = t.Column<string>(nullable: false),
            is_internal = t.Column<bool>(nullable: false),
            rang_at = t.Column<long>(nullable: false),
            answered_at = t.Column<long>(nullable: true),
            ended_at = t.Column<long>(nullable: true),
            disposition = t.Column<string>(nullable: true),
            counterparty_id = t.Column<long>(nullable: true),
            person_id = t.Column<long>(nullable: true),
            dismissed_at = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_phone_call", x => x.id));
        migrationBuilder.CreateTable("call_line", t => new
        {
            extension = t.Column<string>(nullable: false),
            user_id = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_call_line", x => x.extension));
        migrationBuilder.CreateTable("own_number", t => new
        {
            digits = t.Column<string>(nullable: false),
            typed = t.Column<string>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_own_number", x => x.digits));
        migrationBuilder.CreateTable("prospect", t => new
        {
            id = t.Identity(),
            name = t.Column<string>(nullable: false),
            company = t.Column<string>(nullable: true),
            phone = t.Column<string>(nullable: true),
            digits = t.Column<string>(nullable: true),
            tail = t.Column<string>(nullable: true),
            note = t.Column<string>(nullable: true),
            source = t.Column<string>(nullable: true),
            responsible_id = t.Column<long>(nullable: false),
            call_id = t.Column<long>(nullable: true),
            counterparty_id = t.Column<long>(nullable: true),
            created_by = t.Column<long>(nullable: false),
            created_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_prospect", x => x.id));
        migrationBuilder.AddColumn<long>("call_id", "interaction", nullable: true);

        migrationBuilder.CreateIndex("ux_phone_call", "phone_call", ["call_key", "line"], unique: true);
        migrationBuilder.CreateIndex("ix_phone_call_user", "phone_call", ["user_id", "rang_at", "id"]);
        migrationBuilder.CreateIndex("ix_phone_call_rang", "phone_call", ["rang_at", "id"]);
        migrationBuilder.CreateIndex("ix_prospect_tail", "prospect", ["tail"], filter: "tail IS NOT NULL");
        migrationBuilder.CreateIndex("ix_prospect_created", "prospect", ["created_at", "id"]);
        migrationBuilder.CreateIndex("ix_prospect_call", "prospect", ["call_id"], filter: "call_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_interaction_call", "interaction", ["call_id"], filter: "call_id IS NOT NULL");
    }
}
