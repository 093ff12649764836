using System.Data.Common;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.SalesHistory;

/// <summary>
/// Triggers that note whose packed orders are no longer true. In the database, so that nobody who writes orders can forget it,
/// and what is noted commits or vanishes with what was written.
/// </summary>
internal static class SalesTriggers
{
    /// <summary>Makes them unless they are there. Safe to repeat.</summary>
    public static async Task EnsureAsync(DbConnection connection, DatabaseKind kind, CancellationToken cancellation)
    {
        var there = kind == DatabaseKind.Sqlite
            ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'sales_touched_%'"
            : "SELECT COUNT(*) FROM pg_trigger WHERE tgname LIKE 'sales_touched_%'";
        await using var command = connection.CreateCommand();
        command.CommandText = there;
        if (Convert.ToInt32(await command.ExecuteScalarAsync(cancellation), System.Globalization.CultureInfo.InvariantCulture) >= 6)
        {
            return;
        }

        command.CommandTimeout = 0;
        command.CommandText = kind == DatabaseKind.Sqlite ? Sqlite : PostgreSql;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private const string Sqlite = """
        CREATE TRIGGER IF NOT EXISTS sales_touched_order_insert AFTER INSERT ON sales_order WHEN NEW.counterparty_id IS NOT NULL
        BEGIN INSERT INTO sales_touched (counterparty_id) VALUES (NEW.counterparty_id); END;
        CREATE TRIGGER IF NOT EXISTS sales_touched_order_update AFTER UPDATE ON sales_order
        BEGIN
            INSERT INTO sales_touched (counterparty_id) SELECT OLD.counterparty_id WHERE OLD.counterparty_id IS NOT NULL AND OLD.counterparty_id IS NOT NEW.counterparty_id;
            INSERT INTO sales_touched (counterparty_id) SELECT NEW.counterparty_id WHERE NEW.counterparty_id IS NOT NULL;
        END;
        CREATE TRIGGER IF NOT EXISTS sales_touched_order_delete AFTER DELETE ON sales_order WHEN OLD.counterparty_id IS NOT NULL
        BEGIN INSERT INTO sales_touched (counterparty_id) VALUES (OLD.counterparty_id); END;
        CREATE TRIGGER IF NOT EXISTS sales_touched_member_insert AFTER INSERT ON counterparty
        BEGIN INSERT INTO sales_touched (counterparty_id) VALUES (NEW.id); END;
        CREATE TRIGGER IF NOT EXISTS sales_touched_member_update AFTER UPDATE OF roles, gone_at, host_key ON counterparty
        WHEN OLD.roles <> NEW.roles OR (OLD.gone_at IS NULL) <> (NEW.gone_at IS NULL) OR OLD.host_key <> NEW.host_key
        BEGIN INSERT INTO sales_touched (counterparty_id) VALUES (NEW.id); END;
        CREATE TRIGGER IF NOT EXISTS sales_touched_member_delete AFTER DELETE ON counterparty
        BEGIN INSERT INTO sales_touched (counterparty_id) VALUES (OLD.id); END;
        """;

    // Orders by statement: a page of the mirror is one statement, and its counterparties repeat.
    private const string PostgreSql = """
        CREATE OR REPLACE FUNCTION crm_sales_touched_new() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN INSERT INTO sales_touched (counterparty_id) SELECT DISTINCT counterparty_id FROM new_rows WHERE counterparty_id IS NOT NULL; RETURN NULL; END $body$;
        CREATE OR REPLACE FUNCTION crm_sales_touched_old() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN INSERT INTO sales_touched (counterparty_id) SELECT DISTINCT counterparty_id FROM old_rows WHERE counterparty_id IS NOT NULL; RETURN NULL; END $body$;
        CREATE OR REPLACE FUNCTION crm_sales_touched_both() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            INSERT INTO sales_touched (counterparty_id)
            SELECT counterparty_id FROM old_rows WHERE counterparty_id IS NOT NULL UNION SELECT counterparty_id FROM new_rows WHERE counterparty_id IS NOT NULL;
            RETURN NULL;
        END $body$;
        CREATE OR REPLACE FUNCTION crm_sales_touched_member() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN INSERT INTO sales_touched (counterparty_id) VALUES (COALESCE(NEW.id, OLD.id)); RETURN NULL; END $body$;
        CREATE OR REPLACE TRIGGER sales_touched_order_insert AFTER INSERT ON sales_order REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_sales_touched_new();
        CREATE OR REPLACE TRIGGER sales_touched_order_update AFTER UPDATE ON sales_order REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_sales_touched_both();
        CREATE OR REPLACE TRIGGER sales_touched_order_delete AFTER DELETE ON sales_order REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_sales_touched_old();
        CREATE OR REPLACE TRIGGER sales_touched_member_insert AFTER INSERT ON counterparty FOR EACH ROW EXECUTE FUNCTION crm_sales_touched_member();
        CREATE OR REPLACE TRIGGER sales_touched_member_update AFTER UPDATE OF roles, gone_at, host_key ON counterparty FOR EACH ROW
        WHEN (OLD.roles <> NEW.roles OR (OLD.gone_at IS NULL) <> (NEW.gone_at IS NULL) OR OLD.host_key <> NEW.host_key) EXECUTE FUNCTION crm_sales_touched_member();
        CREATE OR REPLACE TRIGGER sales_touched_member_delete AFTER DELETE ON counterparty FOR EACH ROW EXECUTE FUNCTION crm_sales_touched_member();
        """;
}
