using Crm.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Mirror.Records;

/// <summary>Read copy of a counterparty, with the classes that the last approved run gave it.</summary>
public sealed class CounterpartyRecord : MirroredRecord
{
    /// <summary>
    /// The <see cref="MirroredRecord.ConnectionId"/> of the CRM's own records: no ERP has this number, so nobody polls, compares or purges it
    /// with one. A prospect is a counterparty like any other, which only an ERP does not know yet.
    /// </summary>
    public const int ProspectConnection = 0;

    /// <summary>Not in any ERP yet.</summary>
    public bool IsProspect => ConnectionId == ProspectConnection;

    /// <summary>As the ERP has it.</summary>
    public required string Name { get; set; }

    /// <summary><see cref="Name"/> folded by <see cref="Search.SearchText.Fold"/>; lists are sorted by it.</summary>
    public required string NameFolded { get; set; }

    public string? Code { get; set; }

    public string? TaxId { get; set; }

    public CounterpartyRoles Roles { get; set; }

    public bool IsActive { get; set; }

    /// <summary>Phones, e-mails and the like as JSON (<see cref="MirrorJson"/>), the main one of each kind first.</summary>
    public required string Mechanisms { get; set; }

    /// <summary>Addresses as JSON (<see cref="MirrorJson"/>), the main one first.</summary>
    public required string Addresses { get; set; }

    /// <summary>City of the main address, for lists.</summary>
    public string? City { get; set; }

    /// <summary>Sign-in name of the responsible user in the ERP; rights depend on it.</summary>
    public string? ManagerLogin { get; set; }

    public DateOnly? CreatedOn { get; set; }

    /// <summary>Class of the last approved run: 1 = A, 2 = B, 3 = C; null before the first.</summary>
    public short? Importance { get; set; }

    /// <summary>Stage of the last approved run, see <see cref="Features.Classification.RelationshipStage"/>; null before the first.</summary>
    public short? Stage { get; set; }

    /// <summary>Regularity of the last approved run: 1 = X, 2 = Y, 3 = Z; only for regular customers.</summary>
    public short? Regularity { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<CounterpartyRecord>
    {
        public void Configure(EntityTypeBuilder<CounterpartyRecord> builder) => builder.ToTable("counterparty");
    }
}
