using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Storage.Migrations;

/// <summary>People, their roles and tokens, and the audit log.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0002_Security")]
public sealed class M0002Security : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("user_account", t => new
        {
            id = t.Identity(),
            login = t.Column<string>(nullable: false),
            name = t.Column<string>(nullable: false),
            email = t.Column<string>(nullable: true),
            connection_id = t.Column<int>(nullable: true),
            password_hash = t.Column<string>(nullable: true),
            security_stamp = t.Column<string>(nullable: false),
            role = t.Column<int>(nullable: false),
            is_active = t.Column<bool>(nullable: false),
            language = t.Column<string>(nullable: true),
            time_zone = t.Column<string>(nullable: true),
            theme = t.Column<string>(nullable: true),
            failed_sign_ins = t.Column<int>(nullable: false),
            locked_until = t.Column<long>(nullable: true),
            created_at = t.Column<long>(nullable: false),
            signed_in_at = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_user_account", x => x.id));
        migrationBuilder.CreateIndex("ux_user_account_login", "user_account", "login", unique: true);
        migrationBuilder.CreateTable("role_rights", t => new
        {
            role = t.Column<int>(nullable: false),
            read_scope = t.Column<int>(nullable: false),
            write_scope = t.Column<int>(nullable: false),
            export_scope = t.Column<int>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_role_rights", x => x.role));
        migrationBuilder.CreateTable("api_token", t => new
        {
            id = t.Identity(),
            user_id = t.Column<long>(nullable: false),
            label = t.Column<string>(nullable: false),
            hash = t.Column<string>(nullable: false),
            created_at = t.Column<long>(nullable: false),
            used_at = t.Column<long>(nullable: true),
            revoked_at = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_api_token", x => x.id));
        migrationBuilder.CreateIndex("ux_api_token_hash", "api_token", "hash", unique: true);
        migrationBuilder.CreateTable("audit", t => new
        {
            id = t.Identity(),
            at = t.Column<long>(nullable: false),
            user_id = t.Column<long>(nullable: true),
            user_login = t.Column<string>(nullable: true),
            action = t.Column<string>(nullable: false),
            subject = t.Column<string>(nullable: true),
            subject_id = t.Column<string>(nullable: true),
            detail = t.Column<string>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_audit", x => x.id));
        migrationBuilder.CreateIndex("ix_audit_subject", "audit", ["subject", "subject_id", "id"]);
    }
}
