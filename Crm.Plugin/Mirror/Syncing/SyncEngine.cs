using Crm.Contracts;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Brings the mirror of one connection up to date. Safe to kill at any moment and to run again.</summary>
public sealed class SyncEngine(DatabaseOptions database, TimeProvider clock, ILogger<SyncEngine> log)
{
    /// <summary>Reads everything that the host offers, in the order of <see cref="MirrorEntity"/>, and sweeps where it is time to.</summary>
    /// <param name="connectionId">Of an installed connection.</param>
    /// <param name="host">Its ERP; stays open.</param>
    /// <param name="order">How.</param>
    /// <param name="progress">About once a second and at the end of each entity; may be null.</param>
    /// <param name="cancellation">Stops after the page at hand; what is stored stays valid.</param>
    /// <returns>Failures of the host are in the result and in the state, not thrown.</returns>
    public async Task<SyncResult> RunAsync(
        int connectionId, Contracts.IHost host, SyncOrder order, IProgress<SyncProgress>? progress, CancellationToken cancellation)
    {
        var (result, wasFirst) = await PassAsync(connectionId, host, order, progress, cancellation);
        if (wasFirst)
        {
            ProcessMemory.GiveBack(); // now that the session and its caches are closed
        }

        return result;
    }

    private async Task<(SyncResult Result, bool WasFirst)> PassAsync(
        int connectionId, Contracts.IHost host, SyncOrder order, IProgress<SyncProgress>? progress, CancellationToken cancellation)
    {
        await using var session = await MirrorSession.OpenAsync(database, cancellation);
        await using var claim = await ClaimAsync(session, connectionId, order.WaitsForOther, cancellation);
        if (claim is null)
        {
            return (new([], true, 0), false);
        }

        var run = new SyncRun(session, connectionId, new(session, connectionId, clock), clock, progress);
        await using var pass = new SyncPass(run, HostEntities.Of(host, run), order, log);
        return (await pass.RunAsync(cancellation), pass.HasReadFirst);
    }

    private async Task<SyncClaim?> ClaimAsync(MirrorSession session, int connectionId, TimeSpan waits, CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        while (true)
        {
            if (await SyncClaim.TryTakeAsync(session, connectionId, cancellation) is { } claim)
            {
                return claim;
            }

            if (clock.GetElapsedTime(since) >= waits)
            {
                return null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), clock, cancellation);
        }
    }
}
