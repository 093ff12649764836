using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Installation;

/// <summary>What was put into the ERP of a connection, so that exactly that can be taken out again.</summary>
public sealed class InstallationRecord
{
    public int ConnectionId { get; set; }

    /// <summary>Address that all menu entries begin with.</summary>
    public required string PublicAddress { get; set; }

    /// <summary>When the menu was last seen complete; null before, and for an ERP that gets none.</summary>
    public DateTimeOffset? MenuAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<InstallationRecord>
    {
        public void Configure(EntityTypeBuilder<InstallationRecord> builder)
        {
            builder.ToTable("installation").HasKey(i => i.ConnectionId);
            builder.Property(i => i.ConnectionId).ValueGeneratedNever();
        }
    }
}
