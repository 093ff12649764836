using System.Globalization;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Counterparties;

/// <summary>One thing that happened, or is planned, with a counterparty.</summary>
/// <param name="At">When; a business document's day begins at midnight UTC.</param>
/// <param name="IsDay">Only the day is known.</param>
/// <param name="Id">Number within its source.</param>
/// <param name="Icon">Name of a Tabler icon.</param>
/// <param name="Tone">Colour of the icon: a Tabler colour name.</param>
/// <param name="Title">One line in the user's language.</param>
/// <param name="Text">What was written; null when nothing.</param>
/// <param name="Note">Who, how long, what state; null when nothing.</param>
/// <param name="Address">The record's own screen; null when it has none.</param>
public sealed record TimelineEntry(
    DateTimeOffset At, bool IsDay, long Id, string Icon, string Tone, string Title, string? Text, string? Note, string? Address)
{
    /// <summary>Rank of the source; set by the timeline.</summary>
    internal int Rank { get; init; }
}

/// <summary>Entries before this one are wanted: (instant, id) smaller in that order.</summary>
/// <param name="At">Microseconds since 1970 UTC.</param>
/// <param name="Id">Number within the source.</param>
public readonly record struct TimelineBound(long At, long Id)
{
    private const long DayMicroseconds = 86_400_000_000;

    /// <summary>
    /// The same for records of which only the day is known, as (day, id) smaller in that order. They stand at the beginning of their day: a
    /// bound later that day leaves the whole day in.
    /// </summary>
    public (int Day, long Id) InDays()
    {
        var epoch = new DateOnly(1970, 1, 1).DayNumber;
        var day = At == long.MaxValue ? int.MaxValue : (int)(Math.DivRem(At, DayMicroseconds, out var rest) + epoch + (rest > 0 ? 1 : 0));
        return (day, At != long.MaxValue && At % DayMicroseconds > 0 ? long.MinValue : Id);
    }
}

/// <summary>Something whose records belong on the timeline of a counterparty.</summary>
internal interface ITimelineSource
{
    /// <summary>Stable name; its place in the alphabet orders entries of the same instant.</summary>
    string Name { get; }

    /// <summary>Asks for the latest entries before a bound, latest first. The caller has checked that the user may read the counterparty.</summary>
    /// <returns>Gives the entries when the batch has run.</returns>
    Func<IEnumerable<TimelineEntry>> Ask(ReadBatch batch, long counterpartyId, TimelineBound before, int limit);
}

/// <summary>Some entries and where the timeline goes on.</summary>
/// <param name="Entries">Latest first.</param>
/// <param name="Next">Opaque; null at the end.</param>
public sealed record TimelinePart(IReadOnlyList<TimelineEntry> Entries, string? Next);

/// <summary>Merges what every source knows of a counterparty, latest first, a page at a time.</summary>
internal sealed class Timeline(IEnumerable<ITimelineSource> sources, CrmDbContext database)
{
    private readonly ITimelineSource[] ranked = [.. sources.OrderBy(s => s.Name, StringComparer.Ordinal)];

    public async Task<TimelinePart> ReadAsync(long counterpartyId, string? after, int limit, CancellationToken cancellation)
    {
        var batch = new ReadBatch(database);
        var part = Ask(batch, counterpartyId, after, limit);
        await batch.RunAsync(cancellation);
        return part();
    }

    /// <summary>The same, together with other questions.</summary>
    /// <returns>Gives the page when the batch has run.</returns>
    public Func<TimelinePart> Ask(ReadBatch batch, long counterpartyId, string? after, int limit)
    {
        var (at, rank, id) = Parse(after);
        // Entries of one instant are ordered by source and then by number, latest number first.
        Func<IEnumerable<TimelineEntry>>[] found = [.. ranked.Select((source, i) =>
            source.Ask(batch, counterpartyId, new TimelineBound(at, i == rank ? id : i > rank ? long.MaxValue : long.MinValue), limit + 1))];
        return () => Page(found.SelectMany((entries, i) => entries().Select(e => e with { Rank = i })), limit);
    }

    private static TimelinePart Page(IEnumerable<TimelineEntry> found, int limit)
    {
        List<TimelineEntry> entries = [.. found.OrderByDescending(e => e.At).ThenBy(e => e.Rank).ThenByDescending(e => e.Id)];
        if (entries.Count <= limit)
        {
            return new(entries, null);
        }

        var last = entries[limit - 1];
        return new(entries.GetRange(0, limit), string.Create(CultureInfo.InvariantCulture, $"{Instant.ToMicroseconds(last.At)}.{last.Rank}.{last.Id}"));
    }

    private static (long At, int Rank, long Id) Parse(string? after)
    {
        var parts = (after ?? "").Split('.');
        return parts.Length == 3
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var rank)
            && long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
            ? (at, rank, id)
            : (long.MaxValue, -1, 0);
    }
}
