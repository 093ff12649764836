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
/// <param name="Channel">By which of the company's channels; null when nobody said.</param>
internal record InteractionAnswer(
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
    string? Responsible,
    string? Channel)
{
    public static InteractionAnswer Of(InteractionEntry entry) => new(
        entry.Id, entry.Version, entry.CounterpartyId, entry.CounterpartyName, entry.Kind, entry.Direction, entry.State, entry.Importance, entry.At, entry.PlannedStart, entry.PlannedEnd,
        entry.Minutes, entry.Subject, entry.Content, entry.Result, entry.NextStep, entry.PersonName, entry.Room, entry.Basis, entry.ResponsibleName, entry.Channel);
}
