using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Calls;

/// <summary>What of a call the figures need.</summary>
/// <param name="Key">The exchange's name of the call; the same at each line that it rang at.</param>
/// <param name="User">Whose line; null for nobody's.</param>
/// <param name="Tail">What tells the other side's number apart, see <see cref="CallRule.Tail"/>; null for withheld and short ones.</param>
public sealed record CountedCall(string Key, string? User, CallDirection Direction, string? Tail, DateTimeOffset RangAt, DateTimeOffset? AnsweredAt, DateTimeOffset? EndedAt, string? Disposition);

/// <summary>How calls of one user, of one hour or of all went.</summary>
/// <param name="Incoming">Calls that came in, each once however many lines it rang at.</param>
/// <param name="Missed">Of them, those that ended and that nobody took.</param>
/// <param name="CalledBack">Of the missed ones, those whose number was called within a day.</param>
/// <param name="Outgoing">Calls made.</param>
/// <param name="TalkSeconds">Time on the telephone, both ways.</param>
/// <param name="MedianSeconds">Half of the answered ones waited no longer; null when none was answered.</param>
/// <param name="NinetySeconds">Nine of ten waited no longer.</param>
public sealed record CallSum(int Incoming, int Missed, int CalledBack, int Outgoing, long TalkSeconds, double? MedianSeconds, double? NinetySeconds)
{
    /// <summary>Calls that came in and were answered.</summary>
    public int Answered { get; init; }
}

/// <summary>Figures of a period.</summary>
/// <param name="All">Of all calls.</param>
/// <param name="Users">By whose line it rang at, by name; a call taken at another line counts there alone.</param>
/// <param name="Hours">By hour of the reader's day, 0–23; hours without calls are left out.</param>
/// <param name="Dispositions">How calls ended in the exchange's words, the most frequent first; "" where it did not say.</param>
public sealed record CallStatistics(CallSum All, IReadOnlyList<(string? User, CallSum Sum)> Users, IReadOnlyList<(int Hour, CallSum Sum)> Hours, IReadOnlyList<(string How, int Count)> Dispositions);

/// <summary>Adds calls up. No clock, no database.</summary>
public static class CallStatisticsRule
{
    /// <summary>A missed call whose number is called later than this was not called back.</summary>
    public static readonly TimeSpan BackWithin = TimeSpan.FromDays(1);

    /// <param name="calls">Of the period and of the day behind it, in any order; colleagues' calls among each other left out.</param>
    /// <param name="before">The end of the period: what rang later only tells who was called back.</param>
    /// <param name="zone">The reader's.</param>
    public static CallStatistics Apply(IReadOnlyList<CountedCall> calls, DateTimeOffset before, TimeZoneInfo zone)
    {
        var made = calls.Where(c => c is { Direction: CallDirection.Outgoing, Tail: not null }).ToLookup(c => c.Tail!, c => c.RangAt);
        var within = calls.Where(c => c.RangAt < before).ToList();
        // One call that rang at five lines is one; whoever took it speaks for it.
        var whole = within.GroupBy(c => (c.Key, c.Direction)).Select(g => g.OrderBy(c => c.AnsweredAt ?? DateTimeOffset.MaxValue).ThenBy(c => c.RangAt).First() with { RangAt = g.Min(c => c.RangAt) }).ToList();
        var own = within.Where(c => c.Disposition != "elsewhere").ToList();
        return new(
            Sum(whole, made),
            [.. own.GroupBy(c => c.User).OrderBy(g => g.Key is null).ThenBy(g => g.Key, StringComparer.CurrentCulture).Select(g => (g.Key, Sum([.. g], made)))],
            [.. whole.GroupBy(c => LocalTime.ToLocal(c.RangAt, zone).Hour).OrderBy(g => g.Key).Select(g => (g.Key, Sum([.. g], made)))],
            [.. whole.Where(c => c.EndedAt is not null).GroupBy(c => c.Disposition ?? "", StringComparer.OrdinalIgnoreCase).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, g.Count()))]);
    }

    /// <summary>The smallest value that so many of all do not exceed (nearest rank); null of none.</summary>
    /// <param name="sorted">Ascending.</param>
    /// <param name="share">Above 0, up to 1.</param>
    public static double? Rank(IReadOnlyList<double> sorted, double share) => sorted.Count == 0 ? null : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];

    private static CallSum Sum(List<CountedCall> calls, ILookup<string, DateTimeOffset> made)
    {
        var incoming = calls.Where(c => c.Direction == CallDirection.Incoming).ToList();
        var missed = incoming.Where(c => c is { AnsweredAt: null, EndedAt: not null }).ToList();
        var waits = incoming.Where(c => c.AnsweredAt is not null).Select(c => Math.Max(0, (c.AnsweredAt!.Value - c.RangAt).TotalSeconds)).Order().ToList();
        return new(
            incoming.Count, missed.Count, missed.Count(m => m.Tail is not null && made[m.Tail].Any(at => at > m.RangAt && at - m.RangAt <= BackWithin)), calls.Count - incoming.Count,
            (long)calls.Sum(c => (c.EndedAt - c.AnsweredAt)?.TotalSeconds ?? 0), Rank(waits, 0.5), Rank(waits, 0.9)) { Answered = waits.Count };
    }
}
