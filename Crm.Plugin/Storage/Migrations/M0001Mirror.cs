using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Storage.Migrations;

/// <summary>
/// Tables of the mirror with their unique keys. The other indexes are made by <see cref="Mirror.MirrorIndexes"/> when a
/// first read ends: building them once over a full table is several times faster than keeping them while it fills.
/// </summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0001_Mirror")]
public sealed class M0001Mirror : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        Connections(migrationBuilder);
        Counterparties(migrationBuilder);
        Orders(migrationBuilder);
        Purchases(migrationBuilder);
        Others(migrationBuilder);
        // On PostgreSQL these are made when a table's first read ends: see Mirror.Writing.MirrorKeys.
        foreach (var table in migrationBuilder.IsSqlite() ? (string[])["counterparty", "contact_person", "sales_order", "purchase_order", "product", "supplier_terms", "payment", "host_user"] : [])
        {
            migrationBuilder.CreateIndex($"ux_{table}_host_key", table, ["connection_id", "host_key"], unique: true);
        }

        migrationBuilder.CreateIndex("ux_line_set_host_key", "line_set", ["connection_id", "entity", "host_key"], unique: true);
    }

    private static void Connections(MigrationBuilder migration)
    {
        migration.CreateTable("connection", t => new
        {
            id = t.Column<int>(nullable: false).Annotation("Sqlite:Autoincrement", true).Annotation("Npgsql:ValueGenerationStrategy", Npgsql.EntityFrameworkCore.PostgreSQL.Metadata.NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
            name = t.Column<string>(nullable: false),
            host = t.Column<string>(nullable: false),
            manifest = t.Column<string>(nullable: false),
            address = t.Column<string>(nullable: false),
            user_name = t.Column<string>(nullable: true),
            secret = t.Column<string>(nullable: true),
            installed_at = t.Column<long>(nullable: false),
            removed_at = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_connection", x => x.id));
        migration.CreateIndex("ux_connection_name", "connection", "name", unique: true);
        migration.CreateTable("sync_state", t => new
        {
            connection_id = t.Column<int>(nullable: false),
            entity = t.Column<int>(nullable: false),
            cursor = t.Column<string>(nullable: true),
            first_read_at = t.Column<long>(nullable: true),
            checked_at = t.Column<long>(nullable: true),
            changed_at = t.Column<long>(nullable: true),
            swept_at = t.Column<long>(nullable: true),
            rows_read = t.Column<long>(nullable: false),
            problems = t.Column<int>(nullable: false),
            progress_done = t.Column<long>(nullable: false),
            progress_total = t.Column<long>(nullable: true),
            started_at = t.Column<long>(nullable: true),
            failure = t.Column<int>(nullable: true),
            failure_code = t.Column<string>(nullable: true),
            failure_message = t.Column<string>(nullable: true),
            failed_at = t.Column<long>(nullable: true),
            retry_at = t.Column<long>(nullable: true),
            failed_attempts = t.Column<int>(nullable: false),
            sweep_advised = t.Column<bool>(nullable: false),
            sweep_doubt_at = t.Column<long>(nullable: true),
            search_built_at = t.Column<long>(nullable: true),
            rows_per_second = t.Column<long>(nullable: true),
            seconds_left = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_sync_state", x => new { x.connection_id, x.entity }));
        migration.CreateTable("sync_problem", t => new
        {
            id = t.Identity(),
            connection_id = t.Column<int>(nullable: false),
            entity = t.Column<int>(nullable: false),
            place = t.Column<string>(nullable: false),
            code = t.Column<string>(nullable: false),
            reason = t.Column<string>(nullable: false),
            seen_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_sync_problem", x => x.id));
        migration.CreateIndex("ix_sync_problem_entity", "sync_problem", ["connection_id", "entity", "id"]);
        migration.CreateTable("ledger", t => new
        {
            id = t.Identity(),
            connection_id = t.Column<int>(nullable: false),
            entity = t.Column<int>(nullable: false),
            host_key = Text(t, migration),
            @event = t.Column<int>(nullable: false),
            version_before = t.Column<string>(nullable: true),
            version_after = t.Column<string>(nullable: true),
            detail = t.Column<string>(nullable: true),
            at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_ledger", x => x.id));
        migration.CreateIndex("ix_ledger_record", "ledger", ["connection_id", "entity", "host_key", "id"]);
        migration.CreateIndex("ix_ledger_at", "ledger", "at");
    }

    private static void Counterparties(MigrationBuilder migration)
    {
        migration.CreateTable("counterparty", t => new
        {
            id = t.Identity(),
            connection_id = t.Column<int>(nullable: false),
            host_key = Text(t, migration),
            version = t.Column<string>(nullable: false),
            read_at = t.Column<long>(nullable: false),
            gone_at = t.Column<long>(nullable: true),
            name = t.Column<string>(nullable: false),
            name_folded = Text(t, migration),
            code = t.Column<string>(nullable: true, collation: migration.IsSqlite() ? null : "C"),
            tax_id = t.Column<string>(nullable: true, collation: migration.IsSqlite() ? null : "C"),
            roles = t.Column<int>(nullable: false),
            is_active = t.Column<bool>(nullable: false),
            mechanisms = t.Column<string>(nullable: false),
            addresses = t.Column<string>(nullable: false),
            city = t.Column<string>(nullable: true),
            manager_login = t.Column<string>(nullable: true),
            created_on = t.Column<int>(nullable: true),
            importance = t.Column<short>(nullable: true),
            stage = t.Column<short>(nullable: true),
            regularity = t.Column<short>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_counterparty", x => x.id));
        migration.CreateTable("contact_person", t => new
        {
            id = t.Identity(),
            connection_id = t.Column<int>(nullable: false),
            host_key = Text(t, migration),
            version = t.Column<string>(nullable: false),
            read_at = t.Column<long>(nullable: false),
            gone_at = t.Column<long>(nullable: true),
            counterparty_id = t.Column<long>(nullable: true),
            counterparty_key = Key(t, migration),
            name = t.Column<string>(nullable: false),
            name_folded = Text(t, migration),
            position = t.Column<string>(nullable: true),
            mechanisms = t.Column<string>(nullable: false),
            birthday = t.Column<int>(nullable: true),
            is_active = t.Column<bool>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_contact_person", x => x.id));
        migration.CreateTable("phone", t => new
        {
            id = t.Identity(),
            counterparty_id = t.Column<long>(nullable: false),
            person_id = t.Column<long>(nullable: true),
            typed = t.Column<string>(nullable: false),
            digits = Text(t, migration),
        }, constraints: c => c.PrimaryKey("pk_phone", x => x.id));
        // On SQLite the table is its own index; on PostgreSQL the index is made when the first read ends.
        migration.Sql(migration.IsSqlite()
            ? "CREATE TABLE phone_fragment (entry INTEGER PRIMARY KEY)"
            : "CREATE TABLE phone_fragment (entry bigint NOT NULL)");
    }

    private static void Orders(MigrationBuilder migration)
    {
        migration.CreateTable("sales_order", t => new
        {
            id = t.Identity(),
            connection_id = t.Column<int>(nullable: false),
            host_key = Text(t, migration),
            version = t.Column<string>(nullable: false),
            read_at = t.Column<long>(nullable: false),
            gone_at = t.Column<long>(nullable: true),
            number = t.Column<string>(nullable: true),
            counterparty_id = t.Column<long>(nullable: true),
            counterparty_key = Key(t, migration),
            date = t.Column<int>(nullable: false),
            state = t.Column<int>(nullable: false),
            kind = t.Column<int>(nullable: false),
            currency = t.Column<string>(nullable: false),
            total_e4 = t.Column<long>(nullable: false),
            cost_e4 = t.Column<long>(nullable: true),
            promised_on = t.Column<int>(nullable: true),
            delivered_on = t.Column<int>(nullable: true),
            cancel_reason = t.Column<string>(nullable: true),
            manager_login = t.Column<string>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_sales_order", x => x.id));
        migration.CreateTable("line_set", t => new
        {
            id = t.Identity(),
            connection_id = t.Column<int>(nullable: false),
            entity = t.Column<int>(nullable: false),
            host_key = Text(t, migration),
            version = t.Column<string>(nullable: false),
            read_at = t.Column<long>(nullable: false),
            gone_at = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_line_set", x => x.id));
        migration.CreateTable("sales_order_line", t => new
        {
            set_id = t.Column<long>(nullable: false),
            no = t.Column<int>(nullable: false),
            order_id = t.Column<long>(nullable: true),
            order_key = Key(t, migration),
            product_id = t.Column<long>(nullable: true),
            product_key = Key(t, migration),
            quantity_e4 = t.Column<long>(nullable: false),
            price_e4 = t.Column<long>(nullable: true),
            amount_e4 = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_sales_order_line", x => new { x.set_id, x.no }));
    }

    private static void Purchases(MigrationBuilder migration)
    {
        migration.CreateTable("purchase_order", t => new
        {
            id = t.Identity(),
            connection_id = t.Column<int>(nullable: false),
            host_key = Text(t, migration),
            version = t.Column<string>(nullable: false),
            read_at = t.Column<long>(nullable: false),
            gone_at = t.Column<long>(nullable: true),
            number = t.Column<string>(nullable: true),
            counterparty_id = t.Column<long>(nullable: true),
            counterparty_key = Key(t, migration),
            date = t.Column<int>(nullable: false),
            state = t.Column<int>(nullable: false),
            currency = t.Column<string>(nullable: false),
            total_e4 = t.Column<long>(nullable: true),
            promised_on = t.Column<int>(nullable: true),
            received_on = t.Column<int>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_purchase_order", x => x.id));
        migration.CreateTable("purchase_order_line", t => new
        {
            set_id = t.Column<long>(nullable: false),
            no = t.Column<int>(nullable: false),
            order_id = t.Column<long>(nullable: true),
            order_key = Key(t, migration),
            product_id = t.Column<long>(nullable: true),
            product_key = Key(t, migration),
            quantity_e4 = t.Column<long>(nullable: false),
            received_quantity_e4 = t.Column<long>(nullable: true),
            rejected_quantity_e4 = t.Column<long>(nullable: true),
            price_e4 = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_purchase_order_line", x => new { x.set_id, x.no }));
    }

    private static void Others(MigrationBuilder migration)
    {
        migration.CreateTable("product", t => new
        {
            id = t.Identity(),
            connection_id = t.Column<int>(nullable: false),
            host_key = Text(t, migration),
            version = t.Column<string>(nullable: false),
            read_at = t.Column<long>(nullable: false),
            gone_at = t.Column<long>(nullable: true),
            name = t.Column<string>(nullable: false),
            name_folded = Text(t, migration),
            code = t.Column<string>(nullable: true),
            unit = t.Column<string>(nullable: true),
            price_e4 = t.Column<long>(nullable: true),
            is_active = t.Column<bool>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_product", x => x.id));
        migration.CreateTable("supplier_terms", t => new
        {
            id = t.Identity(),
            connection_id = t.Column<int>(nullable: false),
            host_key = Text(t, migration),
            version = t.Column<string>(nullable: false),
            read_at = t.Column<long>(nullable: false),
            gone_at = t.Column<long>(nullable: true),
            counterparty_id = t.Column<long>(nullable: true),
            counterparty_key = Key(t, migration),
            product_id = t.Column<long>(nullable: true),
            product_key = Key(t, migration),
            supplier_code = t.Column<string>(nullable: true),
            lead_time_days = t.Column<int>(nullable: true),
            currency = t.Column<string>(nullable: true),
            price_e4 = t.Column<long>(nullable: true),
            minimum_quantity_e4 = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_supplier_terms", x => x.id));
        migration.CreateTable("payment", t => new
        {
            id = t.Identity(),
            connection_id = t.Column<int>(nullable: false),
            host_key = Text(t, migration),
            version = t.Column<string>(nullable: false),
            read_at = t.Column<long>(nullable: false),
            gone_at = t.Column<long>(nullable: true),
            counterparty_id = t.Column<long>(nullable: true),
            counterparty_key = Key(t, migration),
            order_id = t.Column<long>(nullable: true),
            order_key = Key(t, migration),
            number = t.Column<string>(nullable: true),
            due_on = t.Column<int>(nullable: true),
            paid_on = t.Column<int>(nullable: true),
            currency = t.Column<string>(nullable: false),
            amount_e4 = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_payment", x => x.id));
        migration.CreateTable("host_user", t => new
        {
            id = t.Identity(),
            connection_id = t.Column<int>(nullable: false),
            host_key = Text(t, migration),
            version = t.Column<string>(nullable: false),
            read_at = t.Column<long>(nullable: false),
            gone_at = t.Column<long>(nullable: true),
            login = t.Column<string>(nullable: false),
            name = t.Column<string>(nullable: false),
            email = t.Column<string>(nullable: true),
            groups = t.Column<string>(nullable: false),
            is_active = t.Column<bool>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_host_user", x => x.id));
    }

    /// <summary>Keys and folded text are compared letter by letter: a language's collation would put it out of the index's order.</summary>
    private static Microsoft.EntityFrameworkCore.Migrations.Operations.Builders.OperationBuilder<Microsoft.EntityFrameworkCore.Migrations.Operations.AddColumnOperation> Text(
        Microsoft.EntityFrameworkCore.Migrations.Operations.Builders.ColumnsBuilder table, MigrationBuilder migration) =>
        table.Column<string>(nullable: false, collation: migration.IsSqlite() ? null : "C");

    private static Microsoft.EntityFrameworkCore.Migrations.Operations.Builders.OperationBuilder<Microsoft.EntityFrameworkCore.Migrations.Operations.AddColumnOperation> Key(
        Microsoft.EntityFrameworkCore.Migrations.Operations.Builders.ColumnsBuilder table, MigrationBuilder migration) =>
        table.Column<string>(nullable: true, collation: migration.IsSqlite() ? null : "C");
}
