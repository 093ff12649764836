using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Ways in which a notification reaches a user.</summary>
[Flags]
public enum NoticeChannels
{
    None = 0,

    /// <summary>The list and the bell of the screens.</summary>
    Bell = 1,

    /// <summary>An e-mail at once.</summary>
    Email = 2,

    /// <summary>A signed request to the user's own address.</summary>
    Webhook = 4,

    /// <summary>A line in the daily e-mail.</summary>
    Digest = 8,
}

/// <summary>Something that one user is to know. Never two of one user, kind and key.</summary>
public sealed class Notice
{
    public long Id { get; set; }

    public long UserId { get; set; }

    /// <summary>Code of a <see cref="NoticeKind"/>.</summary>
    public required string Kind { get; set; }

    /// <summary>What makes it one and the same: record, and day or instant.</summary>
    public required string Key { get; set; }

    /// <summary>Rights on it decide whether the notice is shown; null for what is no counterparty's.</summary>
    public long? CounterpartyId { get; set; }

    /// <summary>Fills the kind's title: a subject, a number, a name.</summary>
    public string? Text { get; set; }

    public DateOnly? Day { get; set; }

    /// <summary>The instant that it speaks of, such as a contact's planned start.</summary>
    public DateTimeOffset? At { get; set; }

    public long? AmountE4 { get; set; }

    public string? Currency { get; set; }

    /// <summary>Path of the record's screen.</summary>
    public string? Address { get; set; }

    /// <summary>When the user was to be told.</summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>When channels are chosen next: at once, after quiet hours, after a snooze; null when nothing is to be done.</summary>
    public DateTimeOffset? PlanAt { get; set; }

    /// <summary>Counts the times that the user was told: a snoozed notice is told again.</summary>
    public int Round { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? ToldAt { get; set; }

    public DateTimeOffset? ReadAt { get; set; }

    /// <summary>Put away by the user.</summary>
    public DateTimeOffset? DoneAt { get; set; }

    /// <summary>When the user's superior was looked for.</summary>
    public DateTimeOffset? EscalatedAt { get; set; }

    /// <summary>The user who had not seen it, for a notice that was escalated.</summary>
    public long? OriginUserId { get; set; }

    /// <summary>Through what it was told last; the bell shows and counts what has <see cref="NoticeChannels.Bell"/>.</summary>
    public NoticeChannels Channels { get; set; }

    /// <summary>When it was part of a digest.</summary>
    public DateTimeOffset? DigestedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Notice>
    {
        public void Configure(EntityTypeBuilder<Notice> builder) => builder.ToTable("notice");
    }
}

/// <summary>How far a notice is on its way through one channel.</summary>
public enum DeliveryState
{
    Waiting = 0,
    Delivered = 1,

    /// <summary>Given up; <see cref="NoticeDelivery.Error"/> says why.</summary>
    Failed = 2,
}

/// <summary>One telling of a notice through one channel; the key makes it one.</summary>
public sealed class NoticeDelivery
{
    public long NoticeId { get; set; }

    public NoticeChannels Channel { get; set; }

    public int Round { get; set; }

    public long UserId { get; set; }

    public DeliveryState State { get; set; }

    public int Attempts { get; set; }

    /// <summary>Not tried before; a claim moves it on, so that a killed process's deliveries are taken up again.</summary>
    public DateTimeOffset NextAt { get; set; }

    public DateTimeOffset? DeliveredAt { get; set; }

    /// <summary>Stable code; null while all is well.</summary>
    public string? Error { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<NoticeDelivery>
    {
        public void Configure(EntityTypeBuilder<NoticeDelivery> builder) => builder.ToTable("notice_delivery").HasKey(d => new { d.NoticeId, d.Channel, d.UserId, d.Round });
    }
}

/// <summary>What a user wants to hear of one kind of notice; user 0 stands for what the company has set for everybody.</summary>
public sealed class NoticeChoice
{
    public long UserId { get; set; }

    public required string Kind { get; set; }

    public NoticeChannels Channels { get; set; }

    /// <summary>Only of user 0: the superior is told of what was not seen so long; null for never.</summary>
    public int? EscalateAfterMinutes { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<NoticeChoice>
    {
        public void Configure(EntityTypeBuilder<NoticeChoice> builder) => builder.ToTable("notice_choice").HasKey(c => new { c.UserId, c.Kind });
    }
}

/// <summary>When and where a user is told; user 0 stands for the company.</summary>
public sealed class NoticeSettings
{
    public long UserId { get; set; }

    /// <summary>First quiet minute of the user's day; null for no quiet hours.</summary>
    public int? QuietFrom { get; set; }

    /// <summary>First minute that is not quiet any more; smaller than <see cref="QuietFrom"/> across midnight.</summary>
    public int? QuietTo { get; set; }

    /// <summary>Minute of the user's day at which the digest is sent; null for <see cref="Digests.UsualMinute"/>. Who ticked no kind for it gets none.</summary>
    public int? DigestMinute { get; set; }

    /// <summary>The user's day of the last digest.</summary>
    public DateOnly? DigestedOn { get; set; }

    /// <summary>How many days ahead birthdays are told.</summary>
    public int BirthdayDays { get; set; } = 3;

    /// <summary>Minutes before the start of a planned contact, for plans that say nothing of their own; null for no reminder.</summary>
    public int? RemindMinutes { get; set; } = 15;

    public string? WebhookAddress { get; set; }

    /// <summary>Signs the requests; protected.</summary>
    public string? WebhookSecret { get; set; }

    /// <summary>Only of user 0: where users reach the screens, for links in e-mails.</summary>
    public string? PublicAddress { get; set; }

    /// <summary>Only of user 0: what the users' own addresses must begin with, one a line; none allows none.</summary>
    public string? AllowedWebhooks { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<NoticeSettings>
    {
        public void Configure(EntityTypeBuilder<NoticeSettings> builder)
        {
            builder.ToTable("notice_settings").HasKey(s => s.UserId);
            builder.Property(s => s.UserId).ValueGeneratedNever();
        }
    }
}

/// <summary>When a source is asked next; the row is the claim of the process that asks.</summary>
public sealed class NoticeSource
{
    public required string Kind { get; set; }

    public DateTimeOffset NextAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<NoticeSource>
    {
        public void Configure(EntityTypeBuilder<NoticeSource> builder) => builder.ToTable("notice_source").HasKey(s => s.Kind);
    }
}
