using Hangfire;
using Hangfire.States;

namespace Crm.Plugin.Jobs.Hangfire;

/// <summary>Hangfire: every process registers its recurring jobs at its start, and each run is made by whichever process is free.</summary>
internal sealed class HangfireScheduler(JobStorage storage, IBackgroundJobClientV2 jobs, IRecurringJobManagerV2 recurring, JobRegister register) : IJobScheduler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public Task RecurAsync(string name, JobTimes when, Func<IServiceProvider, CancellationToken, Task> job, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        register.Set(JobRegister.Recurring, name, job);
        // Relaxed: runs that were missed because no process was there are made up for once, not as often as they were missed.
        recurring.AddOrUpdate(
            name, HangfireRun.Of(JobRegister.Recurring, name), CronRule.Of(when), new RecurringJobOptions { TimeZone = when.Zone, MisfireHandling = MisfireHandlingMode.Relaxed });
        if (when.Interval is not null)
        {
            recurring.Trigger(name);
        }

        return Task.CompletedTask;
    }

    public Task RunNowAsync(string name, Func<IServiceProvider, CancellationToken, Task> job, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        register.Set(JobRegister.Once, name, job);
        using var connection = storage.GetConnection();
        // Looking whether it waits and enqueueing it are one step for all processes.
        using var alone = connection.AcquireDistributedLock($"crm:ask:{name}", Patience);
        var isNew = jobs.Create(HangfireRun.Of(JobRegister.Once, name), new EnqueuedState(JobRegister.Once)) is not null;
        if (!isNew && JobTrail.LastIdOf(connection, JobRegister.Once, name) is { } waiting)
        {
            // Put off by a process that did not know it: this one does.
            jobs.ChangeState(waiting, new EnqueuedState(JobRegister.Once), ScheduledState.StateName);
        }

        return Task.CompletedTask;
    }
}
