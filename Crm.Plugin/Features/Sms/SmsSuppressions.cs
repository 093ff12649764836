using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Sms;

/// <summary>Which numbers want no messages.</summary>
internal static class SmsSuppressions
{
    /// <summary>Kept whatever becomes of the records that had it; noted again, it stays as it was.</summary>
    /// <returns>1 when it is new.</returns>
    public static async Task<int> AddAsync(CrmDbContext database, string number, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(
            "INSERT INTO sms_suppression (number, at) VALUES (@number, @at) ON CONFLICT (number) DO NOTHING", [("@number", number), ("@at", Instant.ToMicroseconds(now))], cancellation);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Asks for the country whose numbers are written without its code; no row before a gateway is set up.</summary>
    public static ReadBatch.Answer<string?> AskCountry(ReadBatch batch) => batch.Ask("SELECT country_code FROM sms_gateway LIMIT 1", [], row => row.Text(0));

    /// <summary>Asks for those of some typed numbers that want none.</summary>
    /// <returns>Gives them when the batch has run, as they were typed, each once.</returns>
    public static Func<IReadOnlyList<string>> AskAmong(ReadBatch batch, IEnumerable<string> typed, string? country)
    {
        var numbers = typed.Select(t => (Typed: t, Number: SmsRule.Number(t, country))).Where(n => n.Number is not null).DistinctBy(n => n.Number).ToList();
        if (numbers.Count == 0)
        {
            return () => [];
        }

        var found = batch.Ask(
            $"SELECT number FROM sms_suppression WHERE number IN ({Query.Names(numbers.Count)})", Query.Values(numbers.Select(n => n.Number!)), row => row.GetString(0));
        return () => [.. numbers.Where(n => found.Rows.Contains(n.Number!, StringComparer.Ordinal)).Select(n => n.Typed)];
    }
}
