namespace Crm.Contracts;

/// <summary>A purchase order; owned by the ERP.</summary>
public sealed record PurchaseOrder : IHostRecord
{
    /// <inheritdoc/>
    public required HostKey Key { get; init; }

    /// <inheritdoc/>
    public required string Version { get; init; }

    /// <summary>The number people know it by.</summary>
    public string? Number { get; init; }

    /// <summary>Who delivers; it may not have been read yet.</summary>
    public required HostKey Supplier { get; init; }

    /// <summary>The document's day in the ERP's own calendar.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>How far it has come.</summary>
    public required OrderState State { get; init; }

    /// <summary>Whole value; null when the ERP does not know it yet.</summary>
    public Money? Total { get; init; }

    /// <summary>The day the supplier promised.</summary>
    public DateOnly? PromisedOn { get; init; }

    /// <summary>The day of the last receipt; null while open.</summary>
    public DateOnly? ReceivedOn { get; init; }
}

/// <summary>One line of a purchase order with what came of it.</summary>
/// <param name="Order">The order it belongs to; it may not have been read yet.</param>
/// <param name="Product">What is bought; null for a free-text line.</param>
/// <param name="Quantity">Ordered.</param>
/// <param name="ReceivedQuantity">Received so far, rejects included; null when not known.</param>
/// <param name="RejectedQuantity">Sent back or refused; null when not known.</param>
/// <param name="Price">Of one unit, in the order's currency.</param>
public sealed record PurchaseOrderLine(
    HostKey Order, HostKey? Product, decimal Quantity, decimal? ReceivedQuantity, decimal? RejectedQuantity, decimal? Price);

/// <summary>Purchase lines that are delivered and replaced together; see <see cref="SalesOrderLineSet"/>.</summary>
public sealed record PurchaseOrderLineSet : IHostRecord
{
    /// <inheritdoc/>
    public required HostKey Key { get; init; }

    /// <inheritdoc/>
    public required string Version { get; init; }

    /// <summary>In the order of the document; may be empty; at most about 10,000.</summary>
    public required IReadOnlyList<PurchaseOrderLine> Lines { get; init; }
}

/// <summary>Reads purchase orders without their lines.</summary>
public interface IPurchaseOrderSource : IHostSource<PurchaseOrder>;

/// <summary>Reads the lines of purchase orders.</summary>
public interface IPurchaseOrderLineSource : IHostSource<PurchaseOrderLineSet>;
