using System.Data.Common;
using Crm.Contracts;
using Crm.Plugin.Mirror.Sending;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.People;

/// <summary>How somebody would like to be reached.</summary>
public enum ContactChannel
{
    Phone = 1,
    Email = 2,
    Message = 3,
    Meeting = 4,
    Letter = 5,
}

/// <summary>What the CRM knows of a person: its own person, or what it adds to one of the ERP's, whose record stays untouched.</summary>
public sealed class PersonCard
{
    public long Id { get; set; }

    /// <summary>The ERP's person that this adds to; null for the CRM's own.</summary>
    public long? ContactPersonId { get; set; }

    /// <summary>The CRM's own person; of the ERP's, as it was when the card was made.</summary>
    public required string Name { get; set; }

    public required string NameFolded { get; set; }

    /// <summary>Wins over the ERP's. The year is 1 when only day and month are known.</summary>
    public DateOnly? Birthday { get; set; }

    public ContactChannel? Channel { get; set; }

    /// <summary>ISO 639 code of the language to speak; null when nobody has said.</summary>
    public string? Language { get; set; }

    /// <summary>Nobody writes to them or calls them without being asked.</summary>
    public bool DoNotContact { get; set; }

    public string? Note { get; set; }

    public long CreatedBy { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>What <see cref="Read"/> takes, of a card k.</summary>
    internal const string Columns = "k.id, k.contact_person_id, k.name, k.name_folded, k.birthday, k.channel, k.language, k.do_not_contact, k.note, k.created_by, k.created_at";

    internal static PersonCard Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        ContactPersonId = row.Long(1),
        Name = row.GetString(2),
        NameFolded = row.GetString(3),
        Birthday = row.DayOrNull(4),
        Channel = row.IsDBNull(5) ? null : (ContactChannel)row.GetInt32(5),
        Language = row.Text(6),
        DoNotContact = row.GetBoolean(7),
        Note = row.Text(8),
        CreatedBy = row.GetInt64(9),
        CreatedAt = Instant.FromMicroseconds(row.GetInt64(10)),
    };

    internal sealed class Configuration : IEntityTypeConfiguration<PersonCard>
    {
        public void Configure(EntityTypeBuilder<PersonCard> builder) => builder.ToTable("person_card");
    }
}

/// <summary>For whom a person speaks; one person may serve several counterparties.</summary>
public sealed class PersonPlace
{
    public long PersonCardId { get; set; }

    public long CounterpartyId { get; set; }

    /// <summary>Their part in deals: decides, pays, uses, advises …</summary>
    public string? Role { get; set; }

    /// <summary>Job title; wins over the ERP's.</summary>
    public string? Position { get; set; }

    /// <summary>The day they left; they are no longer offered from then on.</summary>
    public DateOnly? LeftOn { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PersonPlace>
    {
        public void Configure(EntityTypeBuilder<PersonPlace> builder) => builder.ToTable("person_place").HasKey(p => new { p.PersonCardId, p.CounterpartyId });
    }
}

/// <summary>What became of a contact mechanism that was typed here.</summary>
public enum MechanismFate
{
    /// <summary>The CRM's own: the ERP cannot take it, or the person is the CRM's own.</summary>
    Own = 0,

    /// <summary>On its way to the ERP.</summary>
    Waiting = 1,

    /// <summary>The ERP has it.</summary>
    Written = 2,

    /// <summary>The ERP refused it; it stays the CRM's own until somebody mends what was wrong.</summary>
    Refused = 3,
}

/// <summary>What becomes of one when the ERP was asked.</summary>
internal static class MechanismFates
{
    public static MechanismFate Of(SendingEnd end) => end switch
    {
        SendingEnd.Taken => MechanismFate.Written,
        SendingEnd.Waits => MechanismFate.Waiting,
        SendingEnd.Refused => MechanismFate.Refused,
        _ => MechanismFate.Own,
    };
}

/// <summary>A contact mechanism typed here; at the same time the outbox of those that go to the ERP.</summary>
public sealed class OwnMechanism : IOutgoing
{
    public long Id { get; set; }

    public long CounterpartyId { get; set; }

    /// <summary>The ERP's person whose it is.</summary>
    public long? ContactPersonId { get; set; }

    /// <summary>The CRM's own person whose it is; with neither it is the counterparty's.</summary>
    public long? CardId { get; set; }

    public ContactMechanismKind Kind { get; set; }

    public required string Value { get; set; }

    /// <summary>Digits of a number, an address in small letters: what equal ones share.</summary>
    public required string Normal { get; set; }

    /// <summary>The last seven digits of a telephone number: what a caller is looked up by.</summary>
    public string? Tail { get; set; }

    public string? Label { get; set; }

    /// <summary>The one to use first among those of its kind.</summary>
    public bool IsMain { get; set; }

    public DateOnly? ValidFrom { get; set; }

    /// <summary>The last day on which it is good.</summary>
    public DateOnly? ValidTo { get; set; }

    public MechanismFate Fate { get; set; }

    /// <summary>The same in every try, also by another process.</summary>
    public Guid IdempotencyKey { get; set; }

    /// <summary>The ERP's key of it.</summary>
    public string? HostKey { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? NextTryAt { get; set; }

    /// <summary>Code of the last failure, as the manual lists it.</summary>
    public string? Failure { get; set; }

    public long CreatedBy { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>What <see cref="Read"/> takes, of a mechanism m.</summary>
    internal const string Columns =
        "m.id, m.counterparty_id, m.contact_person_id, m.card_id, m.kind, m.value, m.normal, m.tail, m.label, m.is_main, m.valid_from, m.valid_to, "
        + "m.fate, m.idempotency_key, m.host_key, m.attempts, m.next_try_at, m.failure, m.created_by, m.created_at";

    internal static OwnMechanism Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        CounterpartyId = row.GetInt64(1),
        ContactPersonId = row.Long(2),
        CardId = row.Long(3),
        Kind = (ContactMechanismKind)row.GetInt32(4),
        Value = row.GetString(5),
        Normal = row.GetString(6),
        Tail = row.Text(7),
        Label = row.Text(8),
        IsMain = row.GetBoolean(9),
        ValidFrom = row.DayOrNull(10),
        ValidTo = row.DayOrNull(11),
        Fate = (MechanismFate)row.GetInt32(12),
        IdempotencyKey = row.GetGuid(13),
        HostKey = row.Text(14),
        Attempts = row.GetInt32(15),
        NextTryAt = row.InstantOrNull(16),
        Failure = row.Text(17),
        CreatedBy = row.GetInt64(18),
        CreatedAt = Instant.FromMicroseconds(row.GetInt64(19)),
    };

    internal sealed class Configuration : IEntityTypeConfiguration<OwnMechanism>
    {
        public void Configure(EntityTypeBuilder<OwnMechanism> builder) => builder.ToTable("own_mechanism");
    }
}

/// <summary>How a counterparty would like to be dealt with.</summary>
public sealed class CounterpartyPreference
{
    public long CounterpartyId { get; set; }

    public ContactChannel? Channel { get; set; }

    public string? Language { get; set; }

    public bool DoNotContact { get; set; }

    /// <summary>Agreed with them: delivery days, discounts, who may be told what.</summary>
    public string? Terms { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<CounterpartyPreference>
    {
        public void Configure(EntityTypeBuilder<CounterpartyPreference> builder)
        {
            builder.ToTable("counterparty_preference").HasKey(p => p.CounterpartyId);
            builder.Property(p => p.CounterpartyId).ValueGeneratedNever();
        }
    }
}
