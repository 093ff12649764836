using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Series, checklists, orders and files of interactions, and the index of every three letters of their texts.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0062_ContactLogParts")]
public sealed class M0062ContactLogParts : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<long>("series_id", "interaction", nullable: true);
        migrationBuilder.AddColumn<int>("repeat", "interaction", nullable: true);
        migrationBuilder.CreateIndex("ix_interaction_series", "interaction", ["series_id", "at"], filter: "series_id IS NOT NULL");
        migrationBuilder.CreateTable("interaction_task", t => new
        {
            interaction_id = t.Column<long>(nullable: false),
            no = t.Column<int>(nullable: false),
            text = t.Column<string>(nullable: false),
            done_at = t.Column<long>(nullable: true),
            done_by = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_interaction_task", x => new { x.interaction_id, x.no }));
        migrationBuilder.CreateTable("interaction_order", t => new
        {
            interaction_id = t.Column<long>(nullable: false),
            order_id = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_interaction_order", x => new { x.interaction_id, x.order_id }));
        migrationBuilder.CreateIndex("ix_interaction_order_order", "interaction_order", ["order_id", "interaction_id"]);
        migrationBuilder.CreateTable("interaction_file", t => new
        {
            id = t.Identity(),
            interaction_id = t.Column<long>(nullable: false),
            name = t.Column<string>(nullable: false),
            type = t.Column<string>(nullable: false),
            size = t.Column<long>(nullable: false),
            hash = t.Column<string>(nullable: false),
            added_by = t.Column<long>(nullable: false),
            added_at = t.Column<long>(nullable: false),
            removed_at = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_interaction_file", x => x.id));
        migrationBuilder.CreateIndex("ix_interaction_file_interaction", "interaction_file", ["interaction_id", "id"]);
        migrationBuilder.CreateIndex("ix_interaction_file_hash", "interaction_file", ["hash"]);
        foreach (var sql in MigrationColumns.IsSqlite(migrationBuilder) ? Sqlite : PostgreSql)
        {
            migrationBuilder.Sql(sql);
        }
    }

    // Triggers, so that nobody who writes an interaction can forget its index. Contentless: the text itself is in the table.
    private static readonly string[] Sqlite =
    [
        "CREATE VIRTUAL TABLE interaction_search USING fts5(text, content='', contentless_delete=1, tokenize='trigram')",
        "INSERT INTO interaction_search (rowid, text) SELECT id, text_folded FROM interaction",
        "CREATE TRIGGER interaction_search_insert AFTER INSERT ON interaction BEGIN INSERT INTO interaction_search (rowid, text) VALUES (NEW.id, NEW.text_folded); END",
        """
        CREATE TRIGGER interaction_search_update AFTER UPDATE OF text_folded ON interaction WHEN OLD.text_folded <> NEW.text_folded
        BEGIN DELETE FROM interaction_search WHERE rowid = OLD.id; INSERT INTO interaction_search (rowid, text) VALUES (NEW.id, NEW.text_folded); END
        """,
        "CREATE TRIGGER interaction_search_delete AFTER DELETE ON interaction BEGIN DELETE FROM interaction_search WHERE rowid = OLD.id; END",
    ];

    // A short list of what is still to be sorted in: every search looks through it.
    private static readonly string[] PostgreSql =
    [
        "CREATE INDEX ix_interaction_text ON interaction USING gin (text_folded gin_trgm_ops) WITH (gin_pending_list_limit = 256)",
    ];
}
