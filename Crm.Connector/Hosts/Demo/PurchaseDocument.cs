namespace Crm.Connector.Hosts.Demo;

/// <summary>One line of a purchase: what came with the first delivery, with all of them, and what was refused.</summary>
internal readonly record struct SupplyLine(int Good, int Quantity, decimal Price, int FirstQuantity, int Rejected);

/// <summary>The whole life of one purchase order. <see cref="Moments.Never"/> stands for what never happens.</summary>
internal sealed class PurchaseDocument
{
    public required string Number { get; init; }

    public required int Supplier { get; init; }

    public required long Created { get; init; }

    public required long Confirmed { get; init; }

    /// <summary>A first, partial receipt.</summary>
    public required long PartReceived { get; init; }

    public required long Received { get; init; }

    public required long Cancelled { get; init; }

    public required DateOnly Promised { get; init; }

    public required SupplyLine[] Lines { get; init; }
}
