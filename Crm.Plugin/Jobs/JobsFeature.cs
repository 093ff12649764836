using Quartz;

namespace Crm.Plugin.Jobs;

/// <summary>Registers the job engine.</summary>
internal static class JobsFeature
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddQuartz(quartz => quartz.UseInMemoryStore());
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        services.AddSingleton<JobRegister>();
        services.AddSingleton<IJobScheduler, QuartzScheduler>();
        services.AddTransient<RegisteredJob>();
        return services;
    }
}
