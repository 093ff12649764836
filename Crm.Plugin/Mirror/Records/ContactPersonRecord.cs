using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Mirror.Records;

/// <summary>Read copy of a contact person.</summary>
public sealed class ContactPersonRecord : MirroredRecord
{
    /// <summary>Null until the counterparty has been read; see <see cref="CounterpartyKey"/>.</summary>
    public long? CounterpartyId { get; set; }

    /// <summary>The ERP's key of the counterparty, kept only while <see cref="CounterpartyId"/> is null.</summary>
    public string? CounterpartyKey { get; set; }

    public required string Name { get; set; }

    public required string NameFolded { get; set; }

    public string? Position { get; set; }

    /// <summary>Phones, e-mails and the like as JSON (<see cref="MirrorJson"/>).</summary>
    public required string Mechanisms { get; set; }

    public DateOnly? Birthday { get; set; }

    public bool IsActive { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ContactPersonRecord>
    {
        public void Configure(EntityTypeBuilder<ContactPersonRecord> builder) => builder.ToTable("contact_person");
    }
}
