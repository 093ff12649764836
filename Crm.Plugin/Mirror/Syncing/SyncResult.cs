using Crm.Contracts;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Why something was not read.</summary>
/// <param name="Failure">Who has to act.</param>
/// <param name="Code">Stable; listed in the manual with its cure.</param>
/// <param name="Message">English.</param>
/// <param name="RetryAt">Not before this instant the service tries again.</param>
public sealed record SyncFailure(HostFailure Failure, string Code, string Message, DateTimeOffset RetryAt);

/// <summary>What was done for one kind of record.</summary>
/// <param name="Entity">Which.</param>
/// <param name="Read">Rows that the host handed over; lines, where lines come in sets.</param>
/// <param name="Changed">Rows of them that were new, different or back again.</param>
/// <param name="Gone">Rows that the host no longer has.</param>
/// <param name="Problems">Rows that could not be read in this run.</param>
/// <param name="Elapsed">Time it took.</param>
/// <param name="Failure">Null when it was read to its end.</param>
public sealed record EntitySyncResult(
    MirrorEntity Entity, long Read, long Changed, long Gone, int Problems, TimeSpan Elapsed, SyncFailure? Failure);

/// <summary>What a synchronisation of one connection did.</summary>
/// <param name="Entities">Those that the host offers and that were tried, in order.</param>
/// <param name="WasBusy">True when another process (or another run here) has the connection: nothing was done.</param>
/// <param name="SearchSeconds">Time that building search and indexes took after a first read.</param>
public sealed record SyncResult(IReadOnlyList<EntitySyncResult> Entities, bool WasBusy, double SearchSeconds)
{
    /// <summary>True when everything was read to its end.</summary>
    public bool IsComplete => !WasBusy && Entities.All(e => e.Failure is null);
}

/// <summary>Whether a run compares keys.</summary>
public enum SweepChoice
{
    /// <summary>Where its time has come or the host advised it.</summary>
    WhenDue,

    /// <summary>Everywhere.</summary>
    Always,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary>How to run.</summary>
public sealed record SyncOrder
{
    /// <summary>Default: where due.</summary>
    public SweepChoice Sweep { get; init; } = SweepChoice.WhenDue;

    /// <summary>Time between sweeps of an entity; default 6 hours.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromHours(6);

    /// <summary>True: also what waits after a failure is asked again at once (a person asked for it).</summary>
    public bool IgnoresRetryTimes { get; init; }

    /// <summary>How long to wait for another process that has the connection; default: not at all.</summary>
    public TimeSpan WaitsForOther { get; init; }
}
