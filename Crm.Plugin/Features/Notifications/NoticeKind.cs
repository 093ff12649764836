namespace Crm.Plugin.Features.Notifications;

/// <summary>One kind of notification; the feature that has something to tell registers its own as a singleton.</summary>
/// <param name="Code">Stable; small letters and dashes.</param>
/// <param name="Name">English, the key of its translations in <see cref="Texts"/>; what the settings screen calls it.</param>
/// <param name="Title">English, the key of its translations: {0} counterparty, {1} text, {2} day or time, {3} amount.</param>
/// <param name="Icon">Name of a Tabler icon.</param>
/// <param name="Usual">Channels until somebody chooses others.</param>
public sealed record NoticeKind(string Code, string Name, string Title, string Icon, NoticeChannels Usual)
{
    /// <summary>
    /// SQL of constants alone: the condition on a notice <c>n</c> under which its user is still to be told. It is asked before each
    /// telling, which quiet hours, a snooze or an address that does not answer may have put off; null holds for ever.
    /// </summary>
    public string? StandsWhile { get; init; }
}

/// <summary>Something that a user is to be told of at an instant.</summary>
/// <param name="UserId">Whom.</param>
/// <param name="Key">Stable for the same thing: asked again, the source gives the same key and nothing is told twice.</param>
/// <param name="DueAt">When; in the past tells at once.</param>
public sealed record Reminder(long UserId, string Key, DateTimeOffset DueAt)
{
    public long? CounterpartyId { get; init; }

    public string? Text { get; init; }

    public DateOnly? Day { get; init; }

    public DateTimeOffset? At { get; init; }

    public long? AmountE4 { get; init; }

    public string? Currency { get; init; }

    /// <summary>Path of the record's screen.</summary>
    public string? Address { get; init; }
}

/// <summary>Anything with a date that somebody is to be reminded of. Registered scoped; asked by one process at a time.</summary>
public interface IReminderSource
{
    /// <summary>Code of its <see cref="NoticeKind"/>.</summary>
    string Kind { get; }

    /// <summary>Time between two questions.</summary>
    TimeSpan Every { get; }

    /// <summary>Everything that is due by now. What has been told already may come again; it is cheaper to leave it out.</summary>
    IAsyncEnumerable<Reminder> DueAsync(DateTimeOffset now, CancellationToken cancellation);
}
