namespace Crm.Plugin.Jobs;

/// <summary>Lists and starts the recurring jobs.</summary>
internal interface IJobBoard
{
    /// <summary>Path of the engine's own screens; null when it has none.</summary>
    string? Dashboard { get; }

    /// <summary>By name.</summary>
    Task<IReadOnlyList<JobLine>> ListAsync(CancellationToken cancellation);

    /// <summary>Starts one now, beside its own times.</summary>
    /// <returns>False when there is no such job.</returns>
    Task<bool> RunAsync(string group, string name, CancellationToken cancellation);
}

/// <summary>A background job.</summary>
/// <param name="Group">With <paramref name="Name"/> its key.</param>
/// <param name="Name">Stable.</param>
/// <param name="IsRunning">At the moment.</param>
/// <param name="Last">Its last run that the engine knows of; null before.</param>
/// <param name="NextAt">Null when it will not run by itself.</param>
public sealed record JobLine(string Group, string Name, bool IsRunning, JobOutcome? Last, DateTimeOffset? NextAt);

/// <summary>What came of a run.</summary>
/// <param name="EndedAt">When.</param>
/// <param name="Took">How long.</param>
/// <param name="Failure">Kind of the failure; null when it went well. The log has the rest.</param>
public sealed record JobOutcome(DateTimeOffset EndedAt, TimeSpan Took, string? Failure);
