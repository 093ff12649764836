using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>Product suppliers with their smallest price. One that names only a template gives terms for each of its variants.</summary>
internal sealed class TrytonSupplierTerms(TrytonReads reads, TrytonNames names) : ITrytonEntity<SupplierTerms>
{
    private const string Prices = "purchase.product_supplier.price";

    public string Model => "purchase.product_supplier";

    // The record has no flag of its own for terms that no longer hold: they are gone.
    public IReadOnlyList<object?[]> Filter => [TrytonReads.Clause("active", "=", true)];

    public IReadOnlyList<string> OtherModels => [Prices, "product.product", "currency.currency"];

    public IReadOnlyList<ChangeStep> Steps => [new(Model, "id"), new(Prices, "product_supplier")];

    public IReadOnlyList<string> Fields(bool versionsOnly) => versionsOnly
        ? ["product", "template", .. TrytonRow.Stamps]
        : ["product", "template", "party", "code", "lead_time", "currency", .. TrytonRow.Stamps];

    public async Task<IReadOnlyList<Joined<SupplierTerms>>> JoinAsync(IReadOnlyList<TrytonRow> rows, bool versionsOnly, CancellationToken cancellation)
    {
        var fields = versionsOnly ? ["product_supplier", .. TrytonRow.Stamps] : (string[])["product_supplier", "quantity", "unit_price", .. TrytonRow.Stamps];
        var prices = (await reads.WhereInAsync(Prices, "product_supplier", [.. rows.Select(r => r.Id)], fields, cancellation)).ToLookup(p => p.Required("product_supplier"));
        var templates = rows.Where(r => r.IsNull("product")).Select(r => r.Reference("template")).OfType<long>().Distinct().ToList();
        var variants = (await reads.WhereInAsync("product.product", "template", templates, ["template"], cancellation)).ToLookup(v => v.Required("template"), v => v.Id);
        var currencies = versionsOnly
            ? new Dictionary<long, TrytonCurrency>()
            : await names.CurrenciesAsync(rows.Select(r => r.Reference("currency")), cancellation);
        return
        [
            .. rows.SelectMany(row => row.Reference("product") is { } product
                ? [Join(row, product, TrytonKey.Of(row.Id))]
                : variants[row.Reference("template") ?? 0].Select(variant => Join(row, variant, TrytonKey.Of(row.Id, variant)))),
        ];

        Joined<SupplierTerms> Join(TrytonRow row, long product, HostKey key) =>
            new(row.Id, key, v => v.Add(row).Add(product).Add(prices[row.Id]), version => Map(row, product, key, version, prices[row.Id], currencies));
    }

    private static SupplierTerms Map(
        TrytonRow row, long product, HostKey key, string version, IEnumerable<TrytonRow> prices, IReadOnlyDictionary<long, TrytonCurrency> currencies)
    {
        var smallest = prices.OrderBy(p => p.Number("quantity") ?? 0).ThenBy(p => p.Id).Select(p => (TrytonRow?)p).FirstOrDefault();
        return new SupplierTerms
        {
            Key = key,
            Version = version,
            Supplier = TrytonKey.Of(row.Required("party")),
            Product = TrytonKey.Of(product),
            SupplierCode = row.Text("code"),
            LeadTime = row.Span("lead_time"),
            Price = smallest?.Number("unit_price") is { } price ? new Money(price, currencies.GetValueOrDefault(row.Required("currency")).Code ?? "") : null,
            MinimumQuantity = smallest?.Number("quantity") is { } quantity and > 0 ? quantity : null,
        };
    }
}
