using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace Crm.Plugin.Jobs.Hangfire;

/// <summary>Why a process left a job that it had fetched.</summary>
internal enum PutOff
{
    /// <summary>Another version of the plugin registered it, or another process was asked for it.</summary>
    NotKnownHere,

    /// <summary>The name is being run; this run comes after it.</summary>
    RunsElsewhere,
}

/// <summary>Which state a run goes to. What a process leaves waits for one that can take it; what failed is kept for a day.</summary>
internal sealed class RunStateRule(TimeProvider clock) : IElectStateFilter, IApplyStateFilter
{
    /// <summary>Item of a performed run that holds its <see cref="PutOff"/>.</summary>
    public const string Why = "crm:why";

    private const string Times = "CrmTimesPutOff";
    private const string Since = "CrmPutOffSince";

    /// <summary>Long enough for an upgrade of all processes, one after the other.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(1);

    /// <summary>Some jobs run every few seconds, a day of them is a hundred thousand.</summary>
    private static readonly TimeSpan KeepDone = TimeSpan.FromHours(1);

    public void OnStateElection(ElectStateContext context)
    {
        var (kind, _) = HangfireRun.KeyOf(context.BackgroundJob.Job);
        if (context.CandidateState is DeletedState && context.CustomData?.TryGetValue(Why, out var why) == true)
        {
            context.CandidateState = PutOffOr(context, (PutOff)why);
        }

        // Hangfire never clears failed jobs away: one that fails every five seconds would fill the database. The history still tells why.
        if (context.CandidateState is FailedState failed && kind == JobRegister.Recurring)
        {
            context.CandidateState = new DeletedState(new ExceptionInfo(failed.Exception)) { Reason = "It failed; its next run repairs it." };
        }

        if (context.CandidateState is EnqueuedState enqueued)
        {
            enqueued.Queue = kind;
        }
    }

    /// <summary>The outcome is kept in the transaction that ends the run, so that keeping it can neither fail alone nor fail the run.</summary>
    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (context.NewState is SucceededState)
        {
            context.JobExpirationTimeout = KeepDone;
        }

        var failure = (context.NewState as FailedState)?.Exception.GetType().Name ?? JobTrail.NameOf((context.NewState as DeletedState)?.ExceptionInfo);
        if ((context.NewState is SucceededState || failure is not null) && context.Connection.GetStateData(context.BackgroundJob.Id) is { } old && old.Name == ProcessingState.StateName)
        {
            var (kind, name) = HangfireRun.KeyOf(context.BackgroundJob.Job);
            var now = clock.GetUtcNow();
            JobTrail.Ended(transaction, kind, name, new(now, now - JobHelper.DeserializeDateTime(old.Data["StartedAt"]), failure));
        }
    }

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
    }

    private IState PutOffOr(ElectStateContext context, PutOff why)
    {
        var (kind, name) = HangfireRun.KeyOf(context.BackgroundJob.Job);
        var now = clock.GetUtcNow();
        var times = context.GetJobParameter<int>(Times);
        var since = context.GetJobParameter<long?>(Since) is { } first ? DateTimeOffset.FromUnixTimeSeconds(first) : now;
        if (why == PutOff.NotKnownHere && now - since > GiveUpAfter)
        {
            if (kind == JobRegister.Recurring)
            {
                new RecurringJobManager(context.Storage).RemoveIfExists(name); // a later version may have no such job any more
            }

            return new FailedState(new InvalidOperationException($"No running process of the plugin knows the job '{name}'."));
        }

        context.SetJobParameter(Times, times + 1);
        context.SetJobParameter(Since, since.ToUnixTimeSeconds());
        var wait = TimeSpan.FromSeconds(why == PutOff.NotKnownHere ? SecondsUntilKnown(times) : Math.Min(1 << Math.Min(times, 4), 15));
        return new ScheduledState(wait)
        {
            Reason = string.Create(CultureInfo.InvariantCulture, $"{(why == PutOff.NotKnownHere ? "This process does not know it" : "The name runs already")}; tried again in {wait.TotalSeconds} s."),
        };
    }

    /// <summary>At first somebody waits, and each try reaches one that knows it with even chance; later only an upgrade helps.</summary>
    private static int SecondsUntilKnown(int times) => times < 30 ? 1 : 60;
}
