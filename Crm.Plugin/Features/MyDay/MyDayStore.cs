using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.MyDay;

/// <summary>What a day's screen shows.</summary>
/// <param name="Edges">The day.</param>
/// <param name="Planned">Open plans up to the horizon, in no order.</param>
/// <param name="Logged">Done today, latest first.</param>
/// <param name="MinutesToday">Time spent on all that was done today.</param>
/// <param name="DoneToday">How many were done today.</param>
/// <param name="IsCut">There are more overdue plans than the list shows.</param>
public sealed record Day(DayEdges Edges, IReadOnlyList<InteractionEntry> Planned, IReadOnlyList<InteractionEntry> Logged, int MinutesToday, int DoneToday, bool IsCut);

/// <summary>Reads a user's day, as far as the reader's rights reach.</summary>
internal sealed class MyDayStore(CrmDbContext database, InteractionStore interactions)
{
    private const int Longest = 200;
    private const int LoggedLongest = 20;

    /// <param name="whose">The user whose plans are wanted, as responsible or as participant; null for everybody's.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="zone">The reader's.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<Day> ReadAsync(long? whose, DateTimeOffset now, TimeZoneInfo zone, CancellationToken cancellation)
    {
        var edges = MyDayRule.Edges(now, zone);
        var open = interactions.Readable().Where(i => i.State == InteractionState.Planned && i.At < edges.Horizon);
        // Overdue and coming plans are read apart, so that a heap of old ones never hides today.
        var overdue = await PlannedAsync(open.Where(i => i.At < now), whose, cancellation);
        var coming = await PlannedAsync(open.Where(i => i.At >= now), whose, cancellation);

        var done = interactions.Readable().Where(i => i.State == InteractionState.Done && i.At >= edges.Start && i.At < edges.End);
        if (whose is { } user)
        {
            done = done.Where(i => i.ResponsibleId == user);
        }

        var logged = await interactions.Entries(done.OrderByDescending(i => i.At).ThenByDescending(i => i.Id).Take(LoggedLongest)).ToListAsync(cancellation);
        var sum = logged.Count == 0 ? null
            : await done.GroupBy(_ => 1).Select(g => new { Minutes = g.Sum(i => i.Minutes ?? 0), Count = g.Count() }).FirstOrDefaultAsync(cancellation);
        return new(edges, [.. overdue.Take(Longest), .. coming.Take(Longest)], logged, sum?.Minutes ?? 0, sum?.Count ?? 0, overdue.Count > Longest);
    }

    private async Task<List<InteractionEntry>> PlannedAsync(IQueryable<Interaction> open, long? whose, CancellationToken cancellation)
    {
        if (whose is not { } user)
        {
            return await interactions.Entries(open.OrderBy(i => i.At).ThenBy(i => i.Id).Take(Longest + 1)).ToListAsync(cancellation);
        }

        // Two short reads, each through its own index of open plans, instead of one with OR that no index serves.
        var own = await interactions.Entries(open.Where(i => i.ResponsibleId == user).OrderBy(i => i.At).ThenBy(i => i.Id).Take(Longest + 1)).ToListAsync(cancellation);
        var invited = await interactions.Entries(open.Where(i => database.Set<InteractionUser>().Where(p => p.UserId == user && p.IsOpen).Select(p => p.InteractionId).Contains(i.Id))
            .OrderBy(i => i.At).ThenBy(i => i.Id).Take(Longest + 1)).ToListAsync(cancellation);
        return [.. own.Concat(invited).DistinctBy(e => e.Id).OrderBy(e => e.At)];
    }
}
