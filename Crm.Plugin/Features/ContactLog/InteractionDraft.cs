namespace Crm.Plugin.Features.ContactLog;

/// <summary>What a user or a program wants to log or to plan. Texts may be blank; blanks are kept as null.</summary>
public sealed record InteractionDraft
{
    public required long CounterpartyId { get; init; }

    /// <summary>Planned or done; anything else is refused.</summary>
    public required InteractionState State { get; init; }

    /// <summary>Of the form or request that it came with: the same again is not saved again. Null for what cannot come twice.</summary>
    public Guid? SubmissionKey { get; init; }

    public InteractionKind Kind { get; init; } = InteractionKind.PhoneCall;

    public InteractionDirection Direction { get; init; } = InteractionDirection.Outgoing;

    public InteractionImportance Importance { get; init; } = InteractionImportance.Middle;

    public long? PersonId { get; init; }

    /// <summary>The CRM's own person, in place of <see cref="PersonId"/>.</summary>
    public long? CardId { get; init; }

    public string? Subject { get; init; }

    public string? Content { get; init; }

    /// <summary>Needed when planned.</summary>
    public DateTimeOffset? PlannedStart { get; init; }

    /// <summary>Half an hour after the start when null, for a meeting and for what takes a room.</summary>
    public DateTimeOffset? PlannedEnd { get; init; }

    /// <summary>Now less the minutes when null and done.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>0–1440.</summary>
    public int? Minutes { get; init; }

    public string? Source { get; init; }

    public string? Basis { get; init; }

    public string? Project { get; init; }

    public string? Territory { get; init; }

    public string? Channel { get; init; }

    public string? Room { get; init; }

    public string? EventGroup { get; init; }

    /// <summary>The signed-in user when null.</summary>
    public long? ResponsibleId { get; init; }

    /// <summary>Null for no reminder; 0 for one at the start.</summary>
    public int? RemindMinutesBefore { get; init; }

    /// <summary>The responsible user's usual reminder in place of <see cref="RemindMinutesBefore"/>; only when it is made.</summary>
    public bool UsualReminder { get; init; }

    public string? Result { get; init; }

    public string? NextStep { get; init; }

    /// <summary>Plans the next contact, in the same transaction; null plans none.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>What must be prepared; only when it is made. Null like empty.</summary>
    public IReadOnlyList<string>? Checklist { get; init; }

    /// <summary>The whole checklist of a stored one, ticks included; only when it is changed. Null leaves it.</summary>
    public IReadOnlyList<ChecklistItem>? Prepared { get; init; }

    /// <summary>Numbers of the counterparty's orders that it is about; null leaves those of a stored one.</summary>
    public IReadOnlyList<string>? Orders { get; init; }

    /// <summary>Makes a plan the first of a series; only when it is made.</summary>
    public SeriesRepeat? Repeat { get; init; }

    /// <summary>2–<see cref="SeriesRule.Most"/>, the first one included.</summary>
    public int? RepeatCount { get; init; }

    /// <summary>One of the user's own calls; only when it is made.</summary>
    public long? CallId { get; init; }

    /// <summary>Colleagues, each once.</summary>
    public IReadOnlyList<long> Users { get; init; } = [];

    /// <summary>Contact persons who take part, each once.</summary>
    public IReadOnlyList<long> OutsidePersons { get; init; } = [];

    /// <summary>The CRM's own persons who take part, each once.</summary>
    public IReadOnlyList<long> OutsideCards { get; init; } = [];

    /// <summary>Names of people whom the ERP does not know, each once.</summary>
    public IReadOnlyList<string> OutsideNames { get; init; } = [];
}

/// <summary>An item of a checklist as it should be.</summary>
public sealed record ChecklistItem(string Text, bool IsDone);
