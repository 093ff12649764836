namespace Crm.Contracts;

/// <summary>Something that is bought or sold; owned by the ERP.</summary>
public sealed record Product : IHostRecord
{
    /// <inheritdoc/>
    public required HostKey Key { get; init; }

    /// <inheritdoc/>
    public required string Version { get; init; }

    /// <summary>Never empty.</summary>
    public required string Name { get; init; }

    /// <summary>Article number.</summary>
    public string? Code { get; init; }

    /// <summary>Unit of measure as people write it ("pcs").</summary>
    public string? Unit { get; init; }

    /// <summary>List price of one unit in the ERP's own currency.</summary>
    public decimal? Price { get; init; }

    /// <summary>False when the ERP hides it from new documents.</summary>
    public bool IsActive { get; init; } = true;
}

/// <summary>Reads products.</summary>
public interface IProductSource : IHostSource<Product>;
