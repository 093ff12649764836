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
        await database.Database.OpenConnectionAsync(cancellation);
        if (await FindAsync(id, cancellation) is not { } record)
        {
            return null;
        }

        var first = new DateOnly(today.Year, today.Month, 1).AddMonths(1 - Months);
        return new(
            record,
            await MonthsAsync(id, first, cancellation),
            await OverdueAsync(id, today, cancellation),
            await LastOrderAsync(id, cancellation),
            await FreshnessAsync(record.ConnectionId, cancellation));
    }

    private async Task<IReadOnlyList<MonthSum>> MonthsAsync(long id, DateOnly first, CancellationToken cancellation)
    {
        // Grouped by day in the database (at most two years of days) and by month here: no date arithmetic that two databases spell differently.
        var days = await database.ReadAsync(
            $"""
            SELECT date, currency, SUM(total_e4), SUM(CASE WHEN kind = {(int)SalesOrderKind.Sale} THEN 1 ELSE 0 END) FROM sales_order
            WHERE counterparty_id = @id AND date >= @first AND state IN ({(int)OrderState.Confirmed}, {(int)OrderState.Delivered}) AND gone_at IS NULL
            GROUP BY date, currency
            """,
            [("@id", id), ("@first", first.DayNumber)], row => new MonthSum(row.Day(0), row.GetString(1), Convert.ToInt64(row.GetValue(2), null), row.GetInt64(3)), cancellation);
        return [.. days.GroupBy(d => (Month: new DateOnly(d.Month.Year, d.Month.Month, 1), d.Currency))
            .Select(g => new MonthSum(g.Key.Month, g.Key.Currency, g.Sum(d => d.TotalE4), g.Sum(d => d.Orders)))
            .OrderBy(m => m.Month)];
    }

    private async Task<IReadOnlyList<OverdueSum>> OverdueAsync(long id, DateOnly today, CancellationToken cancellation) =>
        await database.ReadAsync(
            """
            SELECT currency, SUM(amount_e4), COUNT(*), MIN(due_on) FROM payment
            WHERE counterparty_id = @id AND due_on < @today AND paid_on IS NULL AND gone_at IS NULL GROUP BY currency ORDER BY currency
            """,
            [("@id", id), ("@today", today.DayNumber)], row => new OverdueSum(row.GetString(0), Convert.ToInt64(row.GetValue(1), null), row.GetInt64(2), row.Day(3)), cancellation);

    private async Task<DateOnly?> LastOrderAsync(long id, CancellationToken cancellation) =>
        (await database.ReadAsync(
            $"""
            SELECT date FROM sales_order WHERE counterparty_id = @id AND state IN ({(int)OrderState.Confirmed}, {(int)OrderState.Delivered})
            AND kind = {(int)SalesOrderKind.Sale} AND gone_at IS NULL ORDER BY date DESC LIMIT 1
            """,
            [("@id", id)], row => (DateOnly?)row.Day(0), cancellation)).FirstOrDefault();

    private async Task<Freshness> FreshnessAsync(int connectionId, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            "SELECT n.name, n.host, s.checked_at, s.failure, n.manifest FROM connection n LEFT JOIN sync_state s ON s.connection_id = n.id AND s.entity IN (@counterparties, @orders) WHERE n.id = @id",
            [("@id", connectionId), ("@counterparties", (int)MirrorEntity.Counterparties), ("@orders", (int)MirrorEntity.SalesOrders)],
            row => (Name: row.GetString(0), Host: row.GetString(1), Checked: row.InstantOrNull(2), Failure: row.Long(3), Manifest: row.GetString(4)), cancellation);
        return rows.Count == 0
            ? new(null, HostManifest.UsualPoll, null, "", "")
            : new(
                rows.Any(r => r.Checked is null) ? null : rows.Min(r => r.Checked), ManifestReader.PollOf(rows[0].Manifest),
                rows.Select(r => (HostFailure?)r.Failure).FirstOrDefault(f => f is not null), rows[0].Name, rows[0].Host);
    }
}
