using System.Data.Common;
using Crm.Contracts;
using Crm.Plugin.Mirror.Sending;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.People;

/// <summary>
/// What is noted here of a contact mechanism that the ERP has; at the same time the outbox of what goes there. It belongs to owner, kind and
/// <see cref="Normal"/>: when the ERP has no such mechanism, it is shown nowhere and stands at no other.
/// </summary>
public sealed class MechanismNote : IOutgoing
{
    public long Id { get; set; }

    /// <summary>Whose it is, or for whom the person spoke when it was noted.</summary>
    public long CounterpartyId { get; set; }

    /// <summary>The ERP's person whose it is; null when it is the counterparty's.</summary>
    public long? ContactPersonId { get; set; }

    public ContactMechanismKind Kind { get; set; }

    /// <summary>As the ERP had it when it was noted.</summary>
    public required string Value { get; set; }

    /// <summary>See <see cref="MechanismRule.Normal"/>.</summary>
    public required string Normal { get; set; }

    /// <summary>Null leaves the ERP's; "" takes it away.</summary>
    public string? Label { get; set; }

    /// <summary>Shall be the first of its kind.</summary>
    public bool IsMain { get; set; }

    /// <summary>The CRM's own: no ERP is told of days.</summary>
    public DateOnly? ValidFrom { get; set; }

    /// <summary>The last day on which it is good; the CRM's own.</summary>
    public DateOnly? ValidTo { get; set; }

    /// <summary>Of label and main flag.</summary>
    public MechanismFate Fate { get; set; }

    /// <summary>The same in every try of one wish; another wish has another.</summary>
    public Guid IdempotencyKey { get; set; }

    /// <summary>When the ERP had taken it: what is read later is the ERP's word, be it this or a newer one.</summary>
    public DateTimeOffset? WrittenAt { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? NextTryAt { get; set; }

    /// <summary>Code of the last failure, as the manual lists it.</summary>
    public string? Failure { get; set; }

    /// <summary>Who has to act on it.</summary>
    public HostFailure? FailureKind { get; set; }

    public long CreatedBy { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>What <see cref="Read"/> takes, of a note n.</summary>
    internal const string Columns =
        "n.id, n.counterparty_id, n.contact_person_id, n.kind, n.value, n.normal, n.label, n.is_main, n.valid_from, n.valid_to, n.fate, n.idempotency_key, "
        + "n.written_at, n.attempts, n.next_try_at, n.failure, n.failure_kind, n.created_by, n.created_at";

    internal static MechanismNote Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        CounterpartyId = row.GetInt64(1),
        ContactPersonId = row.Long(2),
        Kind = (ContactMechanismKind)row.GetInt32(3),
        Value = row.GetString(4),
        Normal = row.GetString(5),
        Label = row.Text(6),
        IsMain = row.GetBoolean(7),
        ValidFrom = row.DayOrNull(8),
        ValidTo = row.DayOrNull(9),
        Fate = (MechanismFate)row.GetInt32(10),
        IdempotencyKey = row.GetGuid(11),
        WrittenAt = row.InstantOrNull(12),
        Attempts = row.GetInt32(13),
        NextTryAt = row.InstantOrNull(14),
        Failure = row.Text(15),
        FailureKind = row.IsDBNull(16) ? null : (HostFailure)row.GetInt32(16),
        CreatedBy = row.GetInt64(17),
        CreatedAt = Instant.FromMicroseconds(row.GetInt64(18)),
    };

    internal sealed class Configuration : IEntityTypeConfiguration<MechanismNote>
    {
        public void Configure(EntityTypeBuilder<MechanismNote> builder) => builder.ToTable("mechanism_note");
    }
}
