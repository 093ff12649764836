using System.Text.Json;
using Crm.Plugin.Features.Sms.Incoming;

namespace Crm.Plugin.Features.Sms.Reports;

/// <summary>What a gateway says of one message.</summary>
/// <param name="Key">The number that it knows the message by.</param>
/// <param name="Delivery">Unknown for what is no end: accepted, on its way …</param>
/// <param name="Word">As the gateway wrote it.</param>
public sealed record SmsReport(string Key, SmsDelivery Delivery, string Word);

/// <summary>Where a gateway writes what in a report, and its words; paths of JSON are parted by dots.</summary>
/// <param name="List">Path of the list of reports; "" where a request is one report, or a list itself.</param>
/// <param name="Id">Of the number of the message.</param>
/// <param name="Status">Of the word that says what became of it.</param>
/// <param name="Delivered">Words for: it arrived.</param>
/// <param name="Undeliverable">Words for: it will not arrive.</param>
public sealed record SmsReportTemplate(string List, string Id, string Status, IReadOnlyList<string> Delivered, IReadOnlyList<string> Undeliverable)
{
    // The states of SMPP 3.4 (section 5.2.28), as gateways shorten and spell them.
    public const string UsualDelivered = "delivered, DELIVRD";
    public const string UsualUndeliverable = "undeliverable, undelivered, UNDELIV, failed, rejected, REJECTD, expired, EXPIRED";

    public static SmsReportTemplate Of(SmsGateway gateway) => new(
        gateway.ReportList ?? "", gateway.ReportId ?? "id", gateway.ReportStatus ?? "status", Words(gateway.ReportDelivered ?? UsualDelivered), Words(gateway.ReportUndeliverable ?? UsualUndeliverable));

    private static string[] Words(string typed) => typed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Reads what gateways report of sent messages. No clock, no database.</summary>
public static class SmsReportRule
{
    /// <summary>Characters of a status.</summary>
    public const int LongestWord = 100;

    /// <summary>The reports of a JSON body; null with the path of what is missing.</summary>
    public static IReadOnlyList<SmsReport>? FromJson(JsonElement body, SmsReportTemplate template, out string? missing)
    {
        string? lacks = null;
        var reports = SmsInRule.Each(body, template.List, find => Of(find, template, out lacks), out missing);
        missing ??= reports is null ? lacks : null;
        return reports;
    }

    /// <summary>One report out of named values; null with the name of what is missing.</summary>
    /// <param name="find">Null where there is no such value.</param>
    /// <param name="template">Which name is what.</param>
    /// <param name="missing">Name of the first value that is not there or is too long.</param>
    public static SmsReport? Of(Func<string, string?> find, SmsReportTemplate template, out string? missing)
    {
        var (id, word) = (find(template.Id)?.Trim(), find(template.Status)?.Trim());
        missing = id is not { Length: > 0 and <= SmsInRule.LongestId } ? template.Id : word is not { Length: > 0 and <= LongestWord } ? template.Status : null;
        return missing is null ? new(id!, Fate(word!, template), word!) : null;
    }

    /// <summary>What a word means; capital letters do not count.</summary>
    public static SmsDelivery Fate(string word, SmsReportTemplate template) =>
        template.Delivered.Contains(word, StringComparer.OrdinalIgnoreCase) ? SmsDelivery.Delivered
        : template.Undeliverable.Contains(word, StringComparer.OrdinalIgnoreCase) ? SmsDelivery.Undeliverable : SmsDelivery.Unknown;
}
