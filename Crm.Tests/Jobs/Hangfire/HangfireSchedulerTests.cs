using Crm.Plugin.Jobs;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.States;
using Hangfire.Storage;
using Xunit;

namespace Crm.Tests.Jobs.Hangfire;

/// <summary>The promises of <see cref="IJobScheduler"/>, kept by Hangfire.</summary>
public sealed class HangfireSchedulerTests
{
    private readonly InMemoryStorage storage = new();

    [Fact]
    public async Task RunNowAsync_AndRecurAsync_RunTheJobs()
    {
        await using var process = await HangfireProcess.StartAsync(storage);
        var (once, often) = (new Gauge(), new Gauge());

        await process.Scheduler.RunNowAsync("once", once.RunAsync, CancellationToken.None);
        await process.Scheduler.RecurAsync("often", JobTimes.Every(TimeSpan.FromSeconds(1)), often.RunAsync, CancellationToken.None);
        await process.Scheduler.RecurAsync("nightly", JobTimes.At("0 30 2 * * ?", TimeZoneInfo.FindSystemTimeZoneById("Europe/Kyiv")), often.RunAsync, CancellationToken.None);

        Assert.True(await once.BeganAsync());
        Assert.True(await often.BeganAsync());
        Assert.True(await often.BeganAsync());
        Assert.True(await often.BeganAsync());
        Assert.False(await once.BeganAsync(0));
        var next = (await process.Board.ListAsync(CancellationToken.None)).Single(j => j.Name == "nightly").NextAt!.Value;
        Assert.Equal(new TimeSpan(2, 30, 0), TimeZoneInfo.ConvertTime(next, TimeZoneInfo.FindSystemTimeZoneById("Europe/Kyiv")).TimeOfDay);
    }

    [Fact]
    public async Task RunNowAsync_NameThatWaits_IsNotStartedTwice()
    {
        var job = new Gauge();
        await using var process = await HangfireProcess.StartAsync(storage);
        var slow = new Gauge(TimeSpan.FromSeconds(3));
        await process.Scheduler.RunNowAsync("fill", slow.RunAsync, CancellationToken.None);
        Assert.True(await slow.BeganAsync());

        // The first runs; the second waits behind it, and the third is the second.
        await process.Scheduler.RunNowAsync("fill", job.RunAsync, CancellationToken.None);
        await process.Scheduler.RunNowAsync("fill", job.RunAsync, CancellationToken.None);

        Assert.True(await job.BeganAsync());
        Assert.Equal(1, slow.Ended);
        Assert.False(await job.BeganAsync(4));
    }

    [Fact]
    public async Task RecurAsync_SlowerThanItsInterval_NeitherOverlapsNorPilesUp()
    {
        await using var one = await HangfireProcess.StartAsync(storage);
        await using var two = await HangfireProcess.StartAsync(storage);
        var job = new Gauge(TimeSpan.FromSeconds(2.5));
        await one.Scheduler.RecurAsync("slow", JobTimes.Every(TimeSpan.FromSeconds(1)), job.RunAsync, CancellationToken.None);
        await two.Scheduler.RecurAsync("slow", JobTimes.Every(TimeSpan.FromSeconds(1)), job.RunAsync, CancellationToken.None);
        await one.Scheduler.RunNowAsync("slow", job.RunAsync, CancellationToken.None);

        for (var i = 0; i < 4; i++)
        {
            Assert.True(await job.BeganAsync());
        }

        Assert.Equal(1, job.Most);
        Assert.InRange(storage.GetMonitoringApi().EnqueuedCount(JobRegister.Recurring), 0, 1);
    }

    [Fact]
    public async Task RecurAsync_AgainWithAnotherJob_ReplacesIt()
    {
        await using var process = await HangfireProcess.StartAsync(storage);
        var (old, young) = (new Gauge(), new Gauge());
        await process.Scheduler.RecurAsync("job", JobTimes.At("0 0 3 * * ?"), old.RunAsync, CancellationToken.None);
        await process.Scheduler.RecurAsync("job", JobTimes.Every(TimeSpan.FromSeconds(1)), young.RunAsync, CancellationToken.None);

        Assert.True(await young.BeganAsync());
        Assert.True(await young.BeganAsync());
        Assert.Equal(0, old.Ended);
        Assert.Single(await process.Board.ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task RecurAsync_JobFails_NextRunFollows()
    {
        await using var process = await HangfireProcess.StartAsync(storage);
        using var runs = new SemaphoreSlim(0);
        await process.Scheduler.RecurAsync("bad", JobTimes.Every(TimeSpan.FromSeconds(1)), (_, _) => Fail(runs), CancellationToken.None);

        Assert.True(await runs.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(await runs.WaitAsync(TimeSpan.FromSeconds(30)));

        var line = Assert.Single(await process.Board.ListAsync(CancellationToken.None));
        Assert.Equal(nameof(TimeoutException), line.Last!.Failure);
        Assert.Equal(0, storage.GetMonitoringApi().FailedCount()); // they would never be cleared away
        Assert.Equal(0, storage.GetMonitoringApi().ScheduledCount()); // nor is it repeated on its own
    }

    [Fact]
    public async Task StopAsync_JobRuns_IsCancelledAndGoesOnInAnotherProcess()
    {
        var (first, second) = (new Gauge(TimeSpan.FromMinutes(10)), new Gauge());
        await using var one = await HangfireProcess.StartAsync(storage);
        await one.Scheduler.RunNowAsync("long", first.RunAsync, CancellationToken.None);
        Assert.True(await first.BeganAsync());

        await one.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(0, first.Ended);
        await using var two = await HangfireProcess.StartAsync(storage);
        await two.Scheduler.RunNowAsync("long", second.RunAsync, CancellationToken.None);
        Assert.True(await second.BeganAsync());
    }

    [Fact]
    public async Task RecurAsync_RunOfAKilledProcess_DoesNotHoldItUp()
    {
        HangfireProcess.LeaveKilledRun(storage, JobRegister.Recurring, "often");
        Assert.Equal(ProcessingState.StateName, HangfireProcess.StateOf(storage, JobRegister.Recurring, "often"));
        await using var process = await HangfireProcess.StartAsync(storage);
        var job = new Gauge();

        await process.Scheduler.RecurAsync("often", JobTimes.Every(TimeSpan.FromSeconds(1)), job.RunAsync, CancellationToken.None);

        Assert.True(await job.BeganAsync());
        Assert.True(await job.BeganAsync());
    }

    [Fact]
    public async Task Board_RunAsync_StartsOnlyWhatIsThere()
    {
        await using var process = await HangfireProcess.StartAsync(storage);
        var job = new Gauge();
        await process.Scheduler.RecurAsync("nightly", JobTimes.At("0 0 3 * * ?"), job.RunAsync, CancellationToken.None);

        Assert.False(await process.Board.RunAsync(JobRegister.Recurring, "other", CancellationToken.None));
        Assert.False(await process.Board.RunAsync(JobRegister.Once, "nightly", CancellationToken.None));
        Assert.True(await process.Board.RunAsync(JobRegister.Recurring, "nightly", CancellationToken.None));
        Assert.True(await job.BeganAsync());
    }

    private static Task Fail(SemaphoreSlim runs)
    {
        runs.Release();
        throw new TimeoutException("no");
    }
}
