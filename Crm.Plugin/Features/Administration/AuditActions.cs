namespace Crm.Plugin.Features.Administration;

/// <summary>Codes of the audit log in words; a code that is not here is shown as it is.</summary>
internal static class AuditActions
{
    /// <summary>Code to English text, the key of its translations; by code.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["audit.exported"] = "Audit log exported",
        ["calls.import-undone"] = "Call log taken back",
        ["calls.imported"] = "Call log imported",
        ["classification.approved"] = "Classification approved",
        ["classification.run"] = "Classification filled",
        ["connection.checked"] = "Connection checked",
        ["connection.installed"] = "Connection installed",
        ["connection.purged"] = "Connection purged",
        ["connection.uninstalled"] = "Connection uninstalled",
        ["handover.made"] = "Open work given over",
        ["handover.undone"] = "Open work taken back",
        ["interaction.handed-back"] = "Contact taken back",
        ["interaction.handed-over"] = "Contact given over",
        ["interaction.cancelled"] = "Contact cancelled",
        ["interaction.changed"] = "Contact changed",
        ["interaction.done"] = "Contact done",
        ["interaction.logged"] = "Contact logged",
        ["interaction.planned"] = "Contact planned",
        ["interaction.postponed"] = "Contact postponed",
        ["internal.cancelled"] = "Internal plan cancelled",
        ["internal.changed"] = "Internal plan changed",
        ["internal.done"] = "Internal plan done",
        ["internal.moved"] = "Internal plan moved",
        ["internal.planned"] = "Internal plan made",
        ["interactions.exported"] = "Contacts exported",
        ["job.started"] = "Job started by hand",
        ["prospect.added"] = "Prospect added",
        ["prospect.changed"] = "Prospect changed",
        ["prospect.entered"] = "Prospect entered in the ERP",
        ["prospect.given-up"] = "Prospect given up",
        ["prospect.handed-back"] = "Prospect taken back",
        ["prospect.handed-over"] = "Prospect given over",
        ["prospect.link-undone"] = "Link of a prospect taken back",
        ["prospect.linked"] = "Prospect linked to a customer",
        ["prospect.sent"] = "Prospect sent to the ERP",
        ["prospect.taken-up"] = "Prospect taken up again",
        ["prospect.transferred"] = "New caller made a prospect",
        ["role.changed"] = "Rights of a role changed",
        ["sync.asked"] = "Synchronisation asked for",
        ["token.created"] = "API token made",
        ["token.revoked"] = "API token revoked",
        ["user.added"] = "Account added",
        ["user.changed"] = "Account changed",
        ["user.disable"] = "Account switched off",
        ["user.enable"] = "Account switched on",
        ["user.password"] = "Password set",
        ["user.role"] = "Role changed",
        ["user.team"] = "Team changed",
    };

    /// <summary>Kinds of record that the log speaks of.</summary>
    public static IReadOnlyList<string> Subjects { get; } = ["audit", "call-import", "classification", "connection", "counterparty", "handover", "interaction", "internal", "job", "role", "token", "user"];
}
