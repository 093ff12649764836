using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Storage.Migrations;

/// <summary>
/// The text that counterparties are found by, one row each: name, code, tax number and e-mails, and the names and e-mails of
/// their contact persons, folded, one a line. Both databases index every three letters in a row.
/// </summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0003_Search")]
public sealed class M0003Search : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        if (migrationBuilder.IsSqlite())
        {
            // Contentless: the text itself is in the mirror already; the row's number is the counterparty's. The name stands apart
            // from the rest, so that a fragment common in e-mails and rare in names is still found among the names at once.
            migrationBuilder.Sql("CREATE VIRTUAL TABLE counterparty_search USING fts5(name, rest, content='', contentless_delete=1, tokenize='trigram')");
            return;
        }

        // Allowed to the database's owner (a trusted extension); elsewhere an administrator must have made it before.
        migrationBuilder.Sql("""
            DO $$
            BEGIN
                CREATE EXTENSION IF NOT EXISTS pg_trgm;
            EXCEPTION WHEN insufficient_privilege OR undefined_file THEN
                RAISE EXCEPTION 'PostgreSQL refuses the extension pg_trgm that search needs: install the package postgresql-contrib if it is absent and run, as an administrator of this database, CREATE EXTENSION pg_trgm; (%)', SQLERRM;
            END
            $$
            """);
        migrationBuilder.Sql("CREATE TABLE counterparty_search (id bigint PRIMARY KEY, text text COLLATE \"C\" NOT NULL)");
    }
}
