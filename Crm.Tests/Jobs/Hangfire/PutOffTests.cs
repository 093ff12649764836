using Crm.Plugin.Jobs;
using Crm.Plugin.Jobs.Hangfire;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.States;
using Xunit;

namespace Crm.Tests.Jobs.Hangfire;

/// <summary>Processes that share a storage do not all know the same jobs: while they are upgraded one by one, and because of what users ask for.</summary>
public sealed class PutOffTests
{
    private readonly InMemoryStorage storage = new();

    [Fact]
    public async Task RunNowAsync_OtherProcessFetchesIt_IsLeftToTheOneThatKnowsIt()
    {
        await using var stranger = await HangfireProcess.StartAsync(storage);
        await using var knowing = await HangfireProcess.StartAsync(storage, runJobs: false);
        var jobs = Enumerable.Range(0, 8).Select(_ => new Gauge()).ToList();
        for (var i = 0; i < jobs.Count; i++)
        {
            await knowing.Scheduler.RunNowAsync($"asked-{i}", jobs[i].RunAsync, CancellationToken.None);
        }

        Assert.All(await Task.WhenAll(jobs.Select(j => j.BeganAsync(60))), Assert.True);
    }

    [Fact]
    public async Task RunNowAsync_WaitsBecauseNobodyKnewIt_IsTakenAtOnce()
    {
        await using var stranger = await HangfireProcess.StartAsync(storage);
        var id = new BackgroundJobClient(storage, stranger.Rules).Create(HangfireRun.Of(JobRegister.Once, "fill"), new EnqueuedState(JobRegister.Once));
        await UntilAsync(() => storage.GetMonitoringApi().JobDetails(id).History.Count(h => h.StateName == ScheduledState.StateName) >= 3);
        var job = new Gauge();

        await stranger.Scheduler.RunNowAsync("fill", job.RunAsync, CancellationToken.None);

        Assert.True(await job.BeganAsync());
        Assert.False(await job.BeganAsync(3));
    }

    [Fact]
    public async Task RecurAsync_ProcessWithoutBackgroundWork_TakesNone()
    {
        await using var process = await HangfireProcess.StartAsync(storage, runJobs: false);
        new RecurringJobManager(storage, process.Rules).AddOrUpdate("often", HangfireRun.Of(JobRegister.Recurring, "often"), "* * * * * *", new RecurringJobOptions());

        await UntilAsync(() => storage.GetMonitoringApi().EnqueuedCount(JobRegister.Recurring) == 1);
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);

        Assert.Equal(1, storage.GetMonitoringApi().EnqueuedCount(JobRegister.Recurring)); // one waits, however long nobody comes
    }

    [Fact]
    public async Task PutOff_NobodyKnowsItForAnHour_IsGivenUpClearly()
    {
        var clock = new Later();
        await using var process = await HangfireProcess.StartAsync(storage, clock: clock);
        var client = new BackgroundJobClient(storage, process.Rules);
        new RecurringJobManager(storage, process.Rules).AddOrUpdate("gone", HangfireRun.Of(JobRegister.Recurring, "gone"), "0 0 3 * * *", new RecurringJobOptions());
        var once = client.Create(HangfireRun.Of(JobRegister.Once, "gone"), new EnqueuedState(JobRegister.Once));
        var recurring = client.Create(HangfireRun.Of(JobRegister.Recurring, "gone"), new EnqueuedState(JobRegister.Recurring));
        await UntilAsync(() => StateOf(once) == ScheduledState.StateName && StateOf(recurring) == ScheduledState.StateName);

        clock.Ahead = TimeSpan.FromMinutes(61);

        await UntilAsync(() => StateOf(once) == FailedState.StateName && StateOf(recurring) == DeletedState.StateName);
        Assert.Equal("No running process of the plugin knows the job 'gone'.", storage.GetMonitoringApi().JobDetails(once).History[0].Data["ExceptionMessage"]);
        Assert.Empty(await process.Board.ListAsync(CancellationToken.None));
    }

    private string StateOf(string id) => storage.GetMonitoringApi().JobDetails(id).History[0].StateName;

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; !isSo(); i++)
        {
            Assert.True(i < 600, "It has not come about in a minute.");
            await Task.Delay(100);
        }
    }

    private sealed class Later : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
