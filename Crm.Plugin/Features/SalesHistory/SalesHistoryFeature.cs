using Crm.Plugin.Jobs;

namespace Crm.Plugin.Features.SalesHistory;

/// <summary>Packed orders for classification and analysis, kept true beside the mirror.</summary>
internal static class SalesHistoryFeature
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(10);

    /// <param name="services">Of the plugin.</param>
    /// <param name="renews">Whether this process renews the packed orders in the background, so that a run finds little to read beside them.</param>
    public static IServiceCollection AddSalesHistory(this IServiceCollection services, bool renews)
    {
        if (renews)
        {
            services.AddHostedService<Renewal>();
        }

        return services.AddSingleton<SalesHistoryBuild>().AddSingleton<SalesSnapshots>();
    }

    private sealed class Renewal(IJobScheduler scheduler) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => scheduler.RecurAsync(
            "sales-history",
            JobTimes.Every(RenewEvery),
            (services, cancellation) => services.GetRequiredService<SalesHistoryBuild>().RenewAsync(cancellation),
            cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
