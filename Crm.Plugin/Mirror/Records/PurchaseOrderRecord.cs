using Crm.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Mirror.Records;

/// <summary>Read copy of a purchase order.</summary>
public sealed class PurchaseOrderRecord : MirroredRecord
{
    public string? Number { get; set; }

    /// <summary>The supplier; null until it has been read, see <see cref="CounterpartyKey"/>.</summary>
    public long? CounterpartyId { get; set; }

    /// <summary>The ERP's key of the supplier, kept only while <see cref="CounterpartyId"/> is null.</summary>
    public string? CounterpartyKey { get; set; }

    public DateOnly Date { get; set; }

    public OrderState State { get; set; }

    public required string Currency { get; set; }

    public long? TotalE4 { get; set; }

    public DateOnly? PromisedOn { get; set; }

    public DateOnly? ReceivedOn { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PurchaseOrderRecord>
    {
        public void Configure(EntityTypeBuilder<PurchaseOrderRecord> builder) => builder.ToTable("purchase_order");
    }
}

/// <summary>Read copy of one purchase line; replaced with its whole set.</summary>
public sealed class PurchaseOrderLineRecord
{
    public long SetId { get; set; }

    public int No { get; set; }

    public long? OrderId { get; set; }

    public string? OrderKey { get; set; }

    public long? ProductId { get; set; }

    public string? ProductKey { get; set; }

    public long QuantityE4 { get; set; }

    public long? ReceivedQuantityE4 { get; set; }

    public long? RejectedQuantityE4 { get; set; }

    public long? PriceE4 { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PurchaseOrderLineRecord>
    {
        public void Configure(EntityTypeBuilder<PurchaseOrderLineRecord> builder) =>
            builder.ToTable("purchase_order_line").HasKey(l => new { l.SetId, l.No });
    }
}
