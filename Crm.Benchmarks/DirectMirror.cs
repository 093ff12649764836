using System.Globalization;
using Crm.Plugin.Mirror;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Benchmarks;

/// <summary>Fills the mirror's tables by the database itself, for sizes at which reading an ERP is not what is measured. The same orders as <see cref="ScaleHost"/>.</summary>
internal static class DirectMirror
{
    public static async Task FillAsync(CrmDbContext database, DatabaseKind kind, int counterparties, int orders, CancellationToken cancellation)
    {
        database.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        string Numbers(int count) => kind == DatabaseKind.Sqlite
            ? $"(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < {count.ToString(CultureInfo.InvariantCulture)}) SELECT n FROM s)"
            : $"(SELECT generate_series(0, {(count - 1).ToString(CultureInfo.InvariantCulture)})::bigint AS n) AS numbers";
        var (isActive, first) = (kind == DatabaseKind.Sqlite ? "1" : "true", new DateOnly(2023, 1, 1).DayNumber);
        await ExecuteAsync($"""
            INSERT INTO counterparty (id, connection_id, host_key, version, read_at, name, name_folded, roles, is_active, mechanisms, addresses, manager_login)
            SELECT n + 1, 1, CAST(n AS text), '1', 0, 'Customer ' || n, 'customer ' || n, 1, {isActive}, '[]', '[]', 'seller' || (n % 10) FROM {Numbers(counterparties)}
            """);
        await ExecuteAsync($"""
            INSERT INTO sales_order (connection_id, host_key, version, read_at, number, counterparty_id, date, state, kind, currency, total_e4, cost_e4, manager_login)
            SELECT 1, CAST(n AS text), '1', 0, 'S-' || n, n * 7919 % {counterparties} + 1, {first} + n * 1000 / {orders}, 1, 0, 'EUR', (100 + n % 977) * 10000, 500000, 'seller' || (n % 10) FROM {Numbers(orders)}
            """);
        await database.Database.OpenConnectionAsync(cancellation);
        await MirrorIndexes.EnsureAsync(database.Database.GetDbConnection(), kind, ["counterparty", "sales_order"], cancellation);
        await ExecuteAsync(kind == DatabaseKind.Sqlite ? "ANALYZE sales_order" : "VACUUM ANALYZE sales_order");

        Task<int> ExecuteAsync(string sql) => database.Database.ExecuteSqlRawAsync(sql, cancellation);
    }

    /// <summary>Changes the amount of so many orders, scattered over all counterparties, as a synchronisation would.</summary>
    public static Task<int> ChangeAsync(CrmDbContext database, int orders, int changed, CancellationToken cancellation) =>
        database.Database.ExecuteSqlAsync($"UPDATE sales_order SET total_e4 = total_e4 + 10000 WHERE id % {orders / changed} = 0", cancellation);
}
