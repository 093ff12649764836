using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.SalesHistory;

/// <summary>Orders of <see cref="SalesBlockWriter.BlockSize"/> consecutive counterparties, packed.</summary>
public sealed class SalesBlock
{
    public long No { get; set; }

    public required byte[] Data { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SalesBlock>
    {
        public void Configure(EntityTypeBuilder<SalesBlock> builder)
        {
            builder.ToTable("sales_block").HasKey(b => b.No);
            builder.Property(b => b.No).ValueGeneratedNever();
        }
    }
}

/// <summary>What the blocks hold; one row, none before the first build.</summary>
public sealed class SalesHistoryState
{
    public int Id { get; set; }

    /// <summary><see cref="SalesBlockWriter.Format"/> at the time.</summary>
    public int Format { get; set; }

    /// <summary>Counted up with each build.</summary>
    public long Generation { get; set; }

    public DateTimeOffset BuiltAt { get; set; }

    public long Members { get; set; }

    public long Orders { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SalesHistoryState>
    {
        public void Configure(EntityTypeBuilder<SalesHistoryState> builder)
        {
            builder.ToTable("sales_history").HasKey(s => s.Id);
            builder.Property(s => s.Id).ValueGeneratedNever();
        }
    }
}

/// <summary>A counterparty whose orders or role changed since the build; written by triggers of the database, perhaps several times.</summary>
public sealed class SalesTouched
{
    public long Id { get; set; }

    public long CounterpartyId { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SalesTouched>
    {
        public void Configure(EntityTypeBuilder<SalesTouched> builder) => builder.ToTable("sales_touched");
    }
}
