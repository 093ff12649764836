using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Crm.Plugin.Jobs.Hangfire;

/// <summary>What holds for every run, whoever asked for it: schedule, screens or dashboard.</summary>
/// <remarks>Hangfire's usual filters repeat a failed job ten times; ours are repaired by their next run.</remarks>
internal sealed class HangfireRules(JobRegister register, TimeProvider clock) : IJobFilterProvider, IClientFilter, IServerFilter
{
    private const string Lock = "crm:lock";

    private readonly object[] filters = [new RunStateRule(clock), new StatisticsHistoryAttribute()];

    public IEnumerable<JobFilter> GetFilters(Job job) => job.Type == typeof(HangfireRun)
        ? [new(this, JobFilterScope.Global, null), .. filters.Select(f => new JobFilter(f, JobFilterScope.Global, null))]
        : JobFilterProviders.Providers.GetFilters(job);

    /// <summary>A name that waits is not enqueued again, and a recurring one neither while it runs: a slow job would pile up.</summary>
    public void OnCreating(CreatingContext context)
    {
        var (kind, name) = HangfireRun.KeyOf(context.Job);
        var state = JobTrail.LastIdOf(context.Connection, kind, name) is { } last ? context.Connection.GetStateData(last)?.Name : null;
        context.Canceled = state == EnqueuedState.StateName || state == ScheduledState.StateName
            || (kind == JobRegister.Recurring && state == ProcessingState.StateName && Runs(context.Connection, name));
    }

    public void OnCreated(CreatedContext context)
    {
        if (context.BackgroundJob is { } job)
        {
            var (kind, name) = HangfireRun.KeyOf(context.Job);
            JobTrail.Created(context.Connection, kind, name, job.Id);
        }
    }

    public void OnPerforming(PerformingContext context)
    {
        var (kind, name) = HangfireRun.KeyOf(context.BackgroundJob.Job);
        if (register.Find(kind, name) is null)
        {
            Leave(context, PutOff.NotKnownHere);
        }
        else if (NameLock.TryTake(context.Connection, name) is { } held)
        {
            context.Items[Lock] = held;
        }
        else
        {
            Leave(context, PutOff.RunsElsewhere);
        }
    }

    public void OnPerformed(PerformedContext context) => ((IDisposable)context.Items[Lock]).Dispose();

    private static void Leave(PerformingContext context, PutOff why)
    {
        context.Canceled = true;
        context.Items[RunStateRule.Why] = why;
    }

    /// <summary>The state alone would say so for minutes after the process was killed.</summary>
    private static bool Runs(IStorageConnection connection, string name)
    {
        using var free = NameLock.TryTake(connection, name);
        return free is null;
    }
}
