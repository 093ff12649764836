using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Classification;

/// <summary>Rows of a run packed into blocks; overrides, changes, presets and the schedule. Runs of the layout before are made anew: no version with it was released.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0022_ClassificationDocument")]
public sealed class M0022ClassificationDocument : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("DROP TABLE classification_row");
        migrationBuilder.Sql("DELETE FROM classification_run");
        migrationBuilder.Sql("UPDATE counterparty SET importance = NULL, stage = NULL, regularity = NULL WHERE importance IS NOT NULL OR stage IS NOT NULL");
        migrationBuilder.Sql("ALTER TABLE classification_run ADD COLUMN population integer NOT NULL DEFAULT 1");
        migrationBuilder.Sql("ALTER TABLE classification_run ADD COLUMN revision integer NOT NULL DEFAULT 0");
        migrationBuilder.AddColumn<bool>("is_recut", "classification_run", nullable: false, defaultValue: false);
        migrationBuilder.AddColumn<string>("result_hash", "classification_run", nullable: true);
        // One run in force a population, whatever the code above does.
        migrationBuilder.Sql("DROP INDEX ux_classification_run_approved");
        migrationBuilder.Sql("CREATE UNIQUE INDEX ux_classification_run_approved ON classification_run (population, state) WHERE state = 2");
        Rows(migrationBuilder);
        Settings(migrationBuilder);
        if (!MigrationColumns.IsSqlite(migrationBuilder))
        {
            migrationBuilder.Sql("ALTER TABLE classification_block ALTER COLUMN data SET STORAGE EXTERNAL");
        }
    }

    private static void Rows(MigrationBuilder migration)
    {
        migration.CreateTable("classification_block", t => new
        {
            run_id = t.Column<long>(nullable: false),
            first_id = t.Column<long>(nullable: false),
            data = t.Column<byte[]>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_classification_block", x => new { x.run_id, x.first_id }));
        migration.CreateTable("classification_override", t => new
        {
            run_id = t.Column<long>(nullable: false),
            member_id = t.Column<long>(nullable: false),
            importance = t.Column<short>(nullable: true),
            stage = t.Column<short>(nullable: true),
            regularity = t.Column<short>(nullable: true),
            reason = t.Column<string>(nullable: false),
            author_login = t.Column<string>(nullable: false),
            at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_classification_override", x => new { x.run_id, x.member_id }));
        var (big, shape) = MigrationColumns.IsSqlite(migration) ? ("INTEGER", " WITHOUT ROWID") : ("bigint", "");
        migration.Sql($"""
            CREATE TABLE class_change (
                counterparty_id {big} NOT NULL, run_id {big} NOT NULL,
                importance smallint, stage smallint, regularity smallint,
                previous_importance smallint, previous_stage smallint, previous_regularity smallint,
                CONSTRAINT pk_class_change PRIMARY KEY (counterparty_id, run_id)){shape}
            """);
    }

    private static void Settings(MigrationBuilder migration)
    {
        migration.CreateTable("classification_member", t => new
        {
            id = t.Identity(),
            population = t.Column<int>(nullable: false),
            key = t.Column<string>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_classification_member", x => x.id));
        migration.CreateIndex("ux_classification_member_key", "classification_member", ["population", "key"], unique: true);
        migration.CreateTable("classification_preset", t => new
        {
            id = t.Identity(),
            name = t.Column<string>(nullable: false),
            parameters = t.Column<string>(nullable: false),
            author_login = t.Column<string>(nullable: false),
            at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_classification_preset", x => x.id));
        migration.CreateIndex("ux_classification_preset_name", "classification_preset", "name", unique: true);
        migration.CreateTable("classification_schedule", t => new
        {
            id = t.Identity(),
            preset_id = t.Column<long>(nullable: true),
            day_of_month = t.Column<int>(nullable: false),
            is_approved_at_once = t.Column<bool>(nullable: false),
            is_on = t.Column<bool>(nullable: false),
            made_for = t.Column<int>(nullable: true),
            problem = t.Column<string>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_classification_schedule", x => x.id));
    }
}
