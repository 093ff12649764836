using Crm.Contracts;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Measures one read: rows per second and time left, from what it did itself, not from what earlier runs left behind.</summary>
internal sealed class SyncMeter(TimeProvider clock)
{
    private readonly long startedAt = clock.GetTimestamp();
    private long? firstDone;
    private long lastReport;

    public TimeSpan Elapsed => clock.GetElapsedTime(startedAt);

    public long Rows { get; private set; }

    public ReadProgress Progress { get; private set; }

    public long RowsPerSecond => (long)(Rows / Math.Max(0.001, Elapsed.TotalSeconds));

    public double? Fraction => Progress.Total is > 0 ? Math.Clamp((double)Progress.Done / Progress.Total.Value, 0, 1) : null;

    public TimeSpan? Left
    {
        get
        {
            var done = Progress.Done - (firstDone ?? 0);
            return Progress.Total is { } total && done > 0
                ? TimeSpan.FromSeconds(Math.Min(Math.Max(0, total - Progress.Done) * Elapsed.TotalSeconds / done, TimeSpan.FromDays(365).TotalSeconds))
                : null;
        }
    }

    /// <summary>Counts a page.</summary>
    public void Add(long rows, ReadProgress progress)
    {
        Rows += rows;
        Progress = progress;
        firstDone ??= progress.Total is null ? progress.Done : Math.Max(0, progress.Done - rows);
    }

    /// <summary>True at most once a second.</summary>
    public bool IsTimeToReport()
    {
        var now = clock.GetTimestamp();
        if (lastReport != 0 && clock.GetElapsedTime(lastReport, now) < TimeSpan.FromSeconds(1))
        {
            return false;
        }

        lastReport = now;
        return true;
    }
}
