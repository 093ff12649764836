using Quartz;

namespace Crm.Plugin.Jobs;

/// <summary>Quartz with its store in memory: all durable state lies in the plugin's own tables, so nothing is lost with it.</summary>
internal sealed class QuartzScheduler(ISchedulerFactory schedulers, JobRegister register) : IJobScheduler
{
    public async Task RecurAsync(
        string name, JobTimes when, Func<IServiceProvider, CancellationToken, Task> job, CancellationToken cancellation)
    {
        var key = new JobKey(name, JobRegister.Recurring);
        register.Set(key.Group, name, job);
        var scheduler = await schedulers.GetScheduler(cancellation);
        await scheduler.DeleteJob(key, cancellation);
        var trigger = TriggerBuilder.Create().WithIdentity(name, JobRegister.Recurring).StartNow();
        // A run that was missed because the process slept is made up for once, not as often as it was missed.
        trigger = when.Cron is { } cron
            ? trigger.WithCronSchedule(cron, s => s.InTimeZone(when.Zone).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed))
            : trigger.WithSimpleSchedule(s => s.WithInterval(when.Interval!.Value).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithExistingCount));
        await scheduler.ScheduleJob(JobBuilder.Create<RegisteredJob>().WithIdentity(key).Build(), trigger.Build(), cancellationToken: cancellation);
    }

    public async Task RunNowAsync(string name, Func<IServiceProvider, CancellationToken, Task> job, CancellationToken cancellation)
    {
        var key = new JobKey(name, JobRegister.Once);
        register.Set(key.Group, name, job);
        var scheduler = await schedulers.GetScheduler(cancellation);
        try
        {
            await scheduler.ScheduleJob(
                JobBuilder.Create<RegisteredJob>().WithIdentity(key).Build(), TriggerBuilder.Create().WithIdentity(name, JobRegister.Once).StartNow().Build(), cancellationToken: cancellation);
        }
        catch (ObjectAlreadyExistsException)
        {
            // It waits already: that is what was asked for.
        }
    }
}

/// <summary>Runs a job of the register in a scope of its own.</summary>
[DisallowConcurrentExecution]
internal sealed partial class RegisteredJob(JobRegister register, IServiceScopeFactory scopes, ILogger<RegisteredJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var key = context.JobDetail.Key;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await register.Get(key.Group, key.Name)(scope.ServiceProvider, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailure(log, exception, key.Name);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Name} failed; its next run repairs it")]
    private static partial void LogFailure(ILogger logger, Exception exception, string name);
}
