using System.Text.Json.Serialization;
using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Api;

/// <summary>An entry of the contact log.</summary>
/// <param name="Id">Number of it.</param>
/// <param name="Version">Grows with every change; what is sent back with a change tells whether somebody else was first.</param>
/// <param name="Counterparty">The plugin's number of the counterparty.</param>
/// <param name="CounterpartyName">Its name.</param>
/// <param name="Kind">phoneCall, meeting, email, letter, message or other.</param>
/// <param name="Direction">outgoing or incoming.</param>
/// <param name="State">planned, done or cancelled.</param>
/// <param name="Importance">low, middle or high.</param>
/// <param name="At">When it happened, or is planned.</param>
/// <param name="PlannedStart">Null for what was never planned.</param>
/// <param name="PlannedEnd">Planned end.</param>
/// <param name="Minutes">Time spent.</param>
/// <param name="Subject">In one line.</param>
/// <param name="Content">What it was about.</param>
/// <param name="Result">What came of it.</param>
/// <param name="NextStep">What is to be done.</param>
/// <param name="Person">Name of the contact person.</param>
/// <param name="Room">Where.</param>
/// <param name="Basis">Number of the document that it is about.</param>
/// <param name="Responsible">Name of the responsible user.</param>
internal sealed record InteractionAnswer(
    long Id,
    int Version,
    long Counterparty,
    string CounterpartyName,
    [property: JsonConverter(typeof(Word<InteractionKind>))] InteractionKind Kind,
    [property: JsonConverter(typeof(Word<InteractionDirection>))] InteractionDirection Direction,
    [property: JsonConverter(typeof(Word<InteractionState>))] InteractionState State,
    [property: JsonConverter(typeof(Word<InteractionImportance>))] InteractionImportance Importance,
    DateTimeOffset At,
    DateTimeOffset? PlannedStart,
    DateTimeOffset? PlannedEnd,
    int? Minutes,
    string? Subject,
    string? Content,
    string? Result,
    string? NextStep,
    string? Person,
    string? Room,
    string? Basis,
    string? Responsible)
{
    public static InteractionAnswer Of(InteractionEntry entry) => new(
        entry.Id, entry.Version, entry.CounterpartyId, entry.CounterpartyName, entry.Kind, entry.Direction, entry.State, entry.Importance, entry.At, entry.PlannedStart, entry.PlannedEnd,
        entry.Minutes, entry.Subject, entry.Content, entry.Result, entry.NextStep, entry.PersonName, entry.Room, entry.Basis, entry.ResponsibleName);
}

/// <summary>A contact to log or to plan.</summary>
internal sealed record NewInteraction
{
    /// <summary>The plugin's number of the counterparty.</summary>
    public required long Counterparty { get; init; }

    [JsonConverter(typeof(Word<InteractionState>))]
    public InteractionState State { get; init; } = InteractionState.Done;

    [JsonConverter(typeof(Word<InteractionKind>))]
    public InteractionKind Kind { get; init; } = InteractionKind.PhoneCall;

    [JsonConverter(typeof(Word<InteractionDirection>))]
    public InteractionDirection Direction { get; init; } = InteractionDirection.Outgoing;

    [JsonConverter(typeof(Word<InteractionImportance>))]
    public InteractionImportance Importance { get; init; } = InteractionImportance.Middle;

    /// <summary>The plugin's number of the contact person.</summary>
    public long? Person { get; init; }

    /// <summary>The number of one of the CRM's own persons, in place of 'person'; see ownPersons of the counterparty.</summary>
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

    public string? Room { get; init; }

    public string? EventGroup { get; init; }

    /// <summary>Sign-in name; the token's user when left out.</summary>
    public string? Responsible { get; init; }

    public int? RemindMinutesBefore { get; init; }

    public string? Result { get; init; }

    public string? NextStep { get; init; }

    /// <summary>Plans the next contact at this instant.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>Sign-in names of colleagues who take part besides the responsible one.</summary>
    public IReadOnlyList<string>? Users { get; init; }

    /// <summary>The plugin's numbers of contact persons who take part.</summary>
    public IReadOnlyList<long>? OutsidePersons { get; init; }

    /// <summary>Numbers of the CRM's own persons who take part.</summary>
    public IReadOnlyList<long>? OutsideCards { get; init; }

    /// <summary>Names of others who take part.</summary>
    public IReadOnlyList<string>? OutsideNames { get; init; }

    /// <summary>What must be prepared.</summary>
    public IReadOnlyList<string>? Checklist { get; init; }

    /// <summary>Numbers of the counterparty's orders that it is about.</summary>
    public IReadOnlyList<string>? Orders { get; init; }

    /// <summary>daily, workdays, weekly, twoWeekly, monthly or yearly: makes a plan the first of a series.</summary>
    [JsonConverter(typeof(Word<SeriesRepeat>))]
    public SeriesRepeat? Repeat { get; init; }

    /// <summary>2 to 100, the first one included.</summary>
    public int? RepeatCount { get; init; }

    public InteractionDraft Draft(long? responsible, IReadOnlyList<long> users) => new()
    {
        Users = users,
        OutsidePersons = [.. (OutsidePersons ?? []).Distinct()],
        OutsideCards = [.. (OutsideCards ?? []).Distinct()],
        OutsideNames = [.. (OutsideNames ?? []).Distinct(StringComparer.Ordinal)],
        Checklist = Checklist,
        Orders = Orders,
        Repeat = Repeat,
        RepeatCount = RepeatCount,
        CounterpartyId = Counterparty,
        State = State,
        Kind = Kind,
        Direction = Direction,
        Importance = Importance,
        PersonId = Person,
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
        Room = Room,
        EventGroup = EventGroup,
        ResponsibleId = responsible,
        RemindMinutesBefore = RemindMinutesBefore,
        Result = Result,
        NextStep = NextStep,
        NextAt = NextAt,
    };
}
