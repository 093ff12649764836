namespace Crm.Plugin.Features.ContactLog;

/// <summary>English texts of the contact log's values, the keys of their translations, and their icons.</summary>
public static class Words
{
    public static string Of(InteractionKind kind) => kind switch
    {
        InteractionKind.PhoneCall => "Call",
        InteractionKind.Meeting => "Meeting",
        InteractionKind.Email => "E-mail",
        InteractionKind.Letter => "Letter",
        InteractionKind.Message => "Message",
        _ => "Other",
    };

    public static string Of(InteractionDirection direction) => direction == InteractionDirection.Incoming ? "Incoming" : "Outgoing";

    public static string Of(InteractionState state) => state switch
    {
        InteractionState.Planned => "Planned",
        InteractionState.Done => "Done",
        _ => "Cancelled",
    };

    public static string Of(InteractionImportance importance) => importance switch
    {
        InteractionImportance.High => "High",
        InteractionImportance.Low => "Low",
        _ => "Middle",
    };

    public static string Of(SeriesRepeat repeat) => repeat switch
    {
        SeriesRepeat.Daily => "every day",
        SeriesRepeat.Workdays => "every working day",
        SeriesRepeat.Weekly => "every week",
        SeriesRepeat.TwoWeekly => "every two weeks",
        SeriesRepeat.Monthly => "every month",
        _ => "every year",
    };

    /// <summary>What stands in place of a subject that nobody typed.</summary>
    public static string Title(InteractionKind kind, InteractionDirection direction) => (kind, direction) switch
    {
        (InteractionKind.PhoneCall, InteractionDirection.Incoming) => "Incoming call",
        (InteractionKind.PhoneCall, _) => "Outgoing call",
        (InteractionKind.Meeting, _) => "Meeting",
        (InteractionKind.Email, InteractionDirection.Incoming) => "Incoming e-mail",
        (InteractionKind.Email, _) => "Outgoing e-mail",
        (InteractionKind.Letter, InteractionDirection.Incoming) => "Incoming letter",
        (InteractionKind.Letter, _) => "Outgoing letter",
        (InteractionKind.Message, InteractionDirection.Incoming) => "Incoming message",
        (InteractionKind.Message, _) => "Outgoing message",
        (_, InteractionDirection.Incoming) => "Incoming contact",
        _ => "Outgoing contact",
    };

    /// <summary>Name of a Tabler icon.</summary>
    public static string Icon(InteractionKind kind) => kind switch
    {
        InteractionKind.PhoneCall => "phone",
        InteractionKind.Meeting => "users",
        InteractionKind.Email => "mail",
        InteractionKind.Letter => "mailbox",
        InteractionKind.Message => "message",
        _ => "notes",
    };
}
