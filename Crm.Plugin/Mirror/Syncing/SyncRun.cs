using Crm.Plugin.Mirror.Writing;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>What the parts of one run of one connection share.</summary>
internal sealed record SyncRun(
    MirrorSession Session, int ConnectionId, SyncStates States, TimeProvider Clock, IProgress<SyncProgress>? Progress)
{
    /// <summary>What is done between two pages, outside any transaction; null for nothing.</summary>
    public Func<CancellationToken, Task>? AfterPage { get; set; }

    public void Report(MirrorEntity entity, SyncPhase phase, SyncMeter meter) =>
        Progress?.Report(new(ConnectionId, entity, phase, meter.Rows, meter.RowsPerSecond, meter.Fraction, meter.Left));
}
