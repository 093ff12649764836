using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>One item of the checklist of an interaction: what must be prepared before it.</summary>
public sealed class InteractionTask
{
    public long InteractionId { get; set; }

    /// <summary>Place in the list, from 0.</summary>
    public int No { get; set; }

    public required string Text { get; set; }

    /// <summary>Null while it is to be done.</summary>
    public DateTimeOffset? DoneAt { get; set; }

    public long? DoneBy { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<InteractionTask>
    {
        public void Configure(EntityTypeBuilder<InteractionTask> builder)
        {
            builder.ToTable("interaction_task").HasKey(t => new { t.InteractionId, t.No });
            builder.Property(t => t.No).ValueGeneratedNever();
        }
    }
}

/// <summary>A sales order that an interaction is about.</summary>
public sealed class InteractionOrder
{
    public long InteractionId { get; set; }

    public long OrderId { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<InteractionOrder>
    {
        public void Configure(EntityTypeBuilder<InteractionOrder> builder) => builder.ToTable("interaction_order").HasKey(o => new { o.InteractionId, o.OrderId });
    }
}

/// <summary>A file attached to an interaction; its bytes lie in the data folder.</summary>
public sealed class InteractionFile
{
    public long Id { get; set; }

    public long InteractionId { get; set; }

    /// <summary>As the browser named it, without folders.</summary>
    public required string Name { get; set; }

    /// <summary>Media type that its first bytes prove; see <see cref="FileRule"/>.</summary>
    public required string Type { get; set; }

    public long Size { get; set; }

    /// <summary>SHA-256 of its bytes, hexadecimal: its name in the data folder.</summary>
    public required string Hash { get; set; }

    public long AddedBy { get; set; }

    public DateTimeOffset AddedAt { get; set; }

    /// <summary>Taken off by a user; its bytes stay.</summary>
    public DateTimeOffset? RemovedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<InteractionFile>
    {
        public void Configure(EntityTypeBuilder<InteractionFile> builder) => builder.ToTable("interaction_file");
    }
}
