#if HANGFIRE
using Crm.Plugin.Jobs.Hangfire;
#else
using Quartz;
#endif

namespace Crm.Plugin.Jobs;

/// <summary>Registers the job engine: Quartz, or Hangfire in a build with <c>UseHangfire=true</c>.</summary>
internal static class JobsFeature
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<JobRegister>();
#if HANGFIRE
        services.AddHangfireJobs();
#else
        services.AddSingleton<JobOutcomes>();
        services.AddQuartz(quartz => quartz.UseInMemoryStore().AddJobListener(provider => provider.GetRequiredService<JobOutcomes>()));
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        services.AddSingleton<IJobScheduler, QuartzScheduler>();
        services.AddSingleton<IJobBoard, QuartzJobBoard>();
        services.AddTransient<RegisteredJob>();
#endif
        return services;
    }

    /// <summary>Maps the engine's own screens, where it has some.</summary>
    public static void MapJobEngine(this IEndpointRouteBuilder routes)
    {
#if HANGFIRE
        routes.MapHangfire();
#endif
    }
}
