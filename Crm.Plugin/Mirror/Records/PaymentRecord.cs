using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Mirror.Records;

/// <summary>Read copy of an invoice due or paid.</summary>
public sealed class PaymentRecord : MirroredRecord
{
    public long? CounterpartyId { get; set; }

    public string? CounterpartyKey { get; set; }

    public long? OrderId { get; set; }

    public string? OrderKey { get; set; }

    public string? Number { get; set; }

    public DateOnly? DueOn { get; set; }

    public DateOnly? PaidOn { get; set; }

    public required string Currency { get; set; }

    public long AmountE4 { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PaymentRecord>
    {
        public void Configure(EntityTypeBuilder<PaymentRecord> builder) => builder.ToTable("payment");
    }
}
