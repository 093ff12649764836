using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>Lines of purchases with what has arrived, one set per purchase.</summary>
internal sealed class TrytonPurchaseLines(TrytonReads reads) : ITrytonEntity<PurchaseOrderLineSet>
{
    private const string Lines = "purchase.line";

    public string Model => "purchase.purchase";

    public IReadOnlyList<object?[]> Filter => [];

    public IReadOnlyList<string> OtherModels => [Lines];

    public IReadOnlyList<ChangeStep> Steps =>
    [
        new(Model, "id"),
        new(Lines, "purchase"),
        // A part received does not always touch the purchase.
        new("stock.move", "id", PurchasesOfMovesAsync, [TrytonReads.Clause("origin", "like", Lines + ",%")]),
    ];

    public IReadOnlyList<string> Fields(bool versionsOnly) => [];

    public async Task<IReadOnlyList<Joined<PurchaseOrderLineSet>>> JoinAsync(IReadOnlyList<TrytonRow> rows, bool versionsOnly, CancellationToken cancellation)
    {
        var fields = versionsOnly ? ["purchase", .. TrytonRow.Stamps] : (string[])["purchase", "type", "sequence", "product", "quantity", "unit_price", .. TrytonRow.Stamps];
        var all = await reads.WhereInAsync(Lines, "purchase", [.. rows.Select(r => r.Id)], fields, cancellation);
        var lines = all.ToLookup(l => l.Required("purchase"));
        var moves = reads.CanRead("stock.move") ? await reads.DoneMovesAsync(Lines, [.. all.Select(l => l.Id)], cancellation) : null;
        return
        [
            .. rows.Select(purchase => new Joined<PurchaseOrderLineSet>(
                purchase.Id,
                TrytonKey.Of(purchase.Id),
                v => v.Add(lines[purchase.Id]).Add(moves is null ? [] : lines[purchase.Id].SelectMany(l => moves[l.Id])),
                version => new PurchaseOrderLineSet
                {
                    Key = TrytonKey.Of(purchase.Id),
                    Version = version,
                    Lines = [.. TrytonLines.Ordered(lines[purchase.Id]).Select(l => Line(purchase.Id, l, moves))],
                })),
        ];
    }

    /// <summary>A negative line sends goods back; what has moved for it is rejected, not received.</summary>
    private static PurchaseOrderLine Line(long purchase, TrytonRow line, ILookup<long, TrytonRow>? moves)
    {
        var quantity = line.Number("quantity") ?? 0;
        var moved = moves?[line.Id].Sum(m => m.Number("quantity") ?? 0);
        return new PurchaseOrderLine(
            TrytonKey.Of(purchase), line.Reference("product") is { } product ? TrytonKey.Of(product) : null, quantity,
            quantity < 0 ? null : moved, quantity < 0 ? moved : null, line.Number("unit_price"));
    }

    private async Task<IReadOnlyCollection<long>> PurchasesOfMovesAsync(IReadOnlyCollection<long> moves, CancellationToken cancellation)
    {
        var origins = await reads.WhereInAsync("stock.move", "id", moves, ["origin"], cancellation);
        var lines = origins.Select(m => m.ReferenceTo("origin", Lines)).OfType<long>().Distinct().ToList();
        return [.. (await reads.WhereInAsync(Lines, "id", lines, ["purchase"], cancellation)).Select(l => l.Required("purchase")).Distinct()];
    }
}
