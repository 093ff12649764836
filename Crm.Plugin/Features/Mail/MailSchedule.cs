using Crm.Plugin.Jobs;

namespace Crm.Plugin.Features.Mail;

/// <summary>Sends what is queued and fetches what has come.</summary>
internal sealed class MailSchedule(IJobScheduler scheduler) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await scheduler.RecurAsync("mail-out", JobTimes.Every(TimeSpan.FromSeconds(5)), (s, stop) => s.GetRequiredService<MailSender>().RunAsync(stop), cancellationToken);
        await scheduler.RecurAsync("mail-in", JobTimes.Every(TimeSpan.FromSeconds(30)), (s, stop) => s.GetRequiredService<Incoming.MailFetcher>().RunAsync(stop), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
