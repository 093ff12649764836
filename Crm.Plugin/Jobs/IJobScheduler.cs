namespace Crm.Plugin.Jobs;

/// <summary>Starts background jobs. Jobs are idempotent and claim what they work on: a double or a late start does no harm.</summary>
public interface IJobScheduler
{
    /// <summary>Runs a job again and again from now on, until the process ends; a job of the same name is replaced. Never two runs of one name at once.</summary>
    /// <param name="name">Stable; shown on the administration screen.</param>
    /// <param name="when">How often.</param>
    /// <param name="job">Gets its own service scope.</param>
    /// <param name="cancellation">Cancels the registration, not the job.</param>
    Task RecurAsync(string name, JobTimes when, Func<IServiceProvider, CancellationToken, Task> job, CancellationToken cancellation);

    /// <summary>Runs a job once, as soon as a thread is free. A name that is waiting already is not started twice.</summary>
    /// <param name="name">Stable for the same work.</param>
    /// <param name="job">Gets its own service scope.</param>
    /// <param name="cancellation">Cancels the registration, not the job.</param>
    Task RunNowAsync(string name, Func<IServiceProvider, CancellationToken, Task> job, CancellationToken cancellation);
}

/// <summary>How often a job runs.</summary>
public sealed record JobTimes
{
    private JobTimes()
    {
    }

    /// <summary>Quartz cron expression of six or seven fields, seconds first; null for an interval.</summary>
    public string? Cron { get; private init; }

    /// <summary>The zone that <see cref="Cron"/> is meant in.</summary>
    public TimeZoneInfo Zone { get; private init; } = TimeZoneInfo.Utc;

    /// <summary>From start to start; null for a cron expression.</summary>
    public TimeSpan? Interval { get; private init; }

    /// <summary>By a cron expression.</summary>
    public static JobTimes At(string cron, TimeZoneInfo? zone = null) => new() { Cron = cron, Zone = zone ?? TimeZoneInfo.Utc };

    /// <summary>At equal distances, the first time at once.</summary>
    public static JobTimes Every(TimeSpan interval) => new() { Interval = interval };
}
