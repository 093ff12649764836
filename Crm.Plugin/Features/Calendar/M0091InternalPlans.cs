using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Plans that concern no counterparty: internal meetings, own tasks, absences.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0091_InternalPlans")]
public sealed class M0091InternalPlans : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("internal_plan", t => new
        {
            id = t.Identity(),
            kind = t.Column<int>(nullable: false),
            state = t.Column<int>(nullable: false),
            owner_id = t.Column<long>(nullable: false),
            subject = t.Column<string>(nullable: true),
            content = t.Column<string>(nullable: true),
            starts_at = t.Column<long>(nullable: false),
            ends_at = t.Column<long>(nullable: false),
            room = t.Column<string>(nullable: true),
            room_folded = t.Column<string>(nullable: true),
            remind_minutes_before = t.Column<int>(nullable: true),
            remind_at = t.Column<long>(nullable: true),
            result = t.Column<string>(nullable: true),
            minutes = t.Column<int>(nullable: true),
            series_id = t.Column<long>(nullable: true),
            version = t.Column<int>(nullable: false),
            created_by = t.Column<long>(nullable: false),
            created_at = t.Column<long>(nullable: false),
            changed_by = t.Column<long>(nullable: true),
            changed_at = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_internal_plan", x => x.id));
        migrationBuilder.CreateTable("internal_plan_user", t => new
        {
            internal_plan_id = t.Column<long>(nullable: false),
            user_id = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_internal_plan_user", x => new { x.internal_plan_id, x.user_id }));
        migrationBuilder.CreateIndex("ix_internal_plan_owner", "internal_plan", ["owner_id", "starts_at"]);
        migrationBuilder.CreateIndex("ix_internal_plan_starts", "internal_plan", ["starts_at", "id"]);
        migrationBuilder.CreateIndex("ix_internal_plan_series", "internal_plan", ["series_id", "starts_at"], filter: "series_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_internal_plan_remind", "internal_plan", ["remind_at"], filter: "state = 0 AND remind_at IS NOT NULL");
        migrationBuilder.CreateIndex("ix_internal_plan_user_user", "internal_plan_user", ["user_id", "internal_plan_id"]);
    }
}
