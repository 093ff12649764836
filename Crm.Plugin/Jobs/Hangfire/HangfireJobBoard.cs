using Hangfire;
using Hangfire.States;
using Hangfire.Storage;

namespace Crm.Plugin.Jobs.Hangfire;

/// <summary>The recurring jobs of all processes, as Hangfire's storage knows them.</summary>
internal sealed class HangfireJobBoard(JobStorage storage, IRecurringJobManagerV2 recurring) : IJobBoard
{
    public string? Dashboard => HangfireFeature.Dashboard;

    public Task<IReadOnlyList<JobLine>> ListAsync(CancellationToken cancellation)
    {
        using var connection = storage.GetConnection();
        return Task.FromResult<IReadOnlyList<JobLine>>([.. connection.GetRecurringJobs().OrderBy(j => j.Id, StringComparer.Ordinal).Select(j => LineOf(connection, j))]);
    }

    public Task<bool> RunAsync(string group, string name, CancellationToken cancellation)
    {
        using var connection = storage.GetConnection();
        var isThere = group == JobRegister.Recurring && connection.GetRecurringJobs([name]).Any(j => !j.Removed);
        if (isThere)
        {
            recurring.Trigger(name);
        }

        return Task.FromResult(isThere);
    }

    private static JobLine LineOf(IStorageConnection connection, RecurringJobDto job)
    {
        var isRunning = JobTrail.LastIdOf(connection, JobRegister.Recurring, job.Id) is { } last && connection.GetStateData(last)?.Name == ProcessingState.StateName;
        var next = job.NextExecution is { } at ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)) : (DateTimeOffset?)null;
        return new(JobRegister.Recurring, job.Id, isRunning, JobTrail.OutcomeOf(connection, JobRegister.Recurring, job.Id), next);
    }
}
