using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Classification;

/// <summary>Classification documents and their rows.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0020_Classification")]
public sealed class M0020Classification : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("classification_run", t => new
        {
            id = t.Identity(),
            as_of = t.Column<int>(nullable: false),
            state = t.Column<int>(nullable: false),
            author_id = t.Column<long>(nullable: true),
            author_login = t.Column<string>(nullable: false),
            created_at = t.Column<long>(nullable: false),
            filled_at = t.Column<long>(nullable: true),
            approver_login = t.Column<string>(nullable: true),
            approved_at = t.Column<long>(nullable: true),
            superseded_at = t.Column<long>(nullable: true),
            previous_run_id = t.Column<long>(nullable: true),
            rule_version = t.Column<int>(nullable: false),
            parameters = t.Column<string>(nullable: false),
            totals = t.Column<string>(nullable: true),
            inputs_hash = t.Column<string>(nullable: true),
            progress_permille = t.Column<int>(nullable: false),
            problems = t.Column<string>(nullable: true),
            heartbeat_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_classification_run", x => x.id));
        // Two runs in force at once are impossible, whatever the code above does.
        migrationBuilder.Sql("CREATE UNIQUE INDEX ux_classification_run_approved ON classification_run (state) WHERE state = 2");
        Rows(migrationBuilder);
    }

    // Written in the key's order, so that on SQLite a run is appended as one piece of the table.
    private static void Rows(MigrationBuilder migration)
    {
        var (big, shape) = MigrationColumns.IsSqlite(migration) ? ("INTEGER", " WITHOUT ROWID") : ("bigint", "");
        migration.Sql($"""
            CREATE TABLE classification_row (
                run_id {big} NOT NULL, counterparty_id {big} NOT NULL, place integer NOT NULL,
                value_e4 {big} NOT NULL, accumulated_e4 {big} NOT NULL, cv_e3 integer,
                purchases integer NOT NULL, purchases_in_period integer NOT NULL, purchases_ever integer NOT NULL,
                first_on integer, last_on integer, loss_after_days integer,
                importance smallint, stage smallint, regularity smallint,
                previous_importance smallint, previous_stage smallint, previous_regularity smallint,
                reason integer NOT NULL, marks smallint NOT NULL,
                CONSTRAINT pk_classification_row PRIMARY KEY (run_id, counterparty_id)){shape}
            """);
        migration.Sql("CREATE UNIQUE INDEX ux_classification_row_place ON classification_row (run_id, place, importance, stage, regularity, marks)");
    }
}
