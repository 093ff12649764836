namespace Crm.Contracts;

/// <summary>How far an order has come.</summary>
public enum OrderState
{
    /// <summary>Not agreed yet: counts nowhere.</summary>
    Draft = 0,

    /// <summary>Agreed, not wholly delivered.</summary>
    Confirmed = 1,

    /// <summary>Wholly delivered or received.</summary>
    Delivered = 2,

    /// <summary>Will not happen: counts nowhere but in the reasons of failure.</summary>
    Cancelled = 3,
}

/// <summary>Whether goods go out or come back.</summary>
public enum SalesOrderKind
{
    /// <summary>A sale.</summary>
    Sale = 0,

    /// <summary>Goods came back; its amount lowers the customer's revenue.</summary>
    Return = 1,
}

/// <summary>A sales order; owned by the ERP.</summary>
public sealed record SalesOrder : IHostRecord
{
    /// <inheritdoc/>
    public required HostKey Key { get; init; }

    /// <inheritdoc/>
    public required string Version { get; init; }

    /// <summary>The number people know it by; null in a draft without one.</summary>
    public string? Number { get; init; }

    /// <summary>Who buys; it may not have been read yet.</summary>
    public required HostKey Counterparty { get; init; }

    /// <summary>The document's day in the ERP's own calendar.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>How far it has come.</summary>
    public required OrderState State { get; init; }

    /// <summary>Sale or return.</summary>
    public SalesOrderKind Kind { get; init; }

    /// <summary>Whole value of the document without tax where the ERP can tell. In a return the sign does not matter: it always lowers.</summary>
    public required Money Total { get; init; }

    /// <summary>Cost of the goods in the same currency; null when the ERP does not know it.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The day promised to the customer.</summary>
    public DateOnly? PromisedOn { get; init; }

    /// <summary>The day of the last delivery; null while open.</summary>
    public DateOnly? DeliveredOn { get; init; }

    /// <summary>Why it was cancelled, in the ERP's words.</summary>
    public string? CancelReason { get; init; }

    /// <summary>Sign-in name of the seller.</summary>
    public string? ManagerLogin { get; init; }
}

/// <summary>One line of a sales order.</summary>
/// <param name="Order">The order it belongs to; it may not have been read yet.</param>
/// <param name="Product">What is sold; null for a free-text line.</param>
/// <param name="Quantity">In the line's unit; negative in a correction.</param>
/// <param name="Price">Of one unit, in the order's currency.</param>
/// <param name="Amount">Of the line, in the order's currency, without tax where the ERP can tell.</param>
public sealed record SalesOrderLine(HostKey Order, HostKey? Product, decimal Quantity, decimal? Price, decimal? Amount);

/// <summary>
/// Lines that the ERP delivers and replaces together: those of one order, or those of one part of a file.
/// Storing a set replaces every line stored under its key before.
/// </summary>
public sealed record SalesOrderLineSet : IHostRecord
{
    /// <inheritdoc/>
    public required HostKey Key { get; init; }

    /// <inheritdoc/>
    public required string Version { get; init; }

    /// <summary>In the order of the document; may be empty; at most about 10,000.</summary>
    public required IReadOnlyList<SalesOrderLine> Lines { get; init; }
}

/// <summary>Reads sales orders without their lines.</summary>
public interface ISalesOrderSource : IHostSource<SalesOrder>;

/// <summary>Reads the lines of sales orders.</summary>
public interface ISalesOrderLineSource : IHostSource<SalesOrderLineSet>;
