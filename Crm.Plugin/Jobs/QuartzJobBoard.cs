using System.Collections.Concurrent;
using Quartz;

namespace Crm.Plugin.Jobs;

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
internal sealed class QuartzJobBoard(ISchedulerFactory schedulers, JobOutcomes outcomes) : IJobBoard
{
    public string? Dashboard => null;

    public async Task<IReadOnlyList<JobLine>> ListAsync(CancellationToken cancellation)
    {
        var scheduler = await schedulers.GetScheduler(cancellation);
        var running = (await scheduler.QueryFireInstances(new() { State = FireInstanceState.Executing, Take = PagedQuery.All }, cancellation)).Items.Select(i => i.JobKey).ToHashSet();
        var triggers = (await scheduler.QueryTriggers(new() { Take = PagedQuery.All }, cancellation)).Items.ToLookup(t => t.JobKey, t => t.NextFireTimeUtc);
        var jobs = (await scheduler.QueryJobs(new() { Take = PagedQuery.All }, cancellation)).Items.Select(j => j.Key);
        var lines = jobs.Select(key => new JobLine(key.Group, key.Name, running.Contains(key), outcomes.Of(key), triggers[key].Min()));
        return [.. lines.OrderBy(l => l.Name, StringComparer.Ordinal).ThenBy(l => l.Group, StringComparer.Ordinal)];
    }

    public async Task<bool> RunAsync(string group, string name, CancellationToken cancellation)
    {
        var key = new JobKey(name, group);
        var scheduler = await schedulers.GetScheduler(cancellation);
        if (await scheduler.GetJobDetail(key, cancellation) is null)
        {
            return false;
        }

        await scheduler.TriggerJob(key, cancellation);
        return true;
    }
}
