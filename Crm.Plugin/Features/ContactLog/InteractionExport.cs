using System.Globalization;
using Crm.Plugin.Export;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Writes the filtered contacts to a file: what the user may export, noted in the audit log.</summary>
internal sealed class InteractionExport(InteractionStore store, CurrentUser user, AuditLog audit, CrmDbContext database, IStringLocalizer<Texts> text)
{
    private static readonly string[] Headings =
    [
        "When", "Kind", "Direction", "State", "Importance", "Counterparty", "Contact person", "Subject", "Content", "Result", "Next step", "Responsible", "Minutes", "Planned start", "Planned end", "Room",
        "Basis document", "Channel",
    ];

    public async Task WriteAsync(HttpContext http, InteractionFilter filter, string asked, bool csv, DateOnly today, CancellationToken cancellation)
    {
        audit.Note(database, "interactions.exported", "interaction", null, asked);
        await database.SaveChangesAsync(cancellation);
        await using var writer = TableFile.Open(http, csv, "contacts", text["Contacts"], today);
        await writer.RowAsync([.. Headings.Select(h => (object)text[h].Value)]);
        await writer.WritePagesAsync<InteractionEntry, InteractionCursor?>(async after =>
        {
            var page = await store.ListAsync(filter, after, 1_000, cancellation, user.Rights.ExportReach());
            return (page.Entries, page.Next);
        }, Cells);
    }

    private object?[] Cells(InteractionEntry entry) =>
    [
        Moment(entry.At), text[Words.Of(entry.Kind)].Value, text[Words.Of(entry.Direction)].Value, text[Words.Of(entry.State)].Value, text[Words.Of(entry.Importance)].Value,
        entry.CounterpartyName, entry.PersonName, entry.Subject, entry.Content, entry.Result, entry.NextStep, entry.ResponsibleName, entry.Minutes,
        Moment(entry.PlannedStart), Moment(entry.PlannedEnd), entry.Room, entry.Basis, entry.Channel,
    ];

    /// <summary>The user's wall clock, in the order of letters that is the order of time.</summary>
    private string? Moment(DateTimeOffset? instant) => instant is { } at ? LocalTime.ToLocal(at, user.Zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : null;
}
