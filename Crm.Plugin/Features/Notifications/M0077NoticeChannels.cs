using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Each notice knows through what it was told, so that the bell and the digest hold only what was chosen for them.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0077_NoticeChannels")]
public sealed class M0077NoticeChannels : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<int>("channels", "notice", nullable: false, defaultValue: 0);
        // What was told before stood on every bell, and has been in digests already.
        migrationBuilder.Sql("UPDATE notice SET channels = 1 WHERE told_at IS NOT NULL");
        migrationBuilder.DropIndex("ix_notice_list", "notice");
        migrationBuilder.DropIndex("ix_notice_unread", "notice");
        migrationBuilder.CreateIndex("ix_notice_list", "notice", ["user_id", "told_at", "id"], filter: "done_at IS NULL AND told_at IS NOT NULL AND (channels & 1) = 1");
        migrationBuilder.CreateIndex("ix_notice_unread", "notice", ["user_id"], filter: "done_at IS NULL AND read_at IS NULL AND told_at IS NOT NULL AND (channels & 1) = 1");
        migrationBuilder.CreateIndex("ix_notice_digest", "notice", ["user_id", "told_at"], filter: "done_at IS NULL AND read_at IS NULL AND told_at IS NOT NULL AND digested_at IS NULL AND (channels & 8) = 8");
    }
}
