using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>What sales and purchases have in common.</summary>
internal static class TrytonOrders
{
    /// <summary>Totals of rows whose stored total is empty (drafts and quotations), asked for alone because Tryton computes them slowly.</summary>
    public static async Task<IReadOnlyDictionary<long, TrytonRow>> DraftTotalsAsync(
        TrytonReads reads, string model, IReadOnlyList<TrytonRow> rows, CancellationToken cancellation)
    {
        var ids = rows.Where(r => r.IsNull("untaxed_amount_cache")).Select(r => r.Id).ToList();
        return (await reads.WhereInAsync(model, "id", ids, ["untaxed_amount"], cancellation)).ToDictionary(r => r.Id);
    }

    public static decimal Total(TrytonRow order, IReadOnlyDictionary<long, TrytonRow> drafts) =>
        order.Number("untaxed_amount_cache") ?? (drafts.TryGetValue(order.Id, out var draft) ? draft.Number("untaxed_amount") : null) ?? 0;

    /// <summary>A draft's total follows its lines, which may be written behind its back.</summary>
    public static void Version(TrytonVersion version, TrytonRow order, IReadOnlyDictionary<long, TrytonRow> drafts) =>
        version.Add(order).Add(Total(order, drafts).ToString("G29", System.Globalization.CultureInfo.InvariantCulture));

    /// <param name="order">A sale or purchase.</param>
    /// <param name="finished">The shipment state that means all has arrived.</param>
    public static OrderState State(TrytonRow order, string finished) => order.Text("state") switch
    {
        "draft" or "quotation" => OrderState.Draft,
        "confirmed" or "processing" => order.Text("shipment_state") == finished ? OrderState.Delivered : OrderState.Confirmed,
        "done" => OrderState.Delivered,
        "cancelled" or "cancel" => OrderState.Cancelled,
        _ => throw new TrytonRowException("state", "is none that this connector knows"),
    };

    /// <summary>A draft has no day of its own yet: the day it was entered stands in.</summary>
    public static DateOnly Date(TrytonRow order, string field) =>
        order.Day(field) ?? DateOnly.FromDateTime(TrytonJson.ToInstant(order.Moment("create_date") ?? order.Stamp).UtcDateTime);

    /// <summary>The day of the last done stock move of each order. Shipments have no field that names their order; the moves' origins do.</summary>
    public static async Task<IReadOnlyDictionary<long, DateOnly>> LastMovesAsync(
        TrytonReads reads, string lineModel, string orderField, IReadOnlyCollection<long> orders, CancellationToken cancellation)
    {
        if (orders.Count == 0 || !reads.CanRead("stock.move"))
            return new Dictionary<long, DateOnly>();
        var lines = await reads.WhereInAsync(lineModel, orderField, orders, [orderField], cancellation);
        var moves = await reads.DoneMovesAsync(lineModel, [.. lines.Select(l => l.Id)], cancellation);
        return lines
            .SelectMany(l => moves[l.Id].Select(m => (Order: l.Required(orderField), Day: m.Day("effective_date"))))
            .Where(m => m.Day is not null)
            .GroupBy(m => m.Order, m => m.Day!.Value)
            .ToDictionary(g => g.Key, g => g.Max());
    }

    /// <summary>Sign-in name of the seller: of the employee who confirmed or quoted, else of the user who entered the order.</summary>
    public static async Task<Func<TrytonRow, string?>> LoginsAsync(
        TrytonReads reads, TrytonNames names, IReadOnlyList<TrytonRow> orders, CancellationToken cancellation)
    {
        var users = await names.OfAsync("res.user", ["login"], orders.Select(o => o.Reference("create_uid")), cancellation);
        var employees = orders.Select(Employee).OfType<long>().ToHashSet();
        Dictionary<long, string?> logins = [];
        if (employees.Count > 0 && reads.CanRead("company.employee"))
        {
            foreach (var user in await reads.WhereInAsync("res.user", "employees", employees, ["login", "employees"], cancellation))
            {
                foreach (var employee in user.References("employees"))
                    logins.TryAdd(employee, user.Text("login"));
            }
        }

        return order => Employee(order) is { } employee && logins.TryGetValue(employee, out var login)
            ? login
            : order.Reference("create_uid") is { } creator && users.TryGetValue(creator, out var user) ? user.Text("login") : null;
    }

    private static long? Employee(TrytonRow order) => order.Reference("confirmed_by") ?? order.Reference("quoted_by");
}
