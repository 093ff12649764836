namespace Crm.Contracts;

/// <summary>Price, lead time and conditions of one supplier for one product; owned by the ERP.</summary>
public sealed record SupplierTerms : IHostRecord
{
    /// <inheritdoc/>
    public required HostKey Key { get; init; }

    /// <inheritdoc/>
    public required string Version { get; init; }

    /// <summary>Who delivers.</summary>
    public required HostKey Supplier { get; init; }

    /// <summary>What is delivered.</summary>
    public required HostKey Product { get; init; }

    /// <summary>The supplier's own article number.</summary>
    public string? SupplierCode { get; init; }

    /// <summary>From order to receipt, in calendar days; null when not agreed.</summary>
    public TimeSpan? LeadTime { get; init; }

    /// <summary>Of one unit at the smallest quantity.</summary>
    public Money? Price { get; init; }

    /// <summary>Smallest quantity that the price holds for.</summary>
    public decimal? MinimumQuantity { get; init; }
}

/// <summary>Reads supply terms.</summary>
public interface ISupplierTermsSource : IHostSource<SupplierTerms>;
