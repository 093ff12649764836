using Crm.Plugin.Jobs;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Collects, plans and delivers, every few seconds; all of it may run in as many processes as there are.</summary>
internal sealed class NotificationSchedule(IJobScheduler scheduler) : IHostedService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(5);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await scheduler.RecurAsync("notifications", JobTimes.Every(Often), TellAsync, cancellationToken);
        await scheduler.RecurAsync("notification-webhooks", JobTimes.Every(Often), (s, stop) => s.GetRequiredService<NoticeWebhooks>().RunAsync(stop), cancellationToken);
        await scheduler.RecurAsync("notification-upkeep", JobTimes.Every(TimeSpan.FromMinutes(1)), UpkeepAsync, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>From sources to the bell and the outgoing mail.</summary>
    public static async Task TellAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await services.GetRequiredService<NoticeCollector>().RunAsync(cancellation);
        await services.GetRequiredService<NoticePlanner>().RunAsync(cancellation);
        await services.GetRequiredService<NoticeLetters>().RunAsync(cancellation);
    }

    /// <summary>Superiors and digests.</summary>
    public static async Task UpkeepAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await services.GetRequiredService<Escalations>().RunAsync(cancellation);
        await services.GetRequiredService<Digests>().RunAsync(cancellation);
    }
}
