using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Mail;

/// <summary>Puts letters that came back on the timeline.</summary>
internal sealed class BounceTimeline(IStringLocalizer<Texts> texts) : ITimelineSource
{
    public string Name => "mail";

    public Func<IEnumerable<TimelineEntry>> Ask(ReadBatch batch, long counterpartyId, TimelineBound before, int limit)
    {
        var found = batch.Ask(
            """
            SELECT id, bounced_at, to_address, subject, bounce_status, bounce_reason, interaction_id FROM mail_out
            WHERE counterparty_id = @counterparty AND bounced_at IS NOT NULL AND (bounced_at, id) < (@at, @id) ORDER BY bounced_at DESC, id DESC LIMIT @limit
            """,
            [("@counterparty", counterpartyId), ("@at", before.At), ("@id", before.Id), ("@limit", limit)],
            row => new TimelineEntry(
                Instant.FromMicroseconds(row.GetInt64(1)), false, row.GetInt64(0), "mail-x", "red", texts["A letter came back: {0}", row.GetString(3)].Value,
                string.Join(": ", new[] { row.GetString(2), Reason(row.Text(4), row.Text(5)) }.Where(t => t.Length > 0)), null,
                row.Long(6) is { } interaction ? FormattableString.Invariant($"/interactions/{interaction}") : null));
        return () => found.Rows;
    }

    /// <summary>Code and words of the server; the code once. "" for neither.</summary>
    public static string Reason(string? status, string? reason) =>
        status is null || reason?.Contains(status, StringComparison.Ordinal) == true ? reason ?? "" : string.Join(' ', new[] { status, reason }.OfType<string>());
}
