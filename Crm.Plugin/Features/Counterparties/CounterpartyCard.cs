using Crm.Contracts;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Counterparties;

/// <summary>What one month brought in one currency.</summary>
/// <param name="Month">Its first day.</param>
/// <param name="Currency">ISO 4217 code, or "".</param>
/// <param name="TotalE4">Sales less returns; drafts and cancelled documents left out.</param>
/// <param name="Orders">Sale documents.</param>
public readonly record struct MonthSum(DateOnly Month, string Currency, long TotalE4, long Orders);

/// <summary>What is owed and late in one currency.</summary>
public readonly record struct OverdueSum(string Currency, long AmountE4, long Invoices, DateOnly Since);

/// <summary>How fresh what is shown is.</summary>
/// <param name="CheckedAt">When the ERP was last asked successfully; null before the first time.</param>
/// <param name="Poll">How often it is asked.</param>
/// <param name="Failure">Who must act on the last failure; null when it went well.</param>
/// <param name="Connection">Name of the connection.</param>
/// <param name="Host">Id of the host manifest.</param>
public sealed record Freshness(DateTimeOffset? CheckedAt, TimeSpan Poll, HostFailure? Failure, string Connection, string Host);

/// <summary>Everything that the card shows besides the timeline.</summary>
public sealed record CounterpartyCard(
    CounterpartyRecord Record, IReadOnlyList<MonthSum> Months, IReadOnlyList<OverdueSum> Overdue, DateOnly? LastOrderOn, Freshness Freshness);

/// <summary>Reads the card of one counterparty. A handful of short index ranges, however large the base.</summary>
internal sealed class CounterpartyCardStore(CrmDbContext database, CurrentUser user)
{
    /// <summary>The chart's length.</summary>
    public const int Months = 24;

    /// <summary>The counterparty alone, or null when there is none within reach.</summary>
    public Task<CounterpartyRecord?> FindAsync(long id, CancellationToken cancellation) =>
        database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).FirstOrDefaultAsync(c => c.Id == id, cancellation);

    /// <summary>The card, or null when there is no such counterparty within reach.</summary>
    /// <param name="id">The plugin's number of it.</param>
    /// <param name="today">In the user's zone.</param>
    /// <param name="cancellation">Cancels the queries.</param>
    public async Task<CounterpartyCard?> ReadAsync(long id, DateOnly today, CancellationToken cancellation)
    {
        if (await FindAsync(id, cancellation) is not { } record)
        {
            return null;
        }

        var batch = new ReadBatch(database);
        var card = Ask(batch, record, today);
        await batch.RunAsync(cancellation);
        return card();
    }

    /// <summary>The card of a counterparty within reach, together with other questions.</summary>
    /// <returns>Gives the card when the batch has run.</returns>
    public static Func<CounterpartyCard> Ask(ReadBatch batch, CounterpartyRecord record, DateOnly today)
    {
        var months = AskMonths(batch, record.Id, new DateOnly(today.Year, today.Month, 1).AddMonths(1 - Months));
        var overdue = AskOverdue(batch, record.Id, today);
        var last = AskLastOrder(batch, record.Id);
        var freshness = AskFreshness(batch, record.ConnectionId);
        return () => new(record, months(), overdue.Rows, last.Rows is [var day, ..] ? day : null, freshness());
    }

    private static Func<IReadOnlyList<MonthSum>> AskMonths(ReadBatch batch, long id, DateOnly first)
    {
        // Grouped by day in the database (at most two years of days) and by month here: no date arithmetic that two databases spell differently.
        var days = batch.Ask(
            $"""
            SELECT date, currency, SUM(total_e4), SUM(CASE WHEN kind = {(int)SalesOrderKind.Sale} THEN 1 ELSE 0 END) FROM sales_order
            WHERE counterparty_id = @id AND date >= @first AND state IN ({(int)OrderState.Confirmed}, {(int)OrderState.Delivered}) AND gone_at IS NULL
            GROUP BY date, currency
            """,
            [("@id", id), ("@first", first.DayNumber)], row => new MonthSum(row.Day(0), row.GetString(1), Convert.ToInt64(row.GetValue(2), null), row.GetInt64(3)));
        return () => [.. days.Rows.GroupBy(d => (Month: new DateOnly(d.Month.Year, d.Month.Month, 1), d.Currency))
            .Select(g => new MonthSum(g.Key.Month, g.Key.Currency, g.Sum(d => d.TotalE4), g.Sum(d => d.Orders)))
            .OrderBy(m => m.Month)];
    }

    private static ReadBatch.Answer<OverdueSum> AskOverdue(ReadBatch batch, long id, DateOnly today) =>
        batch.Ask(
            """
            SELECT currency, SUM(amount_e4), COUNT(*), MIN(due_on) FROM payment
            WHERE counterparty_id = @id AND due_on < @today AND paid_on IS NULL AND gone_at IS NULL GROUP BY currency ORDER BY currency
            """,
            [("@id", id), ("@today", today.DayNumber)], row => new OverdueSum(row.GetString(0), Convert.ToInt64(row.GetValue(1), null), row.GetInt64(2), row.Day(3)));

    private static ReadBatch.Answer<DateOnly> AskLastOrder(ReadBatch batch, long id) =>
        batch.Ask(
            $"""
            SELECT date FROM sales_order WHERE counterparty_id = @id AND state IN ({(int)OrderState.Confirmed}, {(int)OrderState.Delivered})
            AND kind = {(int)SalesOrderKind.Sale} AND gone_at IS NULL ORDER BY date DESC LIMIT 1
            """,
            [("@id", id)], row => row.Day(0));

    private static Func<Freshness> AskFreshness(ReadBatch batch, int connectionId)
    {
        var found = batch.Ask(
            "SELECT n.name, n.host, s.checked_at, s.failure, n.manifest FROM connection n LEFT JOIN sync_state s ON s.connection_id = n.id AND s.entity IN (@counterparties, @orders) WHERE n.id = @id",
            [("@id", connectionId), ("@counterparties", (int)MirrorEntity.Counterparties), ("@orders", (int)MirrorEntity.SalesOrders)],
            row => (Name: row.GetString(0), Host: row.GetString(1), Checked: row.InstantOrNull(2), Failure: row.Long(3), Manifest: row.GetString(4)));
        return () => Of(found.Rows);

        static Freshness Of(IReadOnlyList<(string Name, string Host, DateTimeOffset? Checked, long? Failure, string Manifest)> rows) => rows.Count == 0
            ? new(null, HostManifest.UsualPoll, null, "", "")
            : new(
                rows.Any(r => r.Checked is null) ? null : rows.Min(r => r.Checked), ManifestReader.PollOf(rows[0].Manifest),
                rows.Select(r => (HostFailure?)r.Failure).FirstOrDefault(f => f is not null), rows[0].Name, rows[0].Host);
    }
}
