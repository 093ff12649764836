using Crm.Plugin.Jobs;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>
/// Writes the search texts and phones of counterparties anew whose own persons, numbers or addresses were changed here. Whoever changes
/// them says so in the same transaction; what was said is forgotten in the transaction that follows it.
/// </summary>
internal sealed class SearchFollow(CrmDbContext database, DatabaseOptions options, TimeProvider clock)
{
    private const int Part = 500;

    /// <summary>Says that a counterparty, and every other one that the person serves, is to be found by something else from now on. In the caller's transaction.</summary>
    /// <param name="database">Of the caller.</param>
    /// <param name="counterpartyId">Where it was typed.</param>
    /// <param name="cardId">The CRM's card of the person; null for none.</param>
    /// <param name="personId">The ERP's person; null for none.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task MarkAsync(CrmDbContext database, long counterpartyId, long? cardId, long? personId, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(
            """
            INSERT INTO search_stale (counterparty_id)
            SELECT c.id FROM counterparty c WHERE c.id = @counterparty
            UNION SELECT w.counterparty_id FROM person_place w WHERE w.person_card_id = @card
            UNION SELECT w.counterparty_id FROM person_place w JOIN person_card k ON k.id = w.person_card_id WHERE k.contact_person_id = @person
            UNION SELECT p.counterparty_id FROM contact_person p WHERE p.id = @person AND p.counterparty_id IS NOT NULL
            UNION SELECT p.counterparty_id FROM contact_person p JOIN person_card k ON k.contact_person_id = p.id WHERE k.id = @card AND p.counterparty_id IS NOT NULL
            """,
            [("@counterparty", counterpartyId), ("@card", cardId ?? 0), ("@person", personId ?? 0)], cancellation);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <returns>How many counterparties were written anew.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        await SearchDay.TurnAsync(database, clock.GetUtcNow(), cancellation);
        if ((await database.ReadAsync("SELECT id FROM search_stale ORDER BY id LIMIT 1", [], row => row.GetInt64(0), cancellation)).Count == 0)
        {
            return 0;
        }

        await using var session = await MirrorSession.OpenAsync(options, cancellation);
        var done = 0;
        while (true)
        {
            var (lines, followed) = await session.InTransactionAsync(() => PartAsync(session, cancellation), cancellation);
            done += followed;
            if (lines < Part)
            {
                return done;
            }
        }
    }

    /// <summary>One part, oldest first. A connection that is being read for the first time is left alone: its search is built from everything in the end.</summary>
    private static async Task<(int Lines, int Followed)> PartAsync(MirrorSession session, CancellationToken cancellation)
    {
        await SearchUpkeep.LockAsync(session, cancellation);
        var lines = await session.QueryAsync(
            $"""
            SELECT s.id, s.counterparty_id, CASE WHEN c.id IS NULL OR n.removed_at IS NOT NULL THEN 0 ELSE 1 END
            FROM search_stale s LEFT JOIN counterparty c ON c.id = s.counterparty_id LEFT JOIN connection n ON n.id = c.connection_id
            LEFT JOIN sync_state t ON t.connection_id = c.connection_id AND t.entity = @e
            WHERE c.id IS NULL OR c.connection_id = {CounterpartyRecord.ProspectConnection} OR n.removed_at IS NOT NULL OR t.search_built_at IS NOT NULL ORDER BY s.id LIMIT {Part}
            """,
            r => (Id: r.GetInt64(0), Counterparty: r.GetInt64(1), IsThere: r.GetInt32(2) == 1), cancellation, ("@e", (int)MirrorEntity.Counterparties));
        long[] ids = [.. lines.Where(l => l.IsThere).Select(l => l.Counterparty).Distinct()];
        await SearchUpkeep.RefreshAsync(session, ids, cancellation);
        if (lines.Count > 0)
        {
            await session.ExecuteAsync($"DELETE FROM search_stale WHERE id IN ({string.Join(',', lines.Select(l => l.Id))})", cancellation);
        }

        return (lines.Count, ids.Length);
    }
}

/// <summary>Follows changes every few seconds.</summary>
internal sealed class SearchFollowing(IJobScheduler scheduler) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => scheduler.RecurAsync(
        "own-search", JobTimes.Every(TimeSpan.FromSeconds(3)), (services, cancellation) => services.GetRequiredService<SearchFollow>().RunAsync(cancellation), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
