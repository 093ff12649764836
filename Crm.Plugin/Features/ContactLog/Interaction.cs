using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>How people came together.</summary>
public enum InteractionKind
{
    PhoneCall = 1,
    Meeting = 2,
    Email = 3,
    Letter = 4,
    Message = 5,
    Other = 9,
}

/// <summary>Who began.</summary>
public enum InteractionDirection
{
    /// <summary>We did.</summary>
    Outgoing = 1,

    /// <summary>The other side did.</summary>
    Incoming = 2,
}

/// <summary>Where an interaction is in its life; see <see cref="InteractionLife"/>.</summary>
public enum InteractionState
{
    // 0, because the partial indexes of the migration name it.
    Planned = 0,
    Done = 1,

    /// <summary>Will not happen, or was entered by mistake: stays readable, counts nowhere.</summary>
    Cancelled = 2,
}

/// <summary>How much it matters.</summary>
public enum InteractionImportance
{
    Low = 1,
    Middle = 2,
    High = 3,
}

/// <summary>One entry of the contact log. Never deleted; what an edit replaces goes to the audit log.</summary>
public sealed class Interaction
{
    public long Id { get; set; }

    public long CounterpartyId { get; set; }

    /// <summary>The contact person of the ERP whom it was with.</summary>
    public long? PersonId { get; set; }

    /// <summary>The CRM's own person whom it was with, when it was none of the ERP's.</summary>
    public long? CardId { get; set; }

    public InteractionKind Kind { get; set; }

    public InteractionDirection Direction { get; set; }

    /// <summary>By which of the company's channels, see <see cref="Channels.InteractionChannel"/>; null when nobody said.</summary>
    public string? Channel { get; set; }

    public InteractionState State { get; set; }

    public InteractionImportance Importance { get; set; }

    /// <summary>Null when nobody typed one: screens then name kind and direction.</summary>
    public string? Subject { get; set; }

    public string? Content { get; set; }

    /// <summary>Null for what was never planned; kept when it is done.</summary>
    public DateTimeOffset? PlannedStart { get; set; }

    public DateTimeOffset? PlannedEnd { get; set; }

    /// <summary>When it really began; null until done.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Its place in every list: the real start when done, else the planned one.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>Time spent, in minutes; said by the user, not computed from start and end.</summary>
    public int? Minutes { get; set; }

    /// <summary>Where the other side had heard of us.</summary>
    public string? Source { get; set; }

    /// <summary>Number of the document that it is about, as typed.</summary>
    public string? Basis { get; set; }

    /// <summary>The counterparty's sales order with that number, when there is one.</summary>
    public long? BasisOrderId { get; set; }

    public string? Project { get; set; }

    public string? Territory { get; set; }

    public string? Room { get; set; }

    /// <summary><see cref="Room"/> as it is compared.</summary>
    public string? RoomFolded { get; set; }

    public string? EventGroup { get; set; }

    public long ResponsibleId { get; set; }

    /// <summary>How long before the planned start to remind; null for no reminder.</summary>
    public int? RemindMinutesBefore { get; set; }

    /// <summary>The instant that follows from it; moves with the planned start.</summary>
    public DateTimeOffset? RemindAt { get; set; }

    public string? Result { get; set; }

    public string? NextStep { get; set; }

    /// <summary>The interaction whose next step this one is.</summary>
    public long? FollowsId { get; set; }

    /// <summary>The call that it was logged from; null when it was none that the telephone exchange reported.</summary>
    public long? CallId { get; set; }

    /// <summary>The first interaction of the series that this one belongs to, itself included; null when it stands alone.</summary>
    public long? SeriesId { get; set; }

    public SeriesRepeat? Repeat { get; set; }

    /// <summary>Of the form or request that made it, see <see cref="InteractionDraft.SubmissionKey"/>; with <see cref="CreatedBy"/> there is only one.</summary>
    public Guid? SubmissionKey { get; set; }

    /// <summary>Everything typed, folded by <see cref="Search.SearchText.Fold"/>.</summary>
    public string TextFolded { get; set; } = "";

    /// <summary>Counts the changes: a later save of an older version is told so instead of winning.</summary>
    public int Version { get; set; }

    public long CreatedBy { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public long? ChangedBy { get; set; }

    public DateTimeOffset? ChangedAt { get; set; }

    /// <summary>Colleagues who take part besides the responsible user.</summary>
    public ICollection<InteractionUser> Users { get; } = [];

    /// <summary>Outside persons who take part besides <see cref="PersonId"/>.</summary>
    public ICollection<InteractionPerson> Persons { get; } = [];

    internal sealed class Configuration : IEntityTypeConfiguration<Interaction>
    {
        public void Configure(EntityTypeBuilder<Interaction> builder)
        {
            builder.ToTable("interaction");
            builder.Property(i => i.Version).IsConcurrencyToken();
            builder.HasMany(i => i.Users).WithOne().HasForeignKey(u => u.InteractionId);
            builder.HasMany(i => i.Persons).WithOne().HasForeignKey(p => p.InteractionId);
        }
    }
}

/// <summary>A colleague who takes part.</summary>
public sealed class InteractionUser
{
    public long InteractionId { get; set; }

    public long UserId { get; set; }

    /// <summary>True while the interaction is planned, so that a colleague's open plans are found without those of past years.</summary>
    public bool IsOpen { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<InteractionUser>
    {
        public void Configure(EntityTypeBuilder<InteractionUser> builder) => builder.ToTable("interaction_user").HasKey(u => new { u.InteractionId, u.UserId });
    }
}

/// <summary>An outside person who takes part: a contact person of the ERP, one of the CRM's own, or just a name.</summary>
public sealed class InteractionPerson
{
    public long InteractionId { get; set; }

    /// <summary>Place in the table, from 0.</summary>
    public int No { get; set; }

    public long? PersonId { get; set; }

    /// <summary>The CRM's own person, in place of <see cref="PersonId"/>.</summary>
    public long? CardId { get; set; }

    public string? Name { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<InteractionPerson>
    {
        public void Configure(EntityTypeBuilder<InteractionPerson> builder)
        {
            builder.ToTable("interaction_person").HasKey(p => new { p.InteractionId, p.No });
            builder.Property(p => p.No).ValueGeneratedNever();
        }
    }
}
