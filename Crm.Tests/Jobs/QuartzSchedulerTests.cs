using Crm.Plugin.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Crm.Tests.Jobs;

public sealed class QuartzSchedulerTests
{
    [Fact]
    public async Task RunNowAsync_AndRecurAsync_RunTheJobs()
    {
        using var host = Host.CreateDefaultBuilder().ConfigureServices(s => s.AddSingleton(TimeProvider.System).AddJobs()).Build();
        await host.StartAsync();
        var jobs = host.Services.GetRequiredService<IJobScheduler>();
        using var once = new SemaphoreSlim(0);
        using var often = new SemaphoreSlim(0);

        await jobs.RunNowAsync("once", (_, _) => Release(once), CancellationToken.None);
        await jobs.RecurAsync("often", JobTimes.Every(TimeSpan.FromMilliseconds(50)), (_, _) => Release(often), CancellationToken.None);
        await jobs.RecurAsync("nightly", JobTimes.At("0 30 2 * * ?"), (_, _) => Task.CompletedTask, CancellationToken.None);

        Assert.True(await once.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.True(await often.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.True(await often.WaitAsync(TimeSpan.FromSeconds(60)));
        await host.StopAsync();
        Assert.False(await once.WaitAsync(0));
    }

    private static Task Release(SemaphoreSlim semaphore)
    {
        semaphore.Release();
        return Task.CompletedTask;
    }
}
