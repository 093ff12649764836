using Crm.Contracts;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;

namespace Crm.Plugin.Features.Administration;

/// <summary>How a connection does, worst first.</summary>
public enum ConnectionLevel
{
    /// <summary>A person has to act: an administrator or a developer.</summary>
    Blocked,

    /// <summary>No successful check for three polls and more.</summary>
    Silent,

    /// <summary>The ERP is away; it is asked again by itself.</summary>
    Waiting,

    /// <summary>It is being read for the first time.</summary>
    FirstRead,

    /// <summary>It answers, but nothing has changed there for unusually long.</summary>
    Quiet,

    /// <summary>As it should be.</summary>
    Fine,

    /// <summary>Uninstalled.</summary>
    Removed,
}

/// <summary>One connection with everything that the screens say about it.</summary>
/// <param name="Connection">Where it leads.</param>
/// <param name="Manifest">Null when the stored manifest can no longer be read.</param>
/// <param name="States">By entity; empty before the first read.</param>
/// <param name="Silence">How it is heard.</param>
/// <param name="Live">What this process does with it at the moment; null when nothing.</param>
public sealed record ConnectionStatus(
    ConnectionRecord Connection, HostManifest? Manifest, IReadOnlyList<SyncStateRecord> States, SilenceVerdict Silence, SyncProgress? Live)
{
    /// <summary>When everything was last checked; null while something never was.</summary>
    public DateTimeOffset? CheckedAt => States.Count == 0 ? null : States.Any(s => s.CheckedAt is null) ? null : States.Min(s => s.CheckedAt);

    /// <summary>The failure that matters most: one that a person must mend before one that passes.</summary>
    public SyncStateRecord? Failure => States.Where(s => s.Failure is not null).OrderByDescending(s => s.Failure).FirstOrDefault();

    /// <summary>Whether something is read at the moment.</summary>
    public bool IsReading => States.Any(s => s.StartedAt is not null);

    /// <summary>Rows that could not be read.</summary>
    public int Problems => States.Sum(s => s.Problems);

    /// <summary>How it does.</summary>
    public ConnectionLevel Level =>
        Connection.RemovedAt is not null ? ConnectionLevel.Removed
        : Manifest is null || Failure?.Failure is HostFailure.Refused or HostFailure.Unreadable ? ConnectionLevel.Blocked
        : States.Count == 0 || (States.Any(s => s.FirstReadAt is null) && Failure is null) ? ConnectionLevel.FirstRead
        : Failure is not null && Silence.Level != SilenceLevel.Silent ? ConnectionLevel.Waiting
        : Silence.Level switch { SilenceLevel.Silent => ConnectionLevel.Silent, SilenceLevel.Quiet => ConnectionLevel.Quiet, _ => ConnectionLevel.Fine };
}
