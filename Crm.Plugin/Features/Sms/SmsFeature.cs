using Crm.Plugin.Jobs;
using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Sms;

/// <summary>Text messages to counterparties.</summary>
internal static class SmsFeature
{
    /// <param name="services">Of the plugin.</param>
    /// <param name="sends">Whether this process hands messages over.</param>
    public static IServiceCollection AddSms(this IServiceCollection services, bool sends)
    {
        services.AddScoped<SmsComposer>().AddScoped<SmsSender>();
        // A gateway's address may hold its password, and always the receiver's number: neither is logged.
        services.AddHttpClient(SmsSender.Client, client => client.Timeout = TimeSpan.FromSeconds(20)).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false }).RemoveAllLoggers();
        if (sends)
        {
            services.AddHostedService<SmsSchedule>();
        }

        return services;
    }

    public static void MapSms(this IEndpointRouteBuilder routes)
    {
        var screens = routes.MapGroup("/sms");
        screens.MapGet("", SmsEndpoints.ListAsync);
        screens.MapGet("/new", SmsEndpoints.NewAsync);
        screens.MapPost("/send", SmsEndpoints.SendAsync);
        screens.MapPost("/stop", SmsEndpoints.StopAsync);
        screens.MapGet("/gateway", SmsEndpoints.GatewayAsync).RequireAuthorization(Policies.Administrator);
        screens.MapPost("/gateway", SmsEndpoints.SaveGatewayAsync).RequireAuthorization(Policies.Administrator);
    }
}

/// <summary>Sends what is queued.</summary>
internal sealed class SmsSchedule(IJobScheduler scheduler) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        scheduler.RecurAsync("sms-out", JobTimes.Every(TimeSpan.FromSeconds(5)), (s, stop) => s.GetRequiredService<SmsSender>().RunAsync(stop), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
