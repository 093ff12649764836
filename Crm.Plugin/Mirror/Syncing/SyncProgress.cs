namespace Crm.Plugin.Mirror.Syncing;

/// <summary>What a synchronisation is doing at the moment.</summary>
public enum SyncPhase
{
    /// <summary>Reading records.</summary>
    Reading,

    /// <summary>Comparing keys to find deletes.</summary>
    Sweeping,

    /// <summary>Building search, phones or indexes after a first read.</summary>
    Building,

    /// <summary>Done with the entity.</summary>
    Finished,
}

/// <summary>How far a synchronisation is; for a progress bar, in the terminal or on a screen.</summary>
/// <param name="ConnectionId">Which ERP.</param>
/// <param name="Entity">Which records.</param>
/// <param name="Phase">What is being done.</param>
/// <param name="Rows">Rows of this entity in this run so far.</param>
/// <param name="RowsPerSecond">Mean of this run.</param>
/// <param name="Fraction">0–1; null when the host cannot tell how much there is.</param>
/// <param name="Left">Estimate; null when the host cannot tell.</param>
public sealed record SyncProgress(
    int ConnectionId, MirrorEntity Entity, SyncPhase Phase, long Rows, long RowsPerSecond, double? Fraction, TimeSpan? Left);

/// <summary>Tells progress to everybody in this process who listens.</summary>
public sealed class SyncProgressFeed : IProgress<SyncProgress>
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<int, SyncProgress> latest = new();

    /// <summary>Raised at most about once a second for each connection, on the synchronisation's thread: be quick.</summary>
    public event Action<SyncProgress>? Reported;

    /// <summary>The last report of each connection.</summary>
    public IReadOnlyCollection<SyncProgress> Latest => [.. latest.Values];

    /// <inheritdoc/>
    public void Report(SyncProgress value)
    {
        latest[value.ConnectionId] = value;
        Reported?.Invoke(value);
    }
}
