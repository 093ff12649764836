using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Plan and fact of one user's time.</summary>
/// <param name="UserId">Who.</param>
/// <param name="Name">Their name.</param>
/// <param name="Planned">Contacts that were planned for these days, done, open or cancelled.</param>
/// <param name="PlannedMinutes">As long as they were planned; half an hour where nobody said.</param>
/// <param name="Done">Contacts that happened on these days, planned or not.</param>
/// <param name="DoneMinutes">Time spent on them.</param>
/// <param name="Unplanned">Of the done ones, those that nobody had planned.</param>
/// <param name="Cancelled">Of the planned ones.</param>
public sealed record WorkLine(long UserId, string Name, long Planned, long PlannedMinutes, long Done, long DoneMinutes, long Unplanned, long Cancelled);

/// <summary>Minutes of one user with customers of one class.</summary>
/// <param name="Importance">1 = A; null for none.</param>
public sealed record ClassMinutes(long UserId, short? Importance, long Contacts, long Minutes);

/// <summary>What stands open with one user.</summary>
/// <param name="Overdue">Plans whose time has passed.</param>
/// <param name="Today">Plans of today that are still to come.</param>
/// <param name="Week">Plans of the six days after.</param>
/// <param name="Adrift">Counterparties that were in touch within 90 days and have no next step.</param>
public sealed record ControlLine(long UserId, string Name, long Overdue, long Today, long Week, long Adrift);

/// <summary>Adds up how users spend their time and what they have left open, as far as the reader's rights reach.</summary>
internal sealed class WorkTime(CrmDbContext database, CurrentUser user)
{
    private const int MostUsers = 500;

    private string Readable => user.Rights.ReadScope == Scope.All ? "1 = 1" : $"EXISTS (SELECT 1 FROM counterparty c WHERE c.id = i.counterparty_id AND {Reach.Sql(user.Rights.ReadScope, "c", user)})";

    /// <param name="from">First instant.</param>
    /// <param name="before">Behind the last.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<WorkLine>> LinesAsync(DateTimeOffset from, DateTimeOffset before, CancellationToken cancellation)
    {
        var planned = await SumAsync(
            $"""
            SELECT i.responsible_id, COUNT(*), SUM(CASE WHEN i.planned_end > i.planned_start THEN (i.planned_end - i.planned_start) / 60000000 ELSE {(int)InteractionRule.UsualMeeting.TotalMinutes} END),
                SUM(CASE WHEN i.state = 2 THEN 1 ELSE 0 END)
            FROM interaction i WHERE i.planned_start >= @from AND i.planned_start < @before AND i.at >= @since AND i.at < @until AND {Readable} GROUP BY i.responsible_id LIMIT {MostUsers}
            """, from, before, cancellation);
        var done = await SumAsync(
            $"""
            SELECT i.responsible_id, COUNT(*), SUM(COALESCE(i.minutes, 0)), SUM(CASE WHEN i.planned_start IS NULL THEN 1 ELSE 0 END)
            FROM interaction i WHERE i.state = 1 AND i.at >= @from AND i.at < @before AND {Readable} GROUP BY i.responsible_id LIMIT {MostUsers}
            """, from, before, cancellation);
        var names = await NamesAsync(planned.Keys.Union(done.Keys), cancellation);
        return [.. names.Select(n => new WorkLine(
            n.Key, n.Value, planned.GetValueOrDefault(n.Key).First, planned.GetValueOrDefault(n.Key).Second, done.GetValueOrDefault(n.Key).First, done.GetValueOrDefault(n.Key).Second,
            done.GetValueOrDefault(n.Key).Third, planned.GetValueOrDefault(n.Key).Third)).OrderBy(l => l.Name, StringComparer.CurrentCulture)];
    }

    /// <summary>Time spent by user and importance of the customer.</summary>
    public async Task<IReadOnlyList<ClassMinutes>> ByClassAsync(DateTimeOffset from, DateTimeOffset before, CancellationToken cancellation) => await database.ReadAsync(
        $"""
        SELECT i.responsible_id, k.importance, COUNT(*), SUM(COALESCE(i.minutes, 0)) FROM interaction i JOIN counterparty k ON k.id = i.counterparty_id
        WHERE i.state = 1 AND i.at >= @from AND i.at < @before AND {Readable} GROUP BY i.responsible_id, k.importance LIMIT {4 * MostUsers}
        """,
        Parameters(from, before), row => new ClassMinutes(row.GetInt64(0), row.Short(1), Number(row.GetValue(2)), Number(row.GetValue(3))), cancellation);

    /// <summary>What is open, by user: overdue, today, within a week, and counterparties without a next step.</summary>
    /// <param name="whose">Null for everybody.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="zone">The reader's.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<ControlLine>> ControlAsync(IReadOnlyCollection<long>? whose, DateTimeOffset now, TimeZoneInfo zone, CancellationToken cancellation)
    {
        var (tomorrow, horizon) = ControlRule.Edges(now, zone);
        var open = await database.ReadAsync(
            $"""
            SELECT i.responsible_id, SUM(CASE WHEN i.at < @now THEN 1 ELSE 0 END), SUM(CASE WHEN i.at >= @now AND i.at < @tomorrow THEN 1 ELSE 0 END), SUM(CASE WHEN i.at >= @tomorrow THEN 1 ELSE 0 END)
            FROM interaction i WHERE i.state = 0 AND i.at < @horizon AND {Readable} GROUP BY i.responsible_id LIMIT {MostUsers}
            """,
            [("@now", Instant.ToMicroseconds(now)), ("@tomorrow", Instant.ToMicroseconds(tomorrow)), ("@horizon", Instant.ToMicroseconds(horizon)), .. Reach.Parameters(user.Rights.ReadScope, user)],
            row => (Id: row.GetInt64(0), Overdue: Number(row.GetValue(1)), Today: Number(row.GetValue(2)), Week: Number(row.GetValue(3))), cancellation);
        var adrift = await database.ReadAsync(
            $"""
            SELECT i.responsible_id, COUNT(DISTINCT i.counterparty_id) FROM interaction i
            WHERE i.state = 1 AND i.at >= @since AND NOT EXISTS (SELECT 1 FROM interaction p WHERE p.counterparty_id = i.counterparty_id AND p.state = 0) AND {Readable}
            GROUP BY i.responsible_id LIMIT {MostUsers}
            """,
            [("@since", Instant.ToMicroseconds(now.AddDays(-ControlRule.AdriftDays))), .. Reach.Parameters(user.Rights.ReadScope, user)], row => (Id: row.GetInt64(0), Count: Number(row.GetValue(1))), cancellation);
        var inside = (await database.ReadAsync(
            $"""
            SELECT p.owner_id, SUM(CASE WHEN p.starts_at < @now THEN 1 ELSE 0 END), SUM(CASE WHEN p.starts_at >= @now AND p.starts_at < @tomorrow THEN 1 ELSE 0 END), SUM(CASE WHEN p.starts_at >= @tomorrow THEN 1 ELSE 0 END)
            FROM internal_plan p WHERE p.state = 0 AND p.kind < 3 AND p.starts_at < @horizon GROUP BY p.owner_id LIMIT {MostUsers}
            """,
            [("@now", Instant.ToMicroseconds(now)), ("@tomorrow", Instant.ToMicroseconds(tomorrow)), ("@horizon", Instant.ToMicroseconds(horizon))],
            row => (Id: row.GetInt64(0), Overdue: Number(row.GetValue(1)), Today: Number(row.GetValue(2)), Week: Number(row.GetValue(3))), cancellation)).ToDictionary(o => o.Id);
        var (plans, loose) = (open.ToDictionary(o => o.Id), adrift.ToDictionary(a => a.Id, a => a.Count));
        var names = await NamesAsync(plans.Keys.Union(loose.Keys).Union(inside.Keys).Where(id => whose is null || whose.Contains(id)), cancellation);
        return [.. names.Select(n => new ControlLine(
                n.Key, n.Value, plans.GetValueOrDefault(n.Key).Overdue + inside.GetValueOrDefault(n.Key).Overdue, plans.GetValueOrDefault(n.Key).Today + inside.GetValueOrDefault(n.Key).Today,
                plans.GetValueOrDefault(n.Key).Week + inside.GetValueOrDefault(n.Key).Week, loose.GetValueOrDefault(n.Key)))
            .OrderByDescending(l => l.Overdue).ThenBy(l => l.Name, StringComparer.CurrentCulture)];
    }

    private async Task<Dictionary<long, (long First, long Second, long Third)>> SumAsync(string sql, DateTimeOffset from, DateTimeOffset before, CancellationToken cancellation) =>
        (await database.ReadAsync(sql, Parameters(from, before), row => (Id: row.GetInt64(0), Sums: (Number(row.GetValue(1)), Number(row.GetValue(2)), Number(row.GetValue(3)))), cancellation)).ToDictionary(r => r.Id, r => r.Sums);

    private List<(string, object?)> Parameters(DateTimeOffset from, DateTimeOffset before) =>
    [
        ("@from", Instant.ToMicroseconds(from)), ("@before", Instant.ToMicroseconds(before)),
        // The index goes by when it happened; what was done a year beside its plan is no plan of these days.
        ("@since", Instant.ToMicroseconds(from.AddDays(-366))), ("@until", Instant.ToMicroseconds(before.AddDays(366))),
        .. Reach.Parameters(user.Rights.ReadScope, user),
    ];

    private async Task<Dictionary<long, string>> NamesAsync(IEnumerable<long> ids, CancellationToken cancellation)
    {
        var wanted = ids.ToList();
        return await database.Set<UserAccount>().Where(u => wanted.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, cancellation);
    }

    private static long Number(object value) => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture);
}
