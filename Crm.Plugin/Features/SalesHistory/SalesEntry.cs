namespace Crm.Plugin.Features.SalesHistory;

/// <summary>One sales order that counts: confirmed or delivered, and still in the ERP.</summary>
/// <param name="Day"><see cref="DateOnly.DayNumber"/> of the document.</param>
/// <param name="IsSale">Not a return.</param>
/// <param name="Currency">Index into the currencies of its block.</param>
/// <param name="TotalE4">Negative in a return.</param>
/// <param name="CostE4">Signed like the total; null when the ERP does not know it.</param>
internal readonly record struct SalesEntry(int Day, bool IsSale, int Currency, long TotalE4, long? CostE4);

/// <summary>Takes up the orders of a block, one counterparty after the other in the order of ids, each in the order of days.</summary>
internal interface ISalesVisitor
{
    /// <summary>Called once before the first counterparty.</summary>
    /// <param name="currencies">What <see cref="SalesEntry.Currency"/> points into; "" is the ERP's one unnamed currency.</param>
    void Open(IReadOnlyList<string> currencies);

    /// <summary>The next counterparty, whatever its role and with or without orders.</summary>
    /// <param name="id">In the mirror.</param>
    /// <param name="isLivingCustomer">In the role of customer and not gone from the ERP.</param>
    /// <param name="key">The ERP's key in UTF-8: its bytes sort as its letters do.</param>
    void Begin(long id, bool isLivingCustomer, ReadOnlySpan<byte> key);

    /// <summary>An order of the counterparty begun last, on whatever day.</summary>
    void Add(in SalesEntry order);

    /// <summary>No more of the counterparty begun last.</summary>
    void End();
}
