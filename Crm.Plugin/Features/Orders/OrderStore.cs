using System.Data.Common;
using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Jobs;
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
public sealed record OrderFilter(long? Counterparty, OrderState? State, DateOnly? From, DateOnly? To)
{
    /// <summary>Written into an address, each part with &amp; before it.</summary>
    public string ToQuery() => string.Create(CultureInfo.InvariantCulture, $"{(Counterparty is { } counterparty ? $"&counterparty={counterparty}" : "")}{(State is { } state ? $"&state={state}" : "")}")
        + (From is { } from ? string.Create(CultureInfo.InvariantCulture, $"&from={from:yyyy-MM-dd}") : "") + (To is { } to ? string.Create(CultureInfo.InvariantCulture, $"&to={to:yyyy-MM-dd}") : "");
}

/// <summary>Some orders, newest first, and where the list goes on.</summary>
/// <param name="Lines">Newest first.</param>
/// <param name="Next">Opaque; null at the end.</param>
public sealed record OrderList(IReadOnlyList<OrderLine> Lines, string? Next)
{
    /// <summary>Only so far back was looked for what is wanted, and less than a page was found: the rest lies behind <see cref="Next"/>. Null otherwise.</summary>
    public DateOnly? LookedBackTo { get; init; }
}

/// <summary>One line of an order.</summary>
public sealed record OrderItem(string? Product, string? Code, string? Unit, long QuantityE4, long? PriceE4, long? AmountE4);

/// <summary>Reads sales orders that the user may read: those of counterparties within reach.</summary>
internal sealed class OrderStore(CrmDbContext database, CurrentUser user)
{
    /// <summary>So many of the latest orders are looked through first: what many orders fit fills the page from them.</summary>
    private const int ProbeDepth = 2_000;

    /// <summary>So many are looked through at a time.</summary>
    internal const int Depth = 20_000;

    /// <summary>The orders of so many counterparties are gathered faster than looked for among all.</summary>
    private const int Few = 2_000;

    private string Readable(Scope reach) => reach == Scope.All ? "1 = 1" : $"(c.id IS NOT NULL AND {Reach.Sql(reach, "c", user)})";

    /// <summary>Orders newest first. Of what no index leads to, so much is looked through at a time: what hardly any order fits costs no more than what many do.</summary>
    public async Task<OrderList> ListAsync(OrderFilter filter, string? after, int limit, CancellationToken cancellation, Scope? scope = null)
    {
        var reach = scope ?? user.Rights.ReadScope;
        var question = new Question(filter, Parse(after), reach, limit + 1);
        if (filter.Counterparty is not null || (filter.State is null && reach == Scope.All))
        {
            return Page(await ReadAsync(question, "sales_order", cancellation), limit);
        }

        var found = await ReadAsync(question, Latest(question, ProbeDepth), cancellation);
        if (found.Count > limit)
        {
            return Page(found, limit);
        }

        if (reach != Scope.All && await FewAsync(reach, cancellation) is { } few)
        {
            return Page(few.Count == 0 ? [] : await ReadAsync(question, "theirs", cancellation, Theirs(question, few)), limit);
        }

        found = await ReadAsync(question, Latest(question, Depth), cancellation);
        if (found.Count > limit || await EdgeAsync(question, cancellation) is not { } edge)
        {
            return Page(found, limit);
        }

        return new(found, Cursor(edge.Date, edge.Id)) { LookedBackTo = edge.Date };
    }

    private Task<List<OrderLine>> ReadAsync(Question question, string orders, CancellationToken cancellation, string with = "") => database.ReadAsync(
        $"""
        {with}
        SELECT {OrderLine.Columns} FROM {orders} o LEFT JOIN counterparty c ON c.id = o.counterparty_id
        WHERE {question.Within("o")} AND {Readable(question.Reach)}
        {question.OfState("o")}
        ORDER BY o.date DESC, o.id DESC LIMIT @limit
        """,
        [.. Parameters(question), ("@limit", question.Limit)], OrderLine.Read, cancellation);

    /// <summary>Everything of some counterparties, gathered by their index before it is put in order.</summary>
    private static string Theirs(Question question, IEnumerable<long> counterparties) =>
        $"WITH theirs AS MATERIALIZED (SELECT s.* FROM sales_order s WHERE s.counterparty_id IN ({Claims.List(counterparties)}) AND {question.Within("s")}{question.OfState("s")})";

    /// <summary>The latest ones, whatever their state and whoever may see them.</summary>
    private static string Latest(Question question, int depth) =>
        string.Create(CultureInfo.InvariantCulture, $"(SELECT * FROM sales_order s WHERE {question.Within("s")} ORDER BY s.date DESC, s.id DESC LIMIT {depth})");

    /// <summary>Where looking through ended; null when everything was looked through.</summary>
    private async Task<(DateOnly Date, long Id)?> EdgeAsync(Question question, CancellationToken cancellation) => (await database.ReadAsync(
        $"SELECT s.date, s.id FROM sales_order s WHERE {question.Within("s")} ORDER BY s.date DESC, s.id DESC LIMIT 1 OFFSET {Depth - 1}",
        Parameters(question), row => ((DateOnly, long)?)(row.Day(0), row.GetInt64(1)), cancellation)).FirstOrDefault();

    /// <summary>The counterparties within reach when they are few; null when they are many.</summary>
    private async Task<IReadOnlyList<long>?> FewAsync(Scope reach, CancellationToken cancellation)
    {
        var ids = await database.ReadAsync(
            $"SELECT c.id FROM counterparty c WHERE {Reach.Sql(reach, "c", user)} LIMIT {Few + 1}", Reach.Parameters(reach, user), row => row.GetInt64(0), cancellation);
        return ids.Count > Few ? null : ids;
    }

    private IEnumerable<(string Name, object? Value)> Parameters(Question question) =>
    [
        ("@day", question.Before.Day), ("@id", question.Before.Id), .. Reach.Parameters(question.Reach, user), ("@counterparty", question.Filter.Counterparty ?? 0),
        ("@state", (int)(question.Filter.State ?? 0)), ("@from", question.Filter.From?.DayNumber ?? 0), ("@to", question.Filter.To?.DayNumber ?? 0),
    ];

    private static OrderList Page(List<OrderLine> lines, int limit)
    {
        if (lines.Count <= limit)
        {
            return new(lines, null);
        }

        lines.RemoveAt(limit);
        return new(lines, Cursor(lines[^1].Date, lines[^1].Id));
    }

    private static string Cursor(DateOnly date, long id) => string.Create(CultureInfo.InvariantCulture, $"{date.DayNumber}.{id}");

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
            $"SELECT {OrderLine.Columns} FROM sales_order o LEFT JOIN counterparty c ON c.id = o.counterparty_id WHERE o.id = @id AND {Readable(user.Rights.ReadScope)}",
            [("@id", id), .. Reach.Parameters(user.Rights.ReadScope, user)], OrderLine.Read, cancellation)).FirstOrDefault();

    /// <summary>Lines of one order, at most 500; the caller has found the order within reach.</summary>
    public async Task<IReadOnlyList<OrderItem>> ItemsAsync(long orderId, CancellationToken cancellation) =>
        await database.ReadAsync(
            """
            SELECT p.name, p.code, p.unit, l.quantity_e4, l.price_e4, l.amount_e4 FROM sales_order_line l LEFT JOIN product p ON p.id = l.product_id
            WHERE l.order_id = @id ORDER BY l.set_id, l.no LIMIT 500
            """,
            [("@id", orderId)], row => new OrderItem(row.Text(0), row.Text(1), row.Text(2), row.GetInt64(3), row.Long(4), row.Long(5)), cancellation);

    /// <summary>What is asked for.</summary>
    /// <param name="Filter">Narrows it.</param>
    /// <param name="Before">Where the page before ended.</param>
    /// <param name="Reach">Whose counterparties' orders.</param>
    /// <param name="Limit">At most so many.</param>
    private sealed record Question(OrderFilter Filter, (int Day, long Id) Before, Scope Reach, int Limit)
    {
        public string OfState(string alias) => Filter.State is null ? "" : $" AND {alias}.state = @state";

        /// <summary>What indexes lead to.</summary>
        public string Within(string alias) =>
            $"({alias}.date, {alias}.id) < (@day, @id) AND {alias}.gone_at IS NULL"
            + (Filter.Counterparty is null ? "" : $" AND {alias}.counterparty_id = @counterparty")
            + (Filter.From is null ? "" : $" AND {alias}.date >= @from") + (Filter.To is null ? "" : $" AND {alias}.date <= @to");
    }

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
