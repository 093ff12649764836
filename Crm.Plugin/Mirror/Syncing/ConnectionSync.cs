using Crm.Contracts;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Synchronises an installed connection: opens its ERP and runs the engine; for the service, the commands and the install.</summary>
public sealed class ConnectionSync(SyncEngine engine, HostPool hosts, SyncProgressFeed feed, DatabaseOptions database, TimeProvider clock)
{
    /// <summary>Runs once.</summary>
    /// <param name="connection">Installed.</param>
    /// <param name="order">How; the time between sweeps comes from the manifest.</param>
    /// <param name="progress">Besides the <see cref="SyncProgressFeed"/>; may be null.</param>
    /// <param name="cancellation">Stops after the page at hand.</param>
    /// <returns>A connector that cannot be opened is a failure in the result and in the state, like a host that does not answer.</returns>
    public async Task<SyncResult> RunAsync(
        ConnectionRecord connection, SyncOrder order, IProgress<SyncProgress>? progress, CancellationToken cancellation)
    {
        Contracts.IHost host;
        try
        {
            host = await hosts.OpenAsync(connection, cancellation);
        }
        catch (ManifestException exception)
        {
            return await RefuseAsync(connection, new(HostFailure.Refused, "mirror.connector-not-loaded", exception.Message, null, exception), cancellation);
        }
        catch (HostException exception)
        {
            return await RefuseAsync(connection, exception, cancellation);
        }

        var every = ManifestReader.Parse(connection.Manifest, $"connection {connection.Name}").Sweep;
        return await engine.RunAsync(connection.Id, host, order with { SweepEvery = every }, new Both(feed, progress), cancellation);
    }

    private async Task<SyncResult> RefuseAsync(ConnectionRecord connection, HostException exception, CancellationToken cancellation)
    {
        await using var session = await MirrorSession.OpenAsync(database, cancellation);
        var states = new SyncStates(session, connection.Id, clock);
        var state = await states.LoadAsync(MirrorEntity.Counterparties, cancellation);
        var wait = BackOffRule.Wait(exception.Failure, state.FailedAttempts + 1, exception.RetryAfter, 0);
        var failure = new SyncFailure(exception.Failure, exception.Code, exception.Message, clock.GetUtcNow() + wait);
        await states.FailAsync(MirrorEntity.Counterparties, failure, state.FailedAttempts + 1, cancellation);
        return new([new(MirrorEntity.Counterparties, 0, 0, 0, 0, TimeSpan.Zero, failure)], false, 0);
    }

    private sealed class Both(SyncProgressFeed feed, IProgress<SyncProgress>? other) : IProgress<SyncProgress>
    {
        public void Report(SyncProgress value)
        {
            feed.Report(value);
            other?.Report(value);
        }
    }
}
