using Crm.Plugin.Jobs;

namespace Crm.Plugin.Features.SalesHistory;

/// <summary>Packs the orders anew in the background when many have changed.</summary>
internal sealed class SalesHistoryRenewal(IJobScheduler scheduler) : IHostedService
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(10);

    public Task StartAsync(CancellationToken cancellationToken) => scheduler.RecurAsync(
        "sales-history",
        JobTimes.Every(RenewEvery),
        (services, cancellation) => services.GetRequiredService<SalesHistoryBuild>().RenewAsync(cancellation),
        cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
