using System.Data.Common;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror;

/// <summary>Indexes of the mirror besides its unique keys; made when a first read ends, kept from then on.</summary>
public static class MirrorIndexes
{
    /// <summary>Makes what is missing. Safe to repeat; on a full table it takes minutes, not hours.</summary>
    public static Task EnsureAsync(DbConnection connection, DatabaseKind kind, CancellationToken cancellation) =>
        EnsureAsync(connection, kind, null, cancellation);

    /// <summary>Makes what is missing on some tables (null: all). What is there is not even looked at by the engine: naming it would lock its table.</summary>
    public static async Task EnsureAsync(DbConnection connection, DatabaseKind kind, IReadOnlyCollection<string>? tables, CancellationToken cancellation)
    {
        foreach (var index in await MissingAsync(connection, kind, cancellation))
        {
            if (tables is null || tables.Contains(index.Table))
            {
                await using var command = connection.CreateCommand();
                command.CommandTimeout = 0;
                command.CommandText = $"CREATE {(index.IsUnique ? "UNIQUE " : "")}INDEX IF NOT EXISTS {index.Name} ON {index.Table} {index.On}";
                await command.ExecuteNonQueryAsync(cancellation);
            }
        }
    }

    /// <summary>Whether all are there.</summary>
    public static async Task<bool> AreBuiltAsync(DbConnection connection, DatabaseKind kind, CancellationToken cancellation) =>
        (await MissingAsync(connection, kind, cancellation)).Count == 0;

    private static async Task<List<MirrorIndex>> MissingAsync(DbConnection connection, DatabaseKind kind, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = kind == DatabaseKind.Sqlite
            ? "SELECT name FROM sqlite_master WHERE type = 'index'"
            : "SELECT indexname FROM pg_indexes WHERE schemaname = ANY (current_schemas(false))";
        var there = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            there.Add(reader.GetString(0));
        }

        return [.. (kind == DatabaseKind.Sqlite ? Sqlite : PostgreSql).Where(i => !there.Contains(i.Name))];
    }

    private sealed record MirrorIndex(string Name, string Table, string On, bool IsUnique = false);

    private static readonly MirrorIndex[] Both =
    [
        new("ix_counterparty_name", "counterparty", "(name_folded, id)"),
        new("ix_counterparty_manager", "counterparty", "(manager_login, name_folded, id)"),
        new("ix_counterparty_importance", "counterparty", "(importance, name_folded, id) WHERE importance IS NOT NULL"),
        new("ix_counterparty_stage", "counterparty", "(stage, name_folded, id) WHERE stage IS NOT NULL"),
        // Suppliers are few among customers; the list says it in the same words.
        new("ix_counterparty_supplier", "counterparty", "(name_folded, id) WHERE (roles & 2) <> 0"),
        new("ix_counterparty_code", "counterparty", "(code) WHERE code IS NOT NULL"),
        new("ix_counterparty_tax_id", "counterparty", "(tax_id) WHERE tax_id IS NOT NULL"),
        new("ix_contact_person_counterparty", "contact_person", "(counterparty_id, name_folded)"),
        new("ix_contact_person_waiting", "contact_person", "(connection_id, counterparty_key) WHERE counterparty_key IS NOT NULL"),
        new("ix_phone_counterparty", "phone", "(counterparty_id)"),
        new("ix_sales_order_date", "sales_order", "(date, id)"),
        new("ix_sales_order_waiting", "sales_order", "(connection_id, counterparty_key) WHERE counterparty_key IS NOT NULL"),
        new("ix_sales_order_line_order", "sales_order_line", "(order_id)"),
        new("ix_sales_order_line_waiting", "sales_order_line", "(order_key) WHERE order_key IS NOT NULL"),
        new("ix_sales_order_line_product_waiting", "sales_order_line", "(product_key) WHERE product_key IS NOT NULL"),
        // What is promised, or owed, and has not come: a few thousand of however many.
        new("ix_sales_order_promised", "sales_order", "(promised_on) WHERE delivered_on IS NULL AND state = 1 AND gone_at IS NULL"),
        new("ix_purchase_order_promised", "purchase_order", "(promised_on) WHERE received_on IS NULL AND state = 1 AND gone_at IS NULL"),
        new("ix_payment_owed", "payment", "(due_on) WHERE paid_on IS NULL AND gone_at IS NULL"),
        new("ix_purchase_order_counterparty", "purchase_order", "(counterparty_id, date)"),
        new("ix_purchase_order_waiting", "purchase_order", "(connection_id, counterparty_key) WHERE counterparty_key IS NOT NULL"),
        new("ix_purchase_order_line_order", "purchase_order_line", "(order_id)"),
        new("ix_purchase_order_line_waiting", "purchase_order_line", "(order_key) WHERE order_key IS NOT NULL"),
        new("ix_purchase_order_line_product_waiting", "purchase_order_line", "(product_key) WHERE product_key IS NOT NULL"),
        new("ix_supplier_terms_counterparty", "supplier_terms", "(counterparty_id)"),
        new("ix_payment_counterparty", "payment", "(counterparty_id, due_on)"),
        new("ix_payment_timeline", "payment", "(counterparty_id, COALESCE(paid_on, due_on), id)"),
        new("ix_supplier_terms_waiting", "supplier_terms", "(connection_id, counterparty_key) WHERE counterparty_key IS NOT NULL"),
        new("ix_supplier_terms_product_waiting", "supplier_terms", "(connection_id, product_key) WHERE product_key IS NOT NULL"),
        new("ix_payment_order_waiting", "payment", "(connection_id, order_key) WHERE order_key IS NOT NULL"),
        new("ix_payment_waiting", "payment", "(connection_id, counterparty_key) WHERE counterparty_key IS NOT NULL"),
    ];

    // Amount and state ride in the index: the chart, the timeline and the classification never touch the table.
    private static readonly MirrorIndex[] Sqlite =
    [
        .. Both,
        new("ix_sales_order_counterparty", "sales_order", "(counterparty_id, date, state, kind, currency, total_e4, cost_e4, gone_at)"),
    ];

    private static readonly MirrorIndex[] PostgreSql =
    [
        .. Both,
        new("ix_sales_order_counterparty", "sales_order", "(counterparty_id, date) INCLUDE (state, kind, currency, total_e4, cost_e4, gone_at)"),
        new("ux_phone_fragment", "phone_fragment", "(entry)", IsUnique: true),
        new("ix_counterparty_name_fragment", "counterparty", "USING gin (name_folded gin_trgm_ops)"),
        new("ix_counterparty_search_text", "counterparty_search", "USING gin (text gin_trgm_ops)"),
    ];
}
