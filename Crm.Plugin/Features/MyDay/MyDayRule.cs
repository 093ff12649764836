using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.MyDay;

/// <summary>The edges of a user's day and of the week ahead.</summary>
/// <param name="Today">The day in the user's zone.</param>
/// <param name="Start">Its first instant.</param>
/// <param name="End">The first instant of the next day: 23 or 25 hours later when the clock is turned.</param>
/// <param name="Horizon">The first instant after the seven days that follow today.</param>
public sealed record DayEdges(DateOnly Today, DateTimeOffset Start, DateTimeOffset End, DateTimeOffset Horizon);

/// <summary>Decides which heading a planned contact stands under. No clock, no database.</summary>
public static class MyDayRule
{
    public static DayEdges Edges(DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = LocalTime.DayOf(now, zone);
        return new(today, LocalTime.StartOf(today, zone), LocalTime.StartOf(today.AddDays(1), zone), LocalTime.StartOf(today.AddDays(8), zone));
    }

    /// <summary>Parts planned contacts, each list in the order of time. What was due earlier today is overdue already.</summary>
    public static (IReadOnlyList<InteractionEntry> Overdue, IReadOnlyList<InteractionEntry> Today, IReadOnlyList<(DateOnly Day, IReadOnlyList<InteractionEntry> Entries)> Ahead) Part(
        IEnumerable<InteractionEntry> planned, DateTimeOffset now, TimeZoneInfo zone)
    {
        var end = Edges(now, zone).End;
        var ordered = planned.OrderBy(e => e.At).ThenBy(e => e.Id).ToList();
        return (
            [.. ordered.Where(e => e.At < now)],
            [.. ordered.Where(e => e.At >= now && e.At < end)],
            [.. ordered.Where(e => e.At >= end).GroupBy(e => LocalTime.DayOf(e.At, zone)).Select(g => (g.Key, (IReadOnlyList<InteractionEntry>)[.. g]))]);
    }
}
