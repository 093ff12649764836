using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>Purchases without their lines.</summary>
internal sealed class TrytonPurchases(TrytonReads reads, TrytonNames names) : ITrytonEntity<PurchaseOrder>
{
    public string Model => "purchase.purchase";

    public IReadOnlyList<object?[]> Filter => [];

    public IReadOnlyList<string> OtherModels => ["purchase.line", "currency.currency"];

    // A line written directly moves the total of a draft without touching the purchase.
    public IReadOnlyList<ChangeStep> Steps => [new(Model, "id"), new("purchase.line", "purchase", null, [TrytonReads.Clause("purchase.state", "in", OpenStates)])];

    private static readonly string[] OpenStates = ["draft", "quotation"];

    public IReadOnlyList<string> Fields(bool versionsOnly) => versionsOnly
        ? ["untaxed_amount_cache", .. TrytonRow.Stamps]
        : ["number", "party", "purchase_date", "delivery_date", "state", "shipment_state", "currency", "untaxed_amount_cache", .. TrytonRow.Stamps];

    public async Task<IReadOnlyList<Joined<PurchaseOrder>>> JoinAsync(IReadOnlyList<TrytonRow> rows, bool versionsOnly, CancellationToken cancellation)
    {
        var drafts = await TrytonOrders.DraftTotalsAsync(reads, Model, rows, cancellation);
        if (versionsOnly)
            return [.. rows.Select(r => new Joined<PurchaseOrder>(r.Id, TrytonKey.Of(r.Id), v => TrytonOrders.Version(v, r, drafts), _ => throw new InvalidOperationException()))];
        var received = rows.Where(r => r.Text("shipment_state") == "received").Select(r => r.Id).ToList();
        var days = await TrytonOrders.LastMovesAsync(reads, "purchase.line", "purchase", received, cancellation);
        var promised = await LinePromisesAsync([.. rows.Where(r => r.IsNull("delivery_date")).Select(r => r.Id)], cancellation);
        var currencies = await names.CurrenciesAsync(rows.Select(r => r.Reference("currency")), cancellation);
        return
        [
            .. rows.Select(purchase => new Joined<PurchaseOrder>(purchase.Id, TrytonKey.Of(purchase.Id), v => TrytonOrders.Version(v, purchase, drafts), version => new PurchaseOrder
            {
                Key = TrytonKey.Of(purchase.Id),
                Version = version,
                Number = purchase.Text("number"),
                Supplier = TrytonKey.Of(purchase.Required("party")),
                Date = TrytonOrders.Date(purchase, "purchase_date"),
                State = TrytonOrders.State(purchase, "received"),
                Total = new Money(TrytonOrders.Total(purchase, drafts), currencies.GetValueOrDefault(purchase.Required("currency")).Code ?? ""),
                PromisedOn = purchase.Day("delivery_date") ?? (promised.TryGetValue(purchase.Id, out var line) ? line : null),
                ReceivedOn = days.TryGetValue(purchase.Id, out var day) ? day : null,
            })),
        ];
    }

    /// <summary>Without a day for the whole order the latest of the days entered on its lines is the promise.</summary>
    private async Task<IReadOnlyDictionary<long, DateOnly>> LinePromisesAsync(IReadOnlyCollection<long> purchases, CancellationToken cancellation) =>
        (await reads.WhereInAsync("purchase.line", "purchase", purchases, ["purchase", "delivery_date_store"], cancellation, TrytonReads.Clause("delivery_date_edit", "=", true)))
        .Select(l => (Purchase: l.Required("purchase"), Day: l.Day("delivery_date_store")))
        .Where(l => l.Day is not null)
        .GroupBy(l => l.Purchase, l => l.Day!.Value)
        .ToDictionary(g => g.Key, g => g.Max());
}
