namespace Crm.Connector.Hosts.Demo;

/// <summary>One line of a basket; goods by their index.</summary>
internal readonly record struct BasketLine(int Good, int Quantity, decimal Price)
{
    public decimal Amount => Quantity * Price;
}

/// <summary>The whole life of one sales order or return, with what has not happened yet. <see cref="Moments.Never"/> stands for what never happens.</summary>
internal sealed class SalesDocument
{
    public required string Number { get; init; }

    public required int Party { get; init; }

    public required bool IsReturn { get; init; }

    public required long Created { get; init; }

    public required long Confirmed { get; init; }

    public required long Delivered { get; init; }

    public required long Cancelled { get; init; }

    public required string? CancelReason { get; init; }

    public required DateOnly? Promised { get; init; }

    public required BasketLine[] Lines { get; init; }

    public required decimal Total { get; init; }

    public required decimal Cost { get; init; }

    public required DateOnly Due { get; init; }

    public required long Paid { get; init; }
}
