using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Notices, their deliveries, and what users want to hear. Partial indexes hold only what is still to do.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0070_Notifications")]
public sealed class M0070Notifications : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("notice", t => new
        {
            id = t.Identity(),
            user_id = t.Column<long>(nullable: false),
            kind = t.Column<string>(nullable: false),
            key = t.Column<string>(nullable: false),
            counterparty_id = t.Column<long>(nullable: true),
            text = t.Column<string>(nullable: true),
            day = t.Column<int>(nullable: true),
            at = t.Column<long>(nullable: true),
            amount_e4 = t.Column<long>(nullable: true),
            currency = t.Column<string>(nullable: true),
            address = t.Column<string>(nullable: true),
            due_at = t.Column<long>(nullable: false),
            plan_at = t.Column<long>(nullable: true),
            round = t.Column<int>(nullable: false, defaultValue: 0),
            created_at = t.Column<long>(nullable: false),
            told_at = t.Column<long>(nullable: true),
            read_at = t.Column<long>(nullable: true),
            done_at = t.Column<long>(nullable: true),
            escalated_at = t.Column<long>(nullable: true),
            origin_user_id = t.Column<long>(nullable: true),
            digested_at = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_notice", x => x.id));
        migrationBuilder.CreateTable("notice_delivery", t => new
        {
            notice_id = t.Column<long>(nullable: false),
            channel = t.Column<int>(nullable: false),
            round = t.Column<int>(nullable: false),
            user_id = t.Column<long>(nullable: false),
            state = t.Column<int>(nullable: false),
            attempts = t.Column<int>(nullable: false, defaultValue: 0),
            next_at = t.Column<long>(nullable: false),
            delivered_at = t.Column<long>(nullable: true),
            error = t.Column<string>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_notice_delivery", x => new { x.notice_id, x.channel, x.user_id, x.round }));
        migrationBuilder.CreateTable("notice_choice", t => new
        {
            user_id = t.Column<long>(nullable: false),
            kind = t.Column<string>(nullable: false),
            channels = t.Column<int>(nullable: false),
            escalate_after_minutes = t.Column<int>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_notice_choice", x => new { x.user_id, x.kind }));
        migrationBuilder.CreateTable("notice_settings", t => new
        {
            user_id = t.Column<long>(nullable: false),
            quiet_from = t.Column<int>(nullable: true),
            quiet_to = t.Column<int>(nullable: true),
            digest_minute = t.Column<int>(nullable: true),
            digested_on = t.Column<int>(nullable: true),
            birthday_days = t.Column<int>(nullable: false, defaultValue: 3),
            webhook_address = t.Column<string>(nullable: true),
            webhook_secret = t.Column<string>(nullable: true),
            public_address = t.Column<string>(nullable: true),
            allowed_webhooks = t.Column<string>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_notice_settings", x => x.user_id));
        migrationBuilder.CreateTable("notice_source", t => new
        {
            kind = t.Column<string>(nullable: false),
            next_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_notice_source", x => x.kind));

        migrationBuilder.CreateIndex("ux_notice_key", "notice", ["user_id", "kind", "key"], unique: true);
        migrationBuilder.CreateIndex("ix_notice_list", "notice", ["user_id", "told_at", "id"], filter: "done_at IS NULL AND told_at IS NOT NULL");
        migrationBuilder.CreateIndex("ix_notice_unread", "notice", ["user_id"], filter: "done_at IS NULL AND read_at IS NULL AND told_at IS NOT NULL");
        migrationBuilder.CreateIndex("ix_notice_plan", "notice", ["plan_at", "id"], filter: "plan_at IS NOT NULL");
        migrationBuilder.CreateIndex("ix_notice_unseen", "notice", ["kind", "told_at"], filter: "told_at IS NOT NULL AND read_at IS NULL AND done_at IS NULL AND escalated_at IS NULL");
        migrationBuilder.CreateIndex("ix_notice_counterparty", "notice", ["counterparty_id"]);
        migrationBuilder.CreateIndex("ix_notice_delivery_waiting", "notice_delivery", ["next_at"], filter: "state = 0");
        migrationBuilder.CreateIndex("ix_interaction_remind", "interaction", ["remind_at"], filter: "state = 0 AND remind_at IS NOT NULL");
    }
}
