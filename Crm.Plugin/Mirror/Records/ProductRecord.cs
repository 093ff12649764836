using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Mirror.Records;

/// <summary>Read copy of a product.</summary>
public sealed class ProductRecord : MirroredRecord
{
    public required string Name { get; set; }

    public required string NameFolded { get; set; }

    public string? Code { get; set; }

    public string? Unit { get; set; }

    public long? PriceE4 { get; set; }

    public bool IsActive { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ProductRecord>
    {
        public void Configure(EntityTypeBuilder<ProductRecord> builder) => builder.ToTable("product");
    }
}

/// <summary>Read copy of what one supplier asks for one product.</summary>
public sealed class SupplierTermsRecord : MirroredRecord
{
    public long? CounterpartyId { get; set; }

    public string? CounterpartyKey { get; set; }

    public long? ProductId { get; set; }

    public string? ProductKey { get; set; }

    public string? SupplierCode { get; set; }

    public int? LeadTimeDays { get; set; }

    public string? Currency { get; set; }

    public long? PriceE4 { get; set; }

    public long? MinimumQuantityE4 { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SupplierTermsRecord>
    {
        public void Configure(EntityTypeBuilder<SupplierTermsRecord> builder) => builder.ToTable("supplier_terms");
    }
}
