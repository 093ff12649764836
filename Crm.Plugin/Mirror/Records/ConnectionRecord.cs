using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Mirror.Records;

/// <summary>An ERP that the plugin is installed into.</summary>
public sealed class ConnectionRecord
{
    public int Id { get; set; }

    /// <summary>Stable name; unique.</summary>
    public required string Name { get; set; }

    /// <summary>Id of the host manifest.</summary>
    public required string Host { get; set; }

    /// <summary>The manifest as it was at installation.</summary>
    public required string Manifest { get; set; }

    public required string Address { get; set; }

    public string? UserName { get; set; }

    /// <summary>The service account's password, protected by the framework's data protection; null when none is needed.</summary>
    public string? Secret { get; set; }

    public DateTimeOffset InstalledAt { get; set; }

    /// <summary>When it was uninstalled; its CRM data stay. Null while installed.</summary>
    public DateTimeOffset? RemovedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ConnectionRecord>
    {
        public void Configure(EntityTypeBuilder<ConnectionRecord> builder) => builder.ToTable("connection");
    }
}
