using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>Lines of sales, one set per sale.</summary>
internal sealed class TrytonSaleLines(TrytonReads reads, TrytonNames names) : ITrytonEntity<SalesOrderLineSet>
{
    private const string Lines = "sale.line";

    public string Model => "sale.sale";

    public IReadOnlyList<object?[]> Filter => [];

    public IReadOnlyList<string> OtherModels => [Lines, "currency.currency"];

    // Deleting a line writes the sale when it is done in the sale's form.
    public IReadOnlyList<ChangeStep> Steps => [new(Model, "id"), new(Lines, "sale")];

    public IReadOnlyList<string> Fields(bool versionsOnly) => versionsOnly ? [] : ["currency"];

    public async Task<IReadOnlyList<Joined<SalesOrderLineSet>>> JoinAsync(IReadOnlyList<TrytonRow> rows, bool versionsOnly, CancellationToken cancellation)
    {
        var fields = versionsOnly ? ["sale", .. TrytonRow.Stamps] : (string[])["sale", "type", "sequence", "product", "quantity", "unit_price", .. TrytonRow.Stamps];
        var lines = (await reads.WhereInAsync(Lines, "sale", [.. rows.Select(r => r.Id)], fields, cancellation)).ToLookup(l => l.Required("sale"));
        var currencies = versionsOnly
            ? new Dictionary<long, TrytonCurrency>()
            : await names.CurrenciesAsync(rows.Select(r => r.Reference("currency")), cancellation);
        return
        [
            .. rows.Select(sale => new Joined<SalesOrderLineSet>(sale.Id, TrytonKey.Of(sale.Id), v => v.Add(lines[sale.Id]), version => new SalesOrderLineSet
            {
                Key = TrytonKey.Of(sale.Id),
                Version = version,
                Lines = [.. TrytonLines.Ordered(lines[sale.Id]).Select(l => Line(sale, l, currencies.GetValueOrDefault(sale.Required("currency"))))],
            })),
        ];
    }

    /// <summary>Tryton computes <c>amount</c> at each request, slowly; this is its formula.</summary>
    private static SalesOrderLine Line(TrytonRow sale, TrytonRow line, TrytonCurrency currency)
    {
        var quantity = line.Number("quantity") ?? 0;
        var price = line.Number("unit_price");
        return new SalesOrderLine(
            TrytonKey.Of(sale.Id), line.Reference("product") is { } product ? TrytonKey.Of(product) : null, quantity, price, price is null ? null : currency.Round(quantity * price.Value));
    }
}

/// <summary>Lines of documents.</summary>
internal static class TrytonLines
{
    /// <summary>Goods and services in the document's order, without comments, titles and subtotals.</summary>
    public static IEnumerable<TrytonRow> Ordered(IEnumerable<TrytonRow> lines) =>
        lines.Where(l => l.Text("type") is "line").OrderBy(l => l.Number("sequence") ?? decimal.MinValue).ThenBy(l => l.Id);
}
