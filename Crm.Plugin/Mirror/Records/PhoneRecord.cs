using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Mirror.Records;

/// <summary>A telephone number of a counterparty or of one of its contact persons.</summary>
/// <remarks>
/// Table <c>phone_fragment</c> beside it is the index of any fragment of any number (<see cref="Search.PhoneFragment"/>).
/// </remarks>
public sealed class PhoneRecord
{
    public long Id { get; set; }

    public long CounterpartyId { get; set; }

    /// <summary>Null when it is the counterparty's own.</summary>
    public long? PersonId { get; set; }

    /// <summary>As the ERP keeps it, or as it was typed.</summary>
    public required string Typed { get; set; }

    /// <summary>Typed in the CRM: counterparties are searched by it, but whose it is on which days is told by the CRM's own tables.</summary>
    public bool IsOwn { get; set; }

    /// <summary>Normalised by <see cref="Search.PhoneDigits.Normalise"/>.</summary>
    public required string Digits { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PhoneRecord>
    {
        public void Configure(EntityTypeBuilder<PhoneRecord> builder) => builder.ToTable("phone");
    }
}
