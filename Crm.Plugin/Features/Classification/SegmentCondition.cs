using System.Globalization;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace Crm.Plugin.Features.Classification;

/// <summary>Whom a saved segment holds at present, as a condition on counterparties: the same ones that a run over the segment begins with.</summary>
/// <param name="Sql">On a counterparty <c>c</c>.</param>
/// <param name="Parameters">What it names; the names hold the segment's number, so several conditions may stand in one question.</param>
internal sealed record SegmentCondition(string Sql, IReadOnlyList<(string Name, object? Value)> Parameters)
{
    /// <summary>Of a segment that there is not (any more): it must never become everybody.</summary>
    public static SegmentCondition Nobody { get; } = new("1 = 0", []);
}

/// <summary>Makes conditions of saved segments.</summary>
internal static class SegmentConditions
{
    /// <summary>So many spellings of one field are looked at.</summary>
    private const int MostSpellings = 200_000;

    private static readonly TimeSpan SpellingsStay = TimeSpan.FromMinutes(1);

    /// <summary>The condition of one segment; of an unknown one that nobody meets.</summary>
    public static async Task<SegmentCondition> FindAsync(CrmDbContext database, IMemoryCache memory, long id, CancellationToken cancellation) =>
        (await FindAsync(database, memory, [id], cancellation)).GetValueOrDefault(id, SegmentCondition.Nobody);

    /// <summary>The conditions of those of some segments that there are.</summary>
    public static async Task<IReadOnlyDictionary<long, SegmentCondition>> FindAsync(CrmDbContext database, IMemoryCache memory, IReadOnlyCollection<long> ids, CancellationToken cancellation)
    {
        var found = new Dictionary<long, SegmentCondition>();
        foreach (var segment in ids.Count == 0 ? [] : await database.Set<ClassificationSegment>().Where(s => ids.Contains(s.Id)).ToListAsync(cancellation))
        {
            found.Add(segment.Id, await OfAsync(database, memory, segment, cancellation));
        }

        return found;
    }

    private static async Task<SegmentCondition> OfAsync(CrmDbContext database, IMemoryCache memory, ClassificationSegment segment, CancellationToken cancellation)
    {
        var sqlite = database.Database.IsSqlite();
        var classes = new SegmentFilter(null, null, null, segment.Importance, segment.Stage);
        var conditions = new List<string> { Numbers("importance", classes.ImportanceNumbers), Numbers("stage", classes.StageNumbers) };
        var parameters = new List<(string, object?)>();
        foreach (var (name, value, expression) in new[]
        {
            ("manager", segment.Manager, "c.manager_login"), ("city", segment.City, "c.city"),
            ("region", segment.Region, OfAddress("Region", sqlite)), ("country", segment.Country, OfAddress("Country", sqlite)),
        })
        {
            if (value is null)
            {
                continue;
            }

            var parameter = string.Create(CultureInfo.InvariantCulture, $"@segment{segment.Id}_{name}");
            var admitted = (await SpellingsAsync(database, memory, expression, cancellation)).Where(s => SegmentFilter.Admits(value, s)).ToArray();
            if (admitted.Length == 0)
            {
                return SegmentCondition.Nobody; // told without a look at everybody
            }

            conditions.Add($"{expression} {(sqlite ? $"IN (SELECT value FROM json_each({parameter}))" : $"= ANY ({parameter})")}");
            parameters.Add((parameter, sqlite ? System.Text.Json.JsonSerializer.Serialize(admitted) : admitted));
        }

        return new(string.Join(" AND ", conditions), parameters);
    }

    /// <summary>A part of the main address, null without one.</summary>
    private static string OfAddress(string part, bool sqlite) =>
        sqlite ? $"json_extract(NULLIF(c.addresses, ''), '$[0].{part}')" : $"(NULLIF(c.addresses, '')::json -> 0 ->> '{part}')";

    /// <summary>0 stands for none. One number is said so that an index in the order of names answers it.</summary>
    private static string Numbers(string column, IReadOnlyCollection<int>? numbers) => numbers switch
    {
        null => "1 = 1",
        { Count: 1 } when numbers.First() == 0 => $"c.{column} IS NULL",
        { Count: 1 } => string.Create(CultureInfo.InvariantCulture, $"c.{column} = {numbers.First()}"),
        _ => $"COALESCE(c.{column}, 0) IN ({string.Join(", ", numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)))})",
    };

    /// <summary>
    /// How the ERP spells the values of a field. Which of them a segment means is decided where runs decide it: databases do not agree on
    /// the small letters of Cyrillic. Remembered for a moment, because the whole base is gone through.
    /// </summary>
    private static async Task<IReadOnlyList<string>> SpellingsAsync(CrmDbContext database, IMemoryCache memory, string expression, CancellationToken cancellation) =>
        (await memory.GetOrCreateAsync((typeof(SegmentConditions), expression), async entry =>
        {
            entry.AbsoluteExpirationRelativeToNow = SpellingsStay;
            return (IReadOnlyList<string>)await database.ReadAsync($"SELECT DISTINCT {expression} FROM counterparty c WHERE {expression} IS NOT NULL LIMIT {MostSpellings}", [], row => row.GetString(0), cancellation);
        }))!;
}
