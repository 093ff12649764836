using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Mail;

/// <summary>Letters out and in, the accounts that carry them, and who wants none.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0071_Mail")]
public sealed class M0071Mail : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("mail_account", t => new
        {
            id = t.Identity(),
            from_address = t.Column<string>(nullable: false),
            from_name = t.Column<string>(nullable: true),
            signature = t.Column<string>(nullable: true),
            is_default = t.Column<bool>(nullable: false),
            is_active = t.Column<bool>(nullable: false),
            smtp_host = t.Column<string>(nullable: true),
            smtp_port = t.Column<int>(nullable: false),
            smtp_security = t.Column<int>(nullable: false),
            smtp_user = t.Column<string>(nullable: true),
            smtp_secret = t.Column<string>(nullable: true),
            source = t.Column<int>(nullable: false),
            in_host = t.Column<string>(nullable: true),
            in_port = t.Column<int>(nullable: false),
            in_security = t.Column<int>(nullable: false),
            in_user = t.Column<string>(nullable: true),
            in_secret = t.Column<string>(nullable: true),
            in_folder = t.Column<string>(nullable: true),
            keeps_unknown = t.Column<bool>(nullable: false),
            uid_validity = t.Column<long>(nullable: false, defaultValue: 0L),
            uid_next = t.Column<long>(nullable: false, defaultValue: 0L),
            checked_at = t.Column<long>(nullable: true),
            error = t.Column<string>(nullable: true),
            claimed_until = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_mail_account", x => x.id));
        migrationBuilder.CreateTable("mail_out", t => new
        {
            id = t.Identity(),
            key = t.Column<string>(nullable: false),
            message_id = t.Column<string>(nullable: false),
            purpose = t.Column<int>(nullable: false),
            account_id = t.Column<long>(nullable: true),
            counterparty_id = t.Column<long>(nullable: true),
            interaction_id = t.Column<long>(nullable: true),
            user_id = t.Column<long>(nullable: true),
            to_address = t.Column<string>(nullable: false),
            to_name = t.Column<string>(nullable: true),
            subject = t.Column<string>(nullable: false),
            text = t.Column<string>(nullable: false),
            in_reply_to = t.Column<string>(nullable: true),
            reference_ids = t.Column<string>(nullable: true),
            attachments = t.Column<string>(nullable: true),
            state = t.Column<int>(nullable: false),
            attempts = t.Column<int>(nullable: false, defaultValue: 0),
            next_at = t.Column<long>(nullable: false),
            sent_at = t.Column<long>(nullable: true),
            error = t.Column<string>(nullable: true),
            created_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_mail_out", x => x.id));
        migrationBuilder.CreateTable("mail_in", t => new
        {
            id = t.Identity(),
            message_id = t.Column<string>(nullable: false),
            account_id = t.Column<long>(nullable: false),
            state = t.Column<int>(nullable: false),
            counterparty_id = t.Column<long>(nullable: true),
            person_id = t.Column<long>(nullable: true),
            interaction_id = t.Column<long>(nullable: true),
            from_address = t.Column<string>(nullable: false),
            from_name = t.Column<string>(nullable: true),
            recipients = t.Column<string>(nullable: true),
            subject = t.Column<string>(nullable: true),
            sent_at = t.Column<long>(nullable: false),
            received_at = t.Column<long>(nullable: false),
            in_reply_to = t.Column<string>(nullable: true),
            reference_ids = t.Column<string>(nullable: true),
            text = t.Column<string>(nullable: true),
            html = t.Column<string>(nullable: true),
            attachments = t.Column<string>(nullable: true),
            file = t.Column<string>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_mail_in", x => x.id));
        migrationBuilder.CreateTable("mail_count", t => new
        {
            account_id = t.Column<long>(nullable: false),
            reason = t.Column<string>(nullable: false),
            letters = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_mail_count", x => new { x.account_id, x.reason }));
        migrationBuilder.CreateTable("mail_template", t => new
        {
            id = t.Identity(),
            name = t.Column<string>(nullable: false),
            subject = t.Column<string>(nullable: false),
            text = t.Column<string>(nullable: false),
            changed_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_mail_template", x => x.id));
        migrationBuilder.CreateTable("mail_suppression", t => new
        {
            address = t.Column<string>(nullable: false),
            reason = t.Column<string>(nullable: false),
            at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_mail_suppression", x => x.address));

        migrationBuilder.CreateIndex("ux_mail_out_key", "mail_out", ["key"], unique: true);
        migrationBuilder.CreateIndex("ux_mail_out_message", "mail_out", ["message_id"], unique: true);
        migrationBuilder.CreateIndex("ix_mail_out_queued", "mail_out", ["next_at"], filter: "state = 0");
        migrationBuilder.CreateIndex("ix_mail_out_interaction", "mail_out", ["interaction_id"]);
        migrationBuilder.CreateIndex("ix_mail_out_counterparty", "mail_out", ["counterparty_id"]);
        migrationBuilder.CreateIndex("ix_mail_out_user", "mail_out", ["user_id", "id"]);
        migrationBuilder.CreateIndex("ux_mail_in_message", "mail_in", ["message_id"], unique: true);
        migrationBuilder.CreateIndex("ix_mail_in_unmatched", "mail_in", ["received_at", "id"], filter: "state = 0");
        migrationBuilder.CreateIndex("ix_mail_in_interaction", "mail_in", ["interaction_id"]);
        migrationBuilder.CreateIndex("ix_mail_in_counterparty", "mail_in", ["counterparty_id"]);
    }
}
