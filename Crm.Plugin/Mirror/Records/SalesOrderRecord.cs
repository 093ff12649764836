using Crm.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Mirror.Records;

/// <summary>Read copy of a sales order.</summary>
public sealed class SalesOrderRecord : MirroredRecord
{
    public string? Number { get; set; }

    /// <summary>Null until the counterparty has been read; see <see cref="CounterpartyKey"/>.</summary>
    public long? CounterpartyId { get; set; }

    /// <summary>The ERP's key of the counterparty, kept only while <see cref="CounterpartyId"/> is null.</summary>
    public string? CounterpartyKey { get; set; }

    public DateOnly Date { get; set; }

    public OrderState State { get; set; }

    public SalesOrderKind Kind { get; set; }

    public required string Currency { get; set; }

    /// <summary>Signed: a return is stored as minus its absolute value, so that sums need no case distinction.</summary>
    public long TotalE4 { get; set; }

    /// <summary>Signed like <see cref="TotalE4"/>.</summary>
    public long? CostE4 { get; set; }

    public DateOnly? PromisedOn { get; set; }

    public DateOnly? DeliveredOn { get; set; }

    public string? CancelReason { get; set; }

    public string? ManagerLogin { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SalesOrderRecord>
    {
        public void Configure(EntityTypeBuilder<SalesOrderRecord> builder) => builder.ToTable("sales_order");
    }
}

/// <summary>Read copy of one line; replaced with its whole set.</summary>
public sealed class SalesOrderLineRecord
{
    /// <summary>The <see cref="LineSetRecord"/> that it came with.</summary>
    public long SetId { get; set; }

    /// <summary>Place in the set, from 0.</summary>
    public int No { get; set; }

    /// <summary>Null until the order has been read; see <see cref="OrderKey"/>.</summary>
    public long? OrderId { get; set; }

    /// <summary>The ERP's key of the order, kept only while <see cref="OrderId"/> is null.</summary>
    public string? OrderKey { get; set; }

    public long? ProductId { get; set; }

    /// <summary>The ERP's key of the product, kept only while <see cref="ProductId"/> is null.</summary>
    public string? ProductKey { get; set; }

    public long QuantityE4 { get; set; }

    public long? PriceE4 { get; set; }

    public long? AmountE4 { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SalesOrderLineRecord>
    {
        public void Configure(EntityTypeBuilder<SalesOrderLineRecord> builder) =>
            builder.ToTable("sales_order_line").HasKey(l => new { l.SetId, l.No });
    }
}

/// <summary>Lines that the ERP delivers and replaces together.</summary>
public sealed class LineSetRecord : MirroredRecord
{
    /// <summary>Which table its lines are in.</summary>
    public MirrorEntity Entity { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<LineSetRecord>
    {
        public void Configure(EntityTypeBuilder<LineSetRecord> builder) => builder.ToTable("line_set");
    }
}
