using Crm.Plugin.Mirror.Searching;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Connections;

/// <summary>Deletes everything that was mirrored of a connection, and the connection itself.</summary>
public sealed class ConnectionPurge(DatabaseOptions database, TimeProvider clock)
{
    private const int Part = 5000;

    /// <summary>Deletes in parts, so that others get to write meanwhile. Broken off, the next call goes on.</summary>
    /// <param name="connectionId">Removed before; no synchronisation may run.</param>
    /// <param name="progress">Gets the number of rows deleted so far; may be null.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <returns>False when a synchronisation has the connection: nothing was deleted.</returns>
    public async Task<bool> RunAsync(int connectionId, IProgress<long>? progress, CancellationToken cancellation)
    {
        await using var session = await MirrorSession.OpenAsync(database, cancellation);
        await using var claim = await SyncClaim.TryTakeAsync(session, connectionId, cancellation);
        if (claim is null)
        {
            return false;
        }

        long done = 0;
        await using var search = new SearchBuild(session, connectionId, clock);
        await search.ClearAsync(cancellation);
        foreach (var lines in (string[])["sales_order_line", "purchase_order_line"])
        {
            await DeleteAsync(session, lines, $"set_id IN (SELECT DISTINCT l.set_id FROM {lines} l JOIN line_set s ON s.id = l.set_id WHERE s.connection_id = @c LIMIT {Part})");
        }

        foreach (var table in MirrorTables.All.Select(t => t.Name).Distinct().Append("sync_problem").Append("ledger"))
        {
            await DeleteAsync(session, table, $"id IN (SELECT id FROM {table} WHERE connection_id = @c LIMIT {Part})");
        }

        await session.ExecuteAsync("DELETE FROM sync_state WHERE connection_id = @c", cancellation, ("@c", connectionId));
        await session.ExecuteAsync("DELETE FROM connection WHERE id = @c", cancellation, ("@c", connectionId));
        return true;

        async Task DeleteAsync(MirrorSession session, string table, string condition)
        {
            int deleted;
            do
            {
                deleted = await session.ExecuteAsync($"DELETE FROM {table} WHERE {condition}", cancellation, ("@c", connectionId));
                progress?.Report(done += deleted);
            }
            while (deleted > 0);
        }
    }
}
