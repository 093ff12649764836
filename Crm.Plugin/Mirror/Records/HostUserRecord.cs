using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Mirror.Records;

/// <summary>Read copy of an ERP user; who may sign in is decided from it.</summary>
public sealed class HostUserRecord : MirroredRecord
{
    public required string Login { get; set; }

    public required string Name { get; set; }

    public string? Email { get; set; }

    /// <summary>The ERP's groups, one a line.</summary>
    public required string Groups { get; set; }

    public bool IsActive { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<HostUserRecord>
    {
        public void Configure(EntityTypeBuilder<HostUserRecord> builder) => builder.ToTable("host_user");
    }
}
