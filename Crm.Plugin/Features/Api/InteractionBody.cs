using System.Text.Json.Serialization;
using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Api;

/// <summary>What a contact says, whether it is made or changed.</summary>
internal abstract record InteractionBody
{
    [JsonConverter(typeof(Word<InteractionKind>))]
    public InteractionKind Kind { get; init; } = InteractionKind.PhoneCall;

    [JsonConverter(typeof(Word<InteractionDirection>))]
    public InteractionDirection Direction { get; init; } = InteractionDirection.Outgoing;

    [JsonConverter(typeof(Word<InteractionImportance>))]
    public InteractionImportance Importance { get; init; } = InteractionImportance.Middle;

    /// <summary>The number of one of the CRM's own persons, in place of a contact person of the ERP; see ownPersons of the counterparty.</summary>
    public long? Card { get; init; }

    public string? Subject { get; init; }

    public string? Content { get; init; }

    public DateTimeOffset? PlannedStart { get; init; }

    public DateTimeOffset? PlannedEnd { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public int? Minutes { get; init; }

    public string? Source { get; init; }

    public string? Basis { get; init; }

    public string? Project { get; init; }

    public string? Territory { get; init; }

    /// <summary>The name of one of the company's channels of this kind; nothing when left out.</summary>
    public string? Channel { get; init; }

    public string? Room { get; init; }

    public string? EventGroup { get; init; }

    public int? RemindMinutesBefore { get; init; }

    public string? Result { get; init; }

    public string? NextStep { get; init; }

    /// <summary>Sign-in names of colleagues who take part besides the responsible one.</summary>
    public IReadOnlyList<string>? Users { get; init; }

    /// <summary>The plugin's numbers of contact persons who take part.</summary>
    public IReadOnlyList<long>? OutsidePersons { get; init; }

    /// <summary>Numbers of the CRM's own persons who take part.</summary>
    public IReadOnlyList<long>? OutsideCards { get; init; }

    /// <summary>Names of others who take part.</summary>
    public IReadOnlyList<string>? OutsideNames { get; init; }

    /// <summary>Numbers of the counterparty's orders that it is about.</summary>
    public IReadOnlyList<string>? Orders { get; init; }

    /// <summary>Sign-in name of the responsible user as the body says it; null when it does not.</summary>
    [JsonIgnore]
    public abstract string? ResponsibleName { get; }

    protected InteractionDraft Draft(long counterparty, InteractionState state, long? person, long? responsible, IReadOnlyList<long> users) => new()
    {
        Users = users,
        OutsidePersons = [.. (OutsidePersons ?? []).Distinct()],
        OutsideCards = [.. (OutsideCards ?? []).Distinct()],
        OutsideNames = [.. (OutsideNames ?? []).Distinct(StringComparer.Ordinal)],
        Orders = Orders,
        CounterpartyId = counterparty,
        State = state,
        Kind = Kind,
        Direction = Direction,
        Importance = Importance,
        PersonId = person,
        CardId = Card,
        Subject = Subject,
        Content = Content,
        PlannedStart = PlannedStart,
        PlannedEnd = PlannedEnd,
        StartedAt = StartedAt,
        EndedAt = EndedAt,
        Minutes = Minutes,
        Source = Source,
        Basis = Basis,
        Project = Project,
        Territory = Territory,
        Channel = Channel,
        Room = Room,
        EventGroup = EventGroup,
        ResponsibleId = responsible,
        RemindMinutesBefore = RemindMinutesBefore,
        Result = Result,
        NextStep = NextStep,
    };
}

/// <summary>A contact to log or to plan.</summary>
internal sealed record NewInteraction : InteractionBody
{
    /// <summary>The plugin's number of the counterparty.</summary>
    public required long Counterparty { get; init; }

    /// <summary>The plugin's number of the contact person.</summary>
    public long? Person { get; init; }

    /// <summary>Sign-in name; the token's user when left out.</summary>
    public string? Responsible { get; init; }

    [JsonConverter(typeof(Word<InteractionState>))]
    public InteractionState State { get; init; } = InteractionState.Done;

    /// <summary>Plans the next contact at this instant.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>What must be prepared.</summary>
    public IReadOnlyList<string>? Checklist { get; init; }

    /// <summary>daily, workdays, weekly, twoWeekly, monthly or yearly: makes a plan the first of a series.</summary>
    [JsonConverter(typeof(Word<SeriesRepeat>))]
    public SeriesRepeat? Repeat { get; init; }

    /// <summary>2 to 100, the first one included.</summary>
    public int? RepeatCount { get; init; }

    /// <inheritdoc/>
    public override string? ResponsibleName => Responsible;

    public InteractionDraft Draft(long? responsible, IReadOnlyList<long> users) =>
        Draft(Counterparty, State, Person, responsible, users) with { NextAt = NextAt, Checklist = Checklist, Repeat = Repeat, RepeatCount = RepeatCount };
}

/// <summary>A contact as it should be.</summary>
internal sealed record ChangedInteraction : InteractionBody
{
    /// <summary>The version that was read.</summary>
    public required int Version { get; init; }

    /// <summary>The plugin's number of the contact person.</summary>
    public long? PersonId { get; init; }

    /// <summary>Sign-in name; left out, it stays whoever it is.</summary>
    public string? ResponsibleLogin { get; init; }

    /// <summary>The whole checklist: stored items are ticked or not, new ones are added; none may be missing. Left out, it stays as it is.</summary>
    public IReadOnlyList<ChecklistLine>? Checklist { get; init; }

    /// <inheritdoc/>
    public override string? ResponsibleName => ResponsibleLogin;

    public InteractionDraft Draft(Interaction stored, long? responsible, IReadOnlyList<long> users) =>
        Draft(stored.CounterpartyId, stored.State, PersonId, responsible, users) with
        {
            // When it happened is not forgotten because nobody repeats it.
            StartedAt = StartedAt ?? (stored.State == InteractionState.Done ? stored.StartedAt : null),
            Prepared = Checklist is null ? null : [.. Checklist.Select(c => new ChecklistItem(c.Text.Trim(), c.Done))],
        };
}

/// <summary>An item of a checklist.</summary>
internal sealed record ChecklistLine
{
    public required string Text { get; init; }

    public bool Done { get; init; }
}
