using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>Posted and paid customer invoices.</summary>
internal sealed class TrytonPayments(TrytonReads reads, TrytonNames names) : ITrytonEntity<Payment>
{
    private static readonly string[] Counting = ["posted", "paid"];

    public string Model => "account.invoice";

    public IReadOnlyList<object?[]> Filter => [TrytonReads.Clause("type", "=", "out"), TrytonReads.Clause("state", "in", Counting)];

    public IReadOnlyList<string> OtherModels => ["account.invoice.line", "account.move.line", "currency.currency"];

    // Posting, paying and cancelling all write the invoice.
    public IReadOnlyList<ChangeStep> Steps => [new(Model, "id")];

    public IReadOnlyList<string> Fields(bool versionsOnly) => versionsOnly
        ? TrytonRow.Stamps
        : ["number", "party", "currency", "total_amount", "state", "reconciled", "lines_to_pay", .. TrytonRow.Stamps];

    public async Task<IReadOnlyList<Joined<Payment>>> JoinAsync(IReadOnlyList<TrytonRow> rows, bool versionsOnly, CancellationToken cancellation)
    {
        if (versionsOnly)
            return [.. rows.Select(r => new Joined<Payment>(r.Id, TrytonKey.Of(r.Id), v => v.Add(r), _ => throw new InvalidOperationException()))];
        var dueRows = reads.WhereInAsync("account.move.line", "id", [.. rows.SelectMany(r => r.References("lines_to_pay"))], ["maturity_date", "reconciliation"], cancellation);
        var sales = await SalesAsync([.. rows.Select(r => r.Id)], cancellation);
        var due = (await dueRows).ToDictionary(l => l.Id);
        var currencies = await names.CurrenciesAsync(rows.Select(r => r.Reference("currency")), cancellation);
        return
        [
            .. rows.Select(invoice => new Joined<Payment>(invoice.Id, TrytonKey.Of(invoice.Id), v => v.Add(invoice), version => new Payment
            {
                Key = TrytonKey.Of(invoice.Id),
                Version = version,
                Counterparty = TrytonKey.Of(invoice.Required("party")),
                Order = sales.TryGetValue(invoice.Id, out var sale) ? TrytonKey.Of(sale) : null,
                Number = invoice.Text("number"),
                DueOn = DueOn([.. invoice.References("lines_to_pay").Where(due.ContainsKey).Select(id => due[id])]),
                PaidOn = invoice.Text("state") == "paid" ? invoice.Day("reconciled") : null,
                Amount = new Money(invoice.Number("total_amount") ?? 0, currencies.GetValueOrDefault(invoice.Required("currency")).Code ?? ""),
            })),
        ];
    }

    /// <summary>The first instalment that is open; the last one when all are paid.</summary>
    private static DateOnly? DueOn(IReadOnlyCollection<TrytonRow> lines) =>
        lines.Where(l => l.IsNull("reconciliation")).Min(l => l.Day("maturity_date")) ?? lines.Max(l => l.Day("maturity_date"));

    /// <summary>The sale of each invoice that is for exactly one.</summary>
    private async Task<IReadOnlyDictionary<long, long>> SalesAsync(IReadOnlyCollection<long> invoices, CancellationToken cancellation)
    {
        if (!reads.CanRead("sale.line"))
            return new Dictionary<long, long>();
        var lines = (await reads.WhereInAsync("account.invoice.line", "invoice", invoices, ["invoice", "origin"], cancellation))
            .Select(l => (Invoice: l.Required("invoice"), Line: l.ReferenceTo("origin", "sale.line")))
            .Where(l => l.Line is not null)
            .ToList();
        var sales = (await reads.WhereInAsync("sale.line", "id", [.. lines.Select(l => l.Line!.Value).Distinct()], ["sale"], cancellation))
            .ToDictionary(l => l.Id, l => l.Required("sale"));
        return lines.Where(l => sales.ContainsKey(l.Line!.Value)).GroupBy(l => l.Invoice, l => sales[l.Line!.Value])
            .Where(g => g.Distinct().Count() == 1)
            .ToDictionary(g => g.Key, g => g.First());
    }
}
