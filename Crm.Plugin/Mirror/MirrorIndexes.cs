using System.Data.Common;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror;

/// <summary>Indexes of the mirror besides its unique keys; made when a first read ends, kept from then on.</summary>
public static class MirrorIndexes
{
    /// <summary>Makes what is missing. Safe to repeat; on a full table it takes minutes, not hours.</summary>
    public static async Task EnsureAsync(DbConnection connection, DatabaseKind kind, CancellationToken cancellation)
    {
        foreach (var statement in kind == DatabaseKind.Sqlite ? Sqlite : PostgreSql)
        {
            await using var command = connection.CreateCommand();
            command.CommandTimeout = 0;
            command.CommandText = statement;
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static readonly string[] Both =
    [
        "CREATE INDEX IF NOT EXISTS ix_counterparty_name ON counterparty (name_folded, id)",
        "CREATE INDEX IF NOT EXISTS ix_counterparty_manager ON counterparty (manager_login, name_folded, id)",
        "CREATE INDEX IF NOT EXISTS ix_counterparty_importance ON counterparty (importance, name_folded, id) WHERE importance IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_counterparty_stage ON counterparty (stage, name_folded, id) WHERE stage IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_counterparty_code ON counterparty (code) WHERE code IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_counterparty_tax_id ON counterparty (tax_id) WHERE tax_id IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_contact_person_counterparty ON contact_person (counterparty_id, name_folded)",
        "CREATE INDEX IF NOT EXISTS ix_contact_person_waiting ON contact_person (connection_id, counterparty_key) WHERE counterparty_key IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_phone_counterparty ON phone (counterparty_id)",
        "CREATE INDEX IF NOT EXISTS ix_sales_order_date ON sales_order (date, id)",
        "CREATE INDEX IF NOT EXISTS ix_sales_order_waiting ON sales_order (connection_id, counterparty_key) WHERE counterparty_key IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_sales_order_line_order ON sales_order_line (order_id)",
        "CREATE INDEX IF NOT EXISTS ix_sales_order_line_waiting ON sales_order_line (order_key) WHERE order_key IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_sales_order_line_product_waiting ON sales_order_line (product_key) WHERE product_key IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_purchase_order_counterparty ON purchase_order (counterparty_id, date)",
        "CREATE INDEX IF NOT EXISTS ix_purchase_order_waiting ON purchase_order (connection_id, counterparty_key) WHERE counterparty_key IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_purchase_order_line_order ON purchase_order_line (order_id)",
        "CREATE INDEX IF NOT EXISTS ix_purchase_order_line_waiting ON purchase_order_line (order_key) WHERE order_key IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_purchase_order_line_product_waiting ON purchase_order_line (product_key) WHERE product_key IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS ix_supplier_terms_counterparty ON supplier_terms (counterparty_id)",
        "CREATE INDEX IF NOT EXISTS ix_payment_counterparty ON payment (counterparty_id, due_on)",
        "CREATE INDEX IF NOT EXISTS ix_payment_waiting ON payment (connection_id, counterparty_key) WHERE counterparty_key IS NOT NULL",
    ];

    // Amount and state ride in the index: the chart, the timeline and the classification never touch the table.
    private static readonly string[] Sqlite =
    [
        .. Both,
        "CREATE INDEX IF NOT EXISTS ix_sales_order_counterparty ON sales_order (counterparty_id, date, state, kind, currency, total_e4, cost_e4, gone_at)",
    ];

    private static readonly string[] PostgreSql =
    [
        .. Both,
        "CREATE INDEX IF NOT EXISTS ix_sales_order_counterparty ON sales_order (counterparty_id, date) INCLUDE (state, kind, currency, total_e4, cost_e4, gone_at)",
        "CREATE UNIQUE INDEX IF NOT EXISTS ux_phone_fragment ON phone_fragment (fragment, phone_id)",
        "CREATE INDEX IF NOT EXISTS ix_phone_fragment_phone ON phone_fragment (phone_id)",
    ];
}
