using System.Collections.Concurrent;
using Quartz;

namespace Crm.Plugin.Features.Administration;

/// <summary>A background job of this process.</summary>
/// <param name="Group">With <paramref name="Name"/> its key.</param>
/// <param name="Name">Stable.</param>
/// <param name="IsRunning">At the moment.</param>
/// <param name="Last">Its last run in this process; null before.</param>
/// <param name="NextAt">Null when it will not run by itself.</param>
public sealed record JobLine(string Group, string Name, bool IsRunning, JobOutcome? Last, DateTimeOffset? NextAt);

/// <summary>What came of a run.</summary>
/// <param name="EndedAt">When.</param>
/// <param name="Took">How long.</param>
/// <param name="Failure">Kind of the failure; null when it went well. The log has the rest.</param>
public sealed record JobOutcome(DateTimeOffset EndedAt, TimeSpan Took, string? Failure);

/// <summary>Remembers the last run of each job of this process.</summary>
internal sealed class JobOutcomes(TimeProvider clock) : IJobListener
{
    private readonly ConcurrentDictionary<JobKey, JobOutcome> last = new();

    public string Name => nameof(JobOutcomes);

    public JobOutcome? Of(JobKey key) => last.GetValueOrDefault(key);

    public ValueTask JobToBeExecuted(IJobExecutionContext context, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public ValueTask JobExecutionVetoed(IJobExecutionContext context, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public ValueTask JobWasExecuted(IJobExecutionContext context, JobExecutionException? jobException, CancellationToken cancellationToken = default)
    {
        last[context.JobDetail.Key] = new(clock.GetUtcNow(), context.JobRunTime, jobException is null ? null : (jobException.GetBaseException() ?? jobException).GetType().Name);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Lists and starts the jobs of this process.</summary>
internal sealed class JobBoard(IServiceProvider services, JobOutcomes outcomes)
{
    /// <summary>By name; empty where another engine runs the jobs.</summary>
    public async Task<IReadOnlyList<JobLine>> ListAsync(CancellationToken cancellation)
    {
        if (await SchedulerAsync(cancellation) is not { } scheduler)
        {
            return [];
        }

        var running = (await scheduler.QueryFireInstances(new() { State = FireInstanceState.Executing, Take = PagedQuery.All }, cancellation)).Items.Select(i => i.JobKey).ToHashSet();
        var triggers = (await scheduler.QueryTriggers(new() { Take = PagedQuery.All }, cancellation)).Items.ToLookup(t => t.JobKey, t => t.NextFireTimeUtc);
        var jobs = (await scheduler.QueryJobs(new() { Take = PagedQuery.All }, cancellation)).Items.Select(j => j.Key);
        var lines = jobs.Select(key => new JobLine(key.Group, key.Name, running.Contains(key), outcomes.Of(key), triggers[key].Min()));
        return [.. lines.OrderBy(l => l.Name, StringComparer.Ordinal).ThenBy(l => l.Group, StringComparer.Ordinal)];
    }

    /// <summary>Starts one now, beside its own times.</summary>
    /// <returns>False when there is no such job in this process.</returns>
    public async Task<bool> RunAsync(string group, string name, CancellationToken cancellation)
    {
        var key = new JobKey(name, group);
        if (await SchedulerAsync(cancellation) is not { } scheduler || await scheduler.GetJobDetail(key, cancellation) is null)
        {
            return false;
        }

        await scheduler.TriggerJob(key, cancellation);
        return true;
    }

    private async Task<IScheduler?> SchedulerAsync(CancellationToken cancellation) =>
        services.GetService<ISchedulerFactory>() is { } factory ? await factory.GetScheduler(cancellation) : null;
}
