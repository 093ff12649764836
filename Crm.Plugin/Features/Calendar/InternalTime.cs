using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calendar;

/// <summary>One user's time without counterparties.</summary>
/// <param name="UserId">Who.</param>
/// <param name="Name">Their name.</param>
/// <param name="Planned">Meetings and tasks that were planned for these days.</param>
/// <param name="PlannedMinutes">As long as they were planned.</param>
/// <param name="Done">Of those, what was done.</param>
/// <param name="DoneMinutes">Time spent on it.</param>
/// <param name="Cancelled">Of the planned ones.</param>
/// <param name="AwayDays">Days of absence among these days.</param>
public sealed record InternalTimeLine(long UserId, string Name, int Planned, long PlannedMinutes, int Done, long DoneMinutes, int Cancelled, int AwayDays);

/// <summary>Adds up internal plans: everybody's for who reviews everybody's work, else the reader's own.</summary>
internal sealed class InternalTime(CrmDbContext database, CurrentUser user)
{
    private const int MostUsers = 500;

    public async Task<IReadOnlyList<InternalTimeLine>> LinesAsync(DateTimeOffset from, DateTimeOffset before, CancellationToken cancellation)
    {
        var plans = database.Set<InternalPlan>().AsQueryable();
        if (!InternalRights.Reviews(user))
        {
            plans = plans.Where(p => p.OwnerId == user.Id);
        }

        var sums = await plans.Where(p => p.Kind < InternalKind.Holiday && p.StartsAt >= from && p.StartsAt < before)
            .GroupBy(p => new { p.OwnerId, p.State })
            .Select(g => new { g.Key.OwnerId, g.Key.State, Count = g.Count(), Minutes = g.Sum(p => p.Minutes ?? 0) })
            .OrderBy(g => g.OwnerId).Take(3 * MostUsers).ToListAsync(cancellation);
        var lengths = await database.ReadAsync(
            $"""
            SELECT p.owner_id, SUM(CASE WHEN p.kind < 3 AND p.starts_at >= @from THEN (p.ends_at - p.starts_at) / 60000000 ELSE 0 END),
                SUM(CASE WHEN p.kind >= 3 AND p.state <> 2 THEN (CASE WHEN p.ends_at < @before THEN p.ends_at ELSE @before END - CASE WHEN p.starts_at > @from THEN p.starts_at ELSE @from END) / 3600000000 ELSE 0 END)
            FROM internal_plan p WHERE p.starts_at >= @since AND p.starts_at < @before AND p.ends_at > @from AND (@all = 1 OR p.owner_id = @me) GROUP BY p.owner_id LIMIT {MostUsers}
            """,
            [
                ("@from", Instant.ToMicroseconds(from)), ("@before", Instant.ToMicroseconds(before)), ("@since", Instant.ToMicroseconds(from - InternalPlanRule.LongestAbsence)),
                ("@all", InternalRights.Reviews(user) ? 1 : 0), ("@me", user.Id),
            ],
            // A day on which the clock is turned has an hour less or more.
            row => (Owner: row.GetInt64(0), Minutes: Number(row.GetValue(1)), Days: (int)Math.Round(Number(row.GetValue(2)) / 24d)), cancellation);
        var owners = sums.Select(s => s.OwnerId).Union(lengths.Select(l => l.Owner)).ToList();
        var names = await database.Set<UserAccount>().Where(u => owners.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, cancellation);
        return [.. owners.Where(names.ContainsKey).Select(id =>
        {
            var of = sums.Where(s => s.OwnerId == id).ToList();
            var (_, minutes, days) = lengths.FirstOrDefault(l => l.Owner == id);
            var done = of.FirstOrDefault(s => s.State == InternalState.Done);
            return new InternalTimeLine(id, names[id], of.Sum(s => s.Count), minutes, done?.Count ?? 0, done?.Minutes ?? 0, of.FirstOrDefault(s => s.State == InternalState.Cancelled)?.Count ?? 0, days);
        }).OrderBy(l => l.Name, StringComparer.CurrentCulture)];
    }

    private static long Number(object value) => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture);
}
