using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Installation;

/// <summary>Reads an ERP on an administrator's word, at once and to its end.</summary>
internal sealed class FirstRead(ConnectionSync sync, IDbContextFactory<CrmDbContext> databases)
{
    /// <summary>Whether everything that the connection offers has been read once.</summary>
    public async Task<bool> IsDoneAsync(int connectionId, CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        var states = await database.Set<SyncStateRecord>().Where(s => s.ConnectionId == connectionId).Select(s => s.FirstReadAt).ToListAsync(cancellation);
        return states.Count > 0 && states.All(s => s is not null);
    }

    /// <summary>Waits while another process reads the connection, then reads what is still missing.</summary>
    public Task<SyncResult> RunAsync(ConnectionRecord connection, SweepChoice sweep, IProgress<SyncProgress>? progress, CancellationToken cancellation) =>
        sync.RunAsync(connection, new SyncOrder { Sweep = sweep, IgnoresRetryTimes = true, WaitsForOther = TimeSpan.FromHours(12) }, progress, cancellation);
}
