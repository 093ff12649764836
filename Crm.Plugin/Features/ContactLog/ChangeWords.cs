using System.Globalization;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>English texts of what the history shows, the keys of their translations.</summary>
public static class ChangeWords
{
    /// <summary>What was done.</summary>
    public static string Action(string code) => code switch
    {
        "interaction.logged" => "logged the contact",
        "interaction.planned" => "planned the contact",
        "interaction.done" => "marked it as done",
        "interaction.cancelled" => "cancelled it",
        "interaction.postponed" => "postponed it",
        "interaction.prepared" => "ticked an item of the checklist",
        "interaction.unprepared" => "took a tick off the checklist",
        "interaction.checklist-added" => "added to the checklist",
        "interaction.orders" => "changed the linked orders",
        "interaction.handed-over" => "gave it to another user",
        "interaction.handed-back" => "took it back for the user before",
        "interaction.file-added" => "attached a file",
        "interaction.file-removed" => "removed a file",
        _ => "changed it",
    };

    /// <summary>The label of a field.</summary>
    public static string Field(string name) => name switch
    {
        "personId" or "cardId" => "Contact person",
        "kind" => "Kind",
        "direction" => "Direction",
        "state" => "State",
        "importance" => "Importance",
        "subject" => "Subject",
        "content" => "Content",
        "plannedStart" => "Planned start",
        "plannedEnd" => "Planned end",
        "startedAt" => "Began",
        "endedAt" => "Ended",
        "minutes" => "Minutes",
        "source" => "Source of information",
        "basis" => "Basis document",
        "project" => "Project",
        "territory" => "Territory",
        "channel" => "Channel",
        "room" => "Room",
        "eventGroup" => "Event group",
        "responsibleId" => "Responsible",
        "remindMinutesBefore" => "Remind",
        "result" => "Result",
        "nextStep" => "Next step",
        "file" => "Files",
        "checklist" => "Checklist",
        "orders" => "Orders",
        "users" => "Colleagues who take part",
        "outsidePersons" => "Outside persons",
        _ => name,
    };

    /// <summary>The instant that a value stands for; null when it is none.</summary>
    public static DateTimeOffset? Value(string field, string value) =>
        field is "plannedStart" or "plannedEnd" or "startedAt" or "endedAt" && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out var at) ? at : null;

    /// <summary>The text of a listed value; null when the field has none.</summary>
    public static string? Listed(string field, string value) => field switch
    {
        "kind" when Enum.TryParse<InteractionKind>(value, out var kind) => Words.Of(kind),
        "direction" when Enum.TryParse<InteractionDirection>(value, out var direction) => Words.Of(direction),
        "state" when Enum.TryParse<InteractionState>(value, out var state) => Words.Of(state),
        "importance" when Enum.TryParse<InteractionImportance>(value, out var importance) => Words.Of(importance),
        _ => null,
    };
}
