using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>Sales without their lines.</summary>
internal sealed class TrytonSales(TrytonReads reads, TrytonNames names) : ITrytonEntity<SalesOrder>
{
    public string Model => "sale.sale";

    public IReadOnlyList<object?[]> Filter => [];

    public IReadOnlyList<string> OtherModels => ["sale.line", "currency.currency"];

    // A line written directly moves the total of a draft without touching the sale.
    public IReadOnlyList<ChangeStep> Steps => [new(Model, "id"), new("sale.line", "sale", null, [TrytonReads.Clause("sale.state", "in", OpenStates)])];

    private static readonly string[] OpenStates = ["draft", "quotation"];

    public IReadOnlyList<string> Fields(bool versionsOnly) => versionsOnly
        ? ["untaxed_amount_cache", .. TrytonRow.Stamps]
        : [
            "number", "party", "sale_date", "state", "shipment_state", "shipping_date", "currency", "untaxed_amount_cache",
            "quoted_by", "confirmed_by", "create_uid", .. TrytonRow.Stamps,
        ];

    public async Task<IReadOnlyList<Joined<SalesOrder>>> JoinAsync(IReadOnlyList<TrytonRow> rows, bool versionsOnly, CancellationToken cancellation)
    {
        var drafts = await TrytonOrders.DraftTotalsAsync(reads, Model, rows, cancellation);
        if (versionsOnly)
            return [.. rows.Select(r => new Joined<SalesOrder>(r.Id, TrytonKey.Of(r.Id), v => TrytonOrders.Version(v, r, drafts), _ => throw new InvalidOperationException()))];
        var sent = rows.Where(r => r.Text("shipment_state") == "sent").Select(r => r.Id).ToList();
        var delivered = await TrytonOrders.LastMovesAsync(reads, "sale.line", "sale", sent, cancellation);
        var currencies = await names.CurrenciesAsync(rows.Select(r => r.Reference("currency")), cancellation);
        var logins = await TrytonOrders.LoginsAsync(reads, names, rows, cancellation);
        return
        [
            .. rows.Select(sale => new Joined<SalesOrder>(sale.Id, TrytonKey.Of(sale.Id), v => TrytonOrders.Version(v, sale, drafts), version => new SalesOrder
            {
                Key = TrytonKey.Of(sale.Id),
                Version = version,
                Number = sale.Text("number"),
                Counterparty = TrytonKey.Of(sale.Required("party")),
                Date = TrytonOrders.Date(sale, "sale_date"),
                State = TrytonOrders.State(sale, "sent"),
                Kind = TrytonOrders.Total(sale, drafts) < 0 ? SalesOrderKind.Return : SalesOrderKind.Sale,   // Tryton's return wizard makes a sale with negative quantities
                Total = new Money(TrytonOrders.Total(sale, drafts), currencies.GetValueOrDefault(sale.Required("currency")).Code ?? ""),
                PromisedOn = sale.Day("shipping_date"),
                DeliveredOn = delivered.TryGetValue(sale.Id, out var day) ? day : null,
                ManagerLogin = logins(sale),
            })),
        ];
    }
}
