namespace Crm.Contracts;

/// <summary>An amount that a counterparty owes or has paid; owned by the ERP.</summary>
public sealed record Payment : IHostRecord
{
    /// <inheritdoc/>
    public required HostKey Key { get; init; }

    /// <inheritdoc/>
    public required string Version { get; init; }

    /// <summary>Who owes it; it may not have been read yet.</summary>
    public required HostKey Counterparty { get; init; }

    /// <summary>The sales order it is for; null when the ERP does not tie them.</summary>
    public HostKey? Order { get; init; }

    /// <summary>The invoice's number as people know it.</summary>
    public string? Number { get; init; }

    /// <summary>The day it falls due.</summary>
    public DateOnly? DueOn { get; init; }

    /// <summary>The day it was paid in full; null while open.</summary>
    public DateOnly? PaidOn { get; init; }

    /// <summary>What is or was to pay, tax included; negative for a credit.</summary>
    public required Money Amount { get; init; }
}

/// <summary>Reads invoices due and paid.</summary>
public interface IPaymentSource : IHostSource<Payment>;
