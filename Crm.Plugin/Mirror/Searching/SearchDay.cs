using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>
/// The day that the search knows. It turns as soon as it is the next day for one of the users: then everybody whose number or address ended
/// with the day before is written anew. Screens that read days themselves go by the day of whoever looks.
/// </summary>
internal static class SearchDay
{
    /// <summary>The day's number as SQL.</summary>
    public const string Sql = "(SELECT d.day FROM search_day d WHERE d.id = 1)";

    private const int MostZones = 500;

    /// <summary>Turns it when it is time, once for all processes.</summary>
    public static async Task TurnAsync(CrmDbContext database, DateTimeOffset now, CancellationToken cancellation)
    {
        var zones = await database.Set<UserAccount>().Where(a => a.IsActive).Select(a => a.TimeZone).Distinct().OrderBy(z => z).Take(MostZones).ToListAsync(cancellation);
        var today = zones.Append(null).Max(z => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, Zone(z)).DateTime)).DayNumber;
        var known = await database.ReadAsync("SELECT day FROM search_day WHERE id = 1", [], row => row.GetInt32(0), cancellation);
        if (known[0] >= today)
        {
            return;
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        await using var turn = await database.CommandAsync("UPDATE search_day SET day = @today WHERE id = 1 AND day = @from", [("@today", today), ("@from", known[0])], cancellation);
        if (await turn.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return; // another process was first
        }

        await using var mark = await database.CommandAsync(
            """
            INSERT INTO search_stale (counterparty_id)
            WITH e AS (
                SELECT m.counterparty_id, m.contact_person_id, m.card_id FROM own_mechanism m WHERE m.valid_to >= @from AND m.valid_to < @today
                UNION ALL
                SELECT n.counterparty_id, n.contact_person_id, CAST(NULL AS BIGINT) FROM mechanism_note n WHERE n.valid_to >= @from AND n.valid_to < @today)
            SELECT c.id FROM e JOIN counterparty c ON c.id = e.counterparty_id
            UNION SELECT w.counterparty_id FROM e JOIN person_place w ON w.person_card_id = e.card_id
            UNION SELECT w.counterparty_id FROM e JOIN person_card k ON k.contact_person_id = e.contact_person_id JOIN person_place w ON w.person_card_id = k.id
            UNION SELECT p.counterparty_id FROM e JOIN contact_person p ON p.id = e.contact_person_id WHERE p.counterparty_id IS NOT NULL
            UNION SELECT p.counterparty_id FROM e JOIN person_card k ON k.id = e.card_id JOIN contact_person p ON p.id = k.contact_person_id WHERE p.counterparty_id IS NOT NULL
            """,
            [("@from", known[0]), ("@today", today)], cancellation);
        await mark.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static TimeZoneInfo Zone(string? id) => id is not null && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : TimeZoneInfo.Local;
}
