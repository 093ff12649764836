using System.Collections.Concurrent;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Polls every installed connection while the plugin runs. Connections do not wait for each other.</summary>
public sealed partial class SyncService(
    ConnectionStore connections, ConnectionSync sync, TimeProvider clock, ILogger<SyncService> log) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<int, Task> running = new();
    private readonly ConcurrentDictionary<int, long> lastStarts = new();
    private readonly ConcurrentDictionary<int, SweepChoice> requests = new();

    /// <summary>Asks for a run as soon as possible, also where the ERP is being left alone after a failure.</summary>
    /// <param name="connectionId">Which.</param>
    /// <param name="sweep">True: compares all keys too.</param>
    public void Request(int connectionId, bool sweep) => requests[connectionId] = sweep ? SweepChoice.Always : SweepChoice.WhenDue;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await StartDueAsync(stoppingToken);
                await Task.Delay(Tick, clock, stoppingToken);
            }
        }
        finally
        {
            await Task.WhenAll(running.Values);
        }
    }

    private async Task StartDueAsync(CancellationToken cancellation)
    {
        IReadOnlyList<ConnectionRecord> installed;
        try
        {
            installed = await connections.ListAsync(false, cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogListFailed(log, exception); // the next tick asks again
            return;
        }

        foreach (var connection in installed)
        {
            if (running.TryGetValue(connection.Id, out var task) && !task.IsCompleted)
            {
                continue;
            }

            if (requests.TryRemove(connection.Id, out var sweep))
            {
                Start(connection, new() { Sweep = sweep, IgnoresRetryTimes = true }, cancellation);
            }
            else if (!lastStarts.TryGetValue(connection.Id, out var last) || clock.GetElapsedTime(last) >= ManifestReader.PollOf(connection.Manifest))
            {
                Start(connection, new(), cancellation);
            }
        }
    }

    private void Start(ConnectionRecord connection, SyncOrder order, CancellationToken cancellation)
    {
        lastStarts[connection.Id] = clock.GetTimestamp();
        running[connection.Id] = Task.Run(() => RunAsync(connection, order, cancellation), CancellationToken.None);
    }

    private async Task RunAsync(ConnectionRecord connection, SyncOrder order, CancellationToken cancellation)
    {
        try
        {
            await sync.RunAsync(connection, order, null, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            LogRunFailed(log, exception, connection.Name); // the next poll tries again; what was stored is whole
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The connections could not be listed")]
    private static partial void LogListFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Connection {Name} could not be synchronised")]
    private static partial void LogRunFailed(ILogger logger, Exception exception, string name);
}
