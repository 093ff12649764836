using System.Data.Common;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Counterparties;

/// <summary>Puts payments on the timeline on the day when they came, and unpaid invoices on the day when they were due.</summary>
internal sealed class PaymentTimeline(IStringLocalizer<Texts> text, Show show) : ITimelineSource
{
    public string Name => "payments";

    public Func<IEnumerable<TimelineEntry>> Ask(ReadBatch batch, long counterpartyId, TimelineBound before, int limit)
    {
        var (day, id) = before.InDays();
        var found = batch.Ask(
            """
            SELECT p.id, p.due_on, p.paid_on, p.number, p.currency, p.amount_e4, p.order_id, o.number FROM payment p LEFT JOIN sales_order o ON o.id = p.order_id
            WHERE p.counterparty_id = @counterparty AND COALESCE(p.paid_on, p.due_on) <= @day AND (COALESCE(p.paid_on, p.due_on) < @day OR p.id < @id)
            AND (p.paid_on IS NOT NULL OR p.due_on < @today) AND p.gone_at IS NULL
            ORDER BY COALESCE(p.paid_on, p.due_on) DESC, p.id DESC LIMIT @limit
            """,
            [("@counterparty", counterpartyId), ("@day", day), ("@id", id), ("@today", show.Today.DayNumber), ("@limit", limit)], Entry);
        return () => found.Rows;
    }

    private TimelineEntry Entry(DbDataReader row)
    {
        var (due, paid) = (row.DayOrNull(1), row.DayOrNull(2));
        var amount = row.GetInt64(5);
        var title = (paid is null, amount < 0) switch { (false, false) => "Paid: {0}", (true, false) => "Not paid: {0}", (false, true) => "Paid back: {0}", _ => "Not paid back: {0}" };
        string?[] notes =
        [
            row.Text(3) is { } invoice ? text["invoice {0}", invoice].Value : null,
            row.Text(7) is { } order ? text["order {0}", order].Value : null,
            due is not { } promised ? null
                : paid is not { } came ? text["due on {0}, days overdue: {1}", show.Day(promised), Show.Count(show.Today.DayNumber - promised.DayNumber)].Value
                : came > promised ? text["due on {0}, days late: {1}", show.Day(promised), Show.Count(came.DayNumber - promised.DayNumber)].Value
                : null,
        ];
        return new(
            new DateTimeOffset((paid ?? due!.Value).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero), true, row.GetInt64(0), paid is null ? "coin-off" : amount < 0 ? "arrow-back-up" : "coin", paid is null ? "red" : amount < 0 ? "orange" : "green",
            text[title, Show.Money(Math.Abs(amount), row.GetString(4))], null, string.Join(" · ", notes.OfType<string>()), row.Long(6) is { } address ? FormattableString.Invariant($"/orders/{address}") : null);
    }
}
