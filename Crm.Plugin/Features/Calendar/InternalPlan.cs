using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Calendar;

/// <summary>What a user plans that concerns no counterparty.</summary>
public enum InternalKind
{
    Meeting = 1,
    Task = 2,

    /// <summary>This and what follows: the user is away for whole days.</summary>
    Holiday = 3,
    Illness = 4,
    BusinessTrip = 5,
}

/// <summary>Where an internal plan is in its life.</summary>
public enum InternalState
{
    Planned = 0,
    Done = 1,
    Cancelled = 2,
}

/// <summary>A meeting among colleagues, a task of one's own, or an absence. Never deleted; what an edit replaces goes to the audit log.</summary>
public sealed class InternalPlan
{
    public long Id { get; set; }

    public InternalKind Kind { get; set; }

    public InternalState State { get; set; }

    /// <summary>Whose it is.</summary>
    public long OwnerId { get; set; }

    public string? Subject { get; set; }

    public string? Content { get; set; }

    /// <summary>Of an absence: the first instant of its first day.</summary>
    public DateTimeOffset StartsAt { get; set; }

    /// <summary>Of an absence: the first instant behind its last day.</summary>
    public DateTimeOffset EndsAt { get; set; }

    public string? Room { get; set; }

    /// <summary><see cref="Room"/> as it is compared.</summary>
    public string? RoomFolded { get; set; }

    public int? RemindMinutesBefore { get; set; }

    /// <summary>The instant that follows from it; moves with the start.</summary>
    public DateTimeOffset? RemindAt { get; set; }

    public string? Result { get; set; }

    /// <summary>Time spent; null until done.</summary>
    public int? Minutes { get; set; }

    /// <summary>The first plan of the series that this one belongs to, itself included; null when it stands alone.</summary>
    public long? SeriesId { get; set; }

    /// <summary>Counts the changes: a later save of an older version is told so instead of winning.</summary>
    public int Version { get; set; }

    public long CreatedBy { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public long? ChangedBy { get; set; }

    public DateTimeOffset? ChangedAt { get; set; }

    /// <summary>Colleagues who take part besides the owner.</summary>
    public ICollection<InternalPlanUser> Users { get; } = [];

    /// <summary>Whether the owner is away.</summary>
    public bool IsAbsence => InternalPlanRule.IsAbsence(Kind);

    internal sealed class Configuration : IEntityTypeConfiguration<InternalPlan>
    {
        public void Configure(EntityTypeBuilder<InternalPlan> builder)
        {
            builder.ToTable("internal_plan");
            builder.Property(p => p.Version).IsConcurrencyToken();
            builder.Ignore(p => p.IsAbsence);
            builder.HasMany(p => p.Users).WithOne().HasForeignKey(u => u.InternalPlanId);
        }
    }
}

/// <summary>A colleague who takes part.</summary>
public sealed class InternalPlanUser
{
    public long InternalPlanId { get; set; }

    public long UserId { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<InternalPlanUser>
    {
        public void Configure(EntityTypeBuilder<InternalPlanUser> builder) => builder.ToTable("internal_plan_user").HasKey(u => new { u.InternalPlanId, u.UserId });
    }
}
