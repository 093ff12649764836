using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms;

/// <summary>Which numbers want no messages.</summary>
internal static class SmsSuppressions
{
    /// <summary>Kept for ever; noted again, it stays as it was.</summary>
    /// <returns>1 when it is new.</returns>
    public static async Task<int> AddAsync(CrmDbContext database, string number, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(
            "INSERT INTO sms_suppression (number, at) VALUES (@number, @at) ON CONFLICT (number) DO NOTHING", [("@number", number), ("@at", Instant.ToMicroseconds(now))], cancellation);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Those of some typed numbers that want none, as they were typed, each once.</summary>
    public static async Task<IReadOnlyList<string>> AmongAsync(CrmDbContext database, IEnumerable<string> typed, CancellationToken cancellation)
    {
        var code = await database.Set<SmsGateway>().Select(g => g.CountryCode).FirstOrDefaultAsync(cancellation);
        var numbers = typed.Select(t => (Typed: t, Number: SmsRule.Number(t, code))).Where(n => n.Number is not null).DistinctBy(n => n.Number).ToList();
        if (numbers.Count == 0)
        {
            return [];
        }

        var asked = numbers.Select(n => n.Number!).ToList();
        var silent = (await database.Set<SmsSuppression>().Where(s => asked.Contains(s.Number)).Select(s => s.Number).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        return [.. numbers.Where(n => silent.Contains(n.Number!)).Select(n => n.Typed)];
    }
}
