using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Hangfire.Dashboard;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Crm.Plugin.Jobs.Hangfire;

/// <summary>Hangfire as the job engine, with its dashboard.</summary>
internal static class HangfireFeature
{
    /// <summary>Path of the dashboard.</summary>
    public const string Dashboard = "/administration/jobs/hangfire";

    /// <summary>Nothing is opened before a process serves: a command needs no SQL Server. A storage that is registered already is used instead.</summary>
    public static void AddHangfireJobs(this IServiceCollection services)
    {
        services.TryAddSingleton<JobStorage>(provider => HangfireDatabase.Open(
            provider.GetRequiredService<CrmPluginOptions>(), provider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(HangfireDatabase))));
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<IJobFilterProvider, HangfireRules>();
        services.AddHangfire((provider, hangfire) => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseLogProvider(new HangfireLogs(provider.GetRequiredService<ILoggerFactory>())));
        services.AddHangfireServer((provider, server) =>
        {
            // Who waits for a job goes first. A process without background work knows no recurring job and leaves them to the others.
            server.Queues = provider.GetRequiredService<CrmPluginOptions>().RunJobs ? [JobRegister.Once, JobRegister.Recurring] : [JobRegister.Once];
            server.WorkerCount = 10;
            server.SchedulePollingInterval = TimeSpan.FromSeconds(1); // some jobs come every five seconds
        });
        services.AddSingleton<IJobScheduler, HangfireScheduler>();
        services.AddSingleton<IJobBoard, HangfireJobBoard>();
    }

    /// <summary>Maps the dashboard, for administrators alone.</summary>
    public static void MapHangfire(this IEndpointRouteBuilder routes) => routes
        .MapHangfireDashboard(Dashboard, new DashboardOptions
        {
            Authorization = [new AdministratorsOnly()],
            IsReadOnlyFunc = context => !AdministratorsOnly.Admits(context),
            AppPath = "/administration/jobs",
            DashboardTitle = "CRM",
            DisplayStorageConnectionString = false,
        })
        .RequireAuthorization(Policies.Administrator)
        .Add(LoosenStyles);

    /// <summary>Its pages colour their states by style attributes; scripts and everything else stay as strict as on our own.</summary>
    private static void LoosenStyles(EndpointBuilder endpoint)
    {
        var inner = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = http =>
        {
            var headers = http.Response.Headers;
            headers.ContentSecurityPolicy = headers.ContentSecurityPolicy.ToString().Replace("style-src 'self'", "style-src 'self' 'unsafe-inline'", StringComparison.Ordinal);
            return inner(http);
        };
    }

    /// <summary>Hangfire's own rule would let in whoever sits at the server.</summary>
    private sealed class AdministratorsOnly : IDashboardAuthorizationFilter
    {
        public static bool Admits(DashboardContext context) => context.GetHttpContext().RequestServices.GetRequiredService<CurrentUser>().IsAdministrator;

        public bool Authorize(DashboardContext context) => Admits(context);
    }
}
