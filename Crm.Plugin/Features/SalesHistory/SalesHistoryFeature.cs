namespace Crm.Plugin.Features.SalesHistory;

/// <summary>Packed orders for classification and analysis, kept true beside the mirror.</summary>
internal static class SalesHistoryFeature
{
    /// <param name="services">Of the plugin.</param>
    /// <param name="renews">Whether this process renews the packed orders in the background, so that a run finds little to read beside them.</param>
    public static IServiceCollection AddSalesHistory(this IServiceCollection services, bool renews)
    {
        if (renews)
        {
            services.AddHostedService<SalesHistoryRenewal>();
        }

        return services.AddSingleton<SalesHistoryBuild>().AddSingleton<SalesSnapshots>();
    }
}
