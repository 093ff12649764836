using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Searching;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Prospects;

/// <summary>Deletes the CRM's own counterparties of which the prospect is gone: with the ERP whose counterparty it became, or with the last ERP.</summary>
internal sealed class ProspectPurge(DatabaseOptions database)
{
    private const int Part = 500;

    /// <summary>In parts. Broken off, the next call goes on.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var session = await MirrorSession.OpenAsync(database, cancellation);
        while (await session.InTransactionAsync(() => PartAsync(session, cancellation), cancellation) == Part)
        {
        }
    }

    private static async Task<int> PartAsync(MirrorSession session, CancellationToken cancellation)
    {
        await SearchUpkeep.LockAsync(session, cancellation);
        var ids = await session.QueryAsync(
            $"""
            SELECT c.id FROM counterparty c WHERE c.connection_id = {CounterpartyRecord.ProspectConnection}
            AND NOT EXISTS (SELECT 1 FROM prospect p WHERE p.counterparty_id = c.id) LIMIT {Part}
            """,
            row => row.GetInt64(0), cancellation);
        if (ids.Count == 0)
        {
            return 0;
        }

        var list = string.Join(',', ids);
        await SearchTables.RemoveTextsAsync(session, list, cancellation);
        var phones = await session.QueryAsync($"SELECT id, digits FROM phone WHERE counterparty_id IN ({list})", row => (row.GetInt64(0), row.GetString(1)), cancellation);
        await SearchTables.RemovePhonesAsync(session, phones, cancellation);
        await session.ExecuteAsync($"DELETE FROM counterparty WHERE id IN ({list})", cancellation);
        return ids.Count;
    }
}
