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
    public const string Care = "care";
    public const string ConnectorSilent = "connector-silent";

    public static IReadOnlyList<NoticeKind> All { get; } =
    [
        new(Contact, "Planned contacts", "{2}: {1}", "calendar-event", NoticeChannels.Bell)
        {
            // Held, called off or moved meanwhile: a moved one is told of anew. The number follows "/interactions/". No EXISTS, for which
            // PostgreSQL would hash every open plan anew for each batch of notices.
            StandsWhile = "(SELECT i.planned_start FROM interaction i WHERE i.id = CAST(SUBSTR(n.address, 15) AS bigint) AND i.state = 0) = n.at",
        },
        new(Birthday, "Birthdays of contact persons", "Birthday on {2}: {1}", "cake", NoticeChannels.Bell),
        new(Debt, "Overdue debts", "Overdue since {2}: {3}", "cash", NoticeChannels.Bell),
        new(LateDelivery, "Late deliveries to customers", "Order {1} was promised for {2}", "truck-delivery", NoticeChannels.Bell),
        new(LateSupply, "Late deliveries of suppliers", "Purchase order {1} was promised for {2}", "truck-loading", NoticeChannels.Bell),
        new(LikelyLost, "Customers likely to be lost", "Likely to be lost: the next purchase was expected on {2}", "user-exclamation", NoticeChannels.Bell | NoticeChannels.Digest),
        new(Care, "Overdue care", "Not contacted for longer than {1} days", "heart-handshake", NoticeChannels.Bell)
        {
            StandsWhile = "NOT EXISTS (SELECT 1 FROM interaction i WHERE i.counterparty_id = n.counterparty_id AND i.state = 1 AND i.at > COALESCE(n.at, 0))",
        },
        new(ConnectorSilent, "Connections that have fallen silent", "The connection {1} has been silent since {2}", "plug-connected-x", NoticeChannels.Bell | NoticeChannels.Email),
    ];

    /// <summary>SQL that is 1 for a notice <c>n</c> whose reason is gone, else 0.</summary>
    public static string Settled(IEnumerable<NoticeKind> kinds)
    {
        var cases = string.Concat(kinds.Where(k => k.StandsWhile is not null).Select(k => $" WHEN '{k.Code}' THEN CASE WHEN {k.StandsWhile} THEN 0 ELSE 1 END"));
        return cases.Length == 0 ? "0" : $"CASE n.kind{cases} ELSE 0 END";
    }
}
