using System.Data.Common;
using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Orders;

/// <summary>One sales order of a list.</summary>
public sealed record OrderLine(
    long Id, string? Number, long? CounterpartyId, string? CounterpartyName, DateOnly Date, OrderState State, SalesOrderKind Kind, string Currency, long TotalE4,
    DateOnly? PromisedOn, DateOnly? DeliveredOn, string? CancelReason, string? ManagerLogin, bool IsGone)
{
    internal const string Columns =
        "o.id, o.number, o.counterparty_id, c.name, o.date, o.state, o.kind, o.currency, o.total_e4, o.promised_on, o.delivered_on, o.cancel_reason, o.manager_login, o.gone_at";

    internal static OrderLine Read(DbDataReader row) => new(
        row.GetInt64(0), row.Text(1), row.Long(2), row.Text(3), row.Day(4), (OrderState)row.GetInt32(5), (SalesOrderKind)row.GetInt32(6), row.GetString(7),
        row.GetInt64(8), row.DayOrNull(9), row.DayOrNull(10), row.Text(11), row.Text(12), !row.IsDBNull(13));
}

/// <summary>What the list of orders is narrowed to.</summary>
/// <param name="Counterparty">Only this one's.</param>
/// <param name="State">Only in this state.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
public sealed record OrderFilter(long? Counterparty, OrderState? State, DateOnly? From, DateOnly? To);

/// <summary>Some orders, newest first, and where the list goes on.</summary>
/// <param name="Lines">Newest first.</param>
/// <param name="Next">Opaque; null at the end.</param>
public sealed record OrderList(IReadOnlyList<OrderLine> Lines, string? Next);

/// <summary>One line of an order.</summary>
public sealed record OrderItem(string? Product, string? Code, string? Unit, long QuantityE4, long? PriceE4, long? AmountE4);

/// <summary>Reads sales orders that the user may read: those of counterparties within reach.</summary>
internal sealed class OrderStore(CrmDbContext database, CurrentUser user)
{
    private string Readable => user.Rights.ReadScope == Scope.All ? "1 = 1" : $"(c.id IS NOT NULL AND {Reach.Sql(user.Rights.ReadScope, "c", user)})";

    /// <summary>Orders newest first.</summary>
    public async Task<OrderList> ListAsync(OrderFilter filter, string? after, int limit, CancellationToken cancellation)
    {
        var (day, id) = Parse(after);
        var lines = await database.ReadAsync(
            $"""
            SELECT {OrderLine.Columns} FROM sales_order o LEFT JOIN counterparty c ON c.id = o.counterparty_id
            WHERE (o.date, o.id) < (@day, @id) AND o.gone_at IS NULL AND {Readable}
            {(filter.Counterparty is null ? "" : "AND o.counterparty_id = @counterparty")}
            {(filter.State is null ? "" : "AND o.state = @state")}
            {(filter.From is null ? "" : "AND o.date >= @from")} {(filter.To is null ? "" : "AND o.date <= @to")}
            ORDER BY o.date DESC, o.id DESC LIMIT @limit
            """,
            [
                ("@day", day), ("@id", id), .. Reach.Parameters(user.Rights.ReadScope, user), ("@counterparty", filter.Counterparty ?? 0), ("@state", (int)(filter.State ?? 0)),
                ("@from", filter.From?.DayNumber ?? 0), ("@to", filter.To?.DayNumber ?? 0), ("@limit", limit + 1),
            ],
            OrderLine.Read, cancellation);
        if (lines.Count <= limit)
        {
            return new(lines, null);
        }

        lines.RemoveAt(limit);
        return new(lines, string.Create(CultureInfo.InvariantCulture, $"{lines[^1].Date.DayNumber}.{lines[^1].Id}"));
    }

    /// <summary>Asks for orders of one counterparty before (day, id), newest first; the caller has checked the right to read it.</summary>
    public static ReadBatch.Answer<OrderLine> AskOfCounterparty(ReadBatch batch, long counterpartyId, int day, long id, int limit) => batch.Ask(
        $"""
        SELECT {OrderLine.Columns.Replace("c.name", "NULL", StringComparison.Ordinal)} FROM sales_order o
        WHERE o.counterparty_id = @counterparty AND o.date <= @day AND (o.date < @day OR o.id < @id) AND o.gone_at IS NULL
        ORDER BY o.date DESC, o.id DESC LIMIT @limit
        """,
        [("@counterparty", counterpartyId), ("@day", day), ("@id", id), ("@limit", limit)], OrderLine.Read);

    /// <summary>One order, or null when there is none within reach.</summary>
    public async Task<OrderLine?> FindAsync(long id, CancellationToken cancellation) =>
        (await database.ReadAsync(
            $"SELECT {OrderLine.Columns} FROM sales_order o LEFT JOIN counterparty c ON c.id = o.counterparty_id WHERE o.id = @id AND {Readable}",
            [("@id", id), .. Reach.Parameters(user.Rights.ReadScope, user)], OrderLine.Read, cancellation)).FirstOrDefault();

    /// <summary>Lines of one order, at most 500; the caller has found the order within reach.</summary>
    public async Task<IReadOnlyList<OrderItem>> ItemsAsync(long orderId, CancellationToken cancellation) =>
        await database.ReadAsync(
            """
            SELECT p.name, p.code, p.unit, l.quantity_e4, l.price_e4, l.amount_e4 FROM sales_order_line l LEFT JOIN product p ON p.id = l.product_id
            WHERE l.order_id = @id ORDER BY l.set_id, l.no LIMIT 500
            """,
            [("@id", orderId)], row => new OrderItem(row.Text(0), row.Text(1), row.Text(2), row.GetInt64(3), row.Long(4), row.Long(5)), cancellation);

    private static (int Day, long Id) Parse(string? after)
    {
        var parts = (after ?? "").Split('.');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var day)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? (day, id)
            : (int.MaxValue, long.MaxValue);
    }
}
