namespace Crm.Plugin.Features.Notifications;

/// <summary>The kinds that the plugin itself tells of.</summary>
internal static class NoticeKinds
{
    public const string Contact = "contact";
    public const string Birthday = "birthday";
    public const string Debt = "debt";
    public const string LateDelivery = "late-delivery";
    public const string LateSupply = "late-supply";
    public const string LikelyLost = "likely-lost";
    public const string ConnectorSilent = "connector-silent";

    public static IReadOnlyList<NoticeKind> All { get; } =
    [
        new(Contact, "Planned contacts", "{2}: {1}", "calendar-event", NoticeChannels.Bell),
        new(Birthday, "Birthdays of contact persons", "Birthday on {2}: {1}", "cake", NoticeChannels.Bell),
        new(Debt, "Overdue debts", "Overdue since {2}: {3}", "cash", NoticeChannels.Bell),
        new(LateDelivery, "Late deliveries to customers", "Order {1} was promised for {2}", "truck-delivery", NoticeChannels.Bell),
        new(LateSupply, "Late deliveries of suppliers", "Purchase order {1} was promised for {2}", "truck-loading", NoticeChannels.Bell),
        new(LikelyLost, "Customers likely to be lost", "Likely to be lost: the next purchase was expected on {2}", "user-exclamation", NoticeChannels.Bell | NoticeChannels.Digest),
        new(ConnectorSilent, "Connections that have fallen silent", "The connection {1} has been silent since {2}", "plug-connected-x", NoticeChannels.Bell | NoticeChannels.Email),
    ];
}
