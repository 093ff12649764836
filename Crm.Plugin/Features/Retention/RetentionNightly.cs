using Crm.Plugin.Jobs;

namespace Crm.Plugin.Features.Retention;

/// <summary>Evaluates each night.</summary>
internal sealed class RetentionNightly(IJobScheduler scheduler) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => scheduler.RecurAsync(
        "retention",
        JobTimes.At("0 20 3 * * ?", TimeZoneInfo.Local),
        (services, cancellation) => services.GetRequiredService<RetentionEvaluation>().RunAsync(cancellation),
        cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
