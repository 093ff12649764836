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
    private const string Begun = "CrmBegun";

    private readonly object[] filters = [new RunStateRule(clock), new StatisticsHistoryAttribute()];

    public IEnumerable<JobFilter> GetFilters(Job job) => job.Type == typeof(HangfireRun)
        ? [new(this, JobFilterScope.Global, null), .. filters.Select(f => new JobFilter(f, JobFilterScope.Global, null))]
        : JobFilterProviders.Providers.GetFilters(job);

    /// <summary>A name that waits is not enqueued again, and a recurring one neither while it runs: a slow job would pile up.</summary>
    public void OnCreating(CreatingContext context)
    {
        var (kind, name) = HangfireRun.KeyOf(context.Job);
        context.Canceled = JobTrail.LastIdOf(context.Connection, kind, name) is { } last && context.Connection.GetStateData(last)?.Name is { } state
            && (state == EnqueuedState.StateName || state == ScheduledState.StateName || (state == ProcessingState.StateName && Holds(context.Connection, kind, name, last)));
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
            Begin(context, kind, held);
        }
        else
        {
            Leave(context, PutOff.RunsElsewhere);
        }
    }

    public void OnPerformed(PerformedContext context) => ((IDisposable)context.Items[Lock]).Dispose();

    private static void Begin(PerformingContext context, string kind, IDisposable held)
    {
        try
        {
            if (kind == JobRegister.Once)
            {
                context.Connection.SetJobParameter(context.BackgroundJob.Id, Begun, "1");
            }

            context.Items[Lock] = held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static void Leave(PerformingContext context, PutOff why)
    {
        context.Canceled = true;
        context.Items[RunStateRule.Why] = why;
    }

    /// <summary>Whether a run that was fetched stands for the one that is asked for.</summary>
    /// <remarks>
    /// A recurring one does while it runs; its state alone would say so for minutes after its process was killed. One that was asked for
    /// does until it begins: after that it may have passed over what the new one is asked for.
    /// </remarks>
    private static bool Holds(IStorageConnection connection, string kind, string name, string id) =>
        kind == JobRegister.Recurring ? Runs(connection, name) : connection.GetJobParameter(id, Begun) is null;

    private static bool Runs(IStorageConnection connection, string name)
    {
        using var free = NameLock.TryTake(connection, name);
        return free is null;
    }
}
