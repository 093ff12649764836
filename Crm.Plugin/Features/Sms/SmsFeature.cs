using Crm.Plugin.Features.Sms.Incoming;
using Crm.Plugin.Features.Sms.Reports;
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
        services.AddScoped<SmsComposer>().AddScoped<SmsSender>().AddScoped<SmsIntake>().AddScoped<SmsSpool>().AddScoped<SmsReports>();
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
        screens.MapGet("", SmsListEndpoints.ListAsync);
        screens.MapGet("/new", SmsEndpoints.NewAsync);
        screens.MapPost("/send", SmsEndpoints.SendAsync);
        screens.MapPost("/{id:long}/again", SmsListEndpoints.AgainAsync);
        screens.MapPost("/stop", SmsListEndpoints.StopAsync);
        screens.MapGet("/stopped", SmsStoppedEndpoints.ShowAsync);
        screens.MapPost("/stopped/allow", SmsStoppedEndpoints.AllowAsync);
        screens.MapGet("/received", SmsInScreens.QueueAsync);
        screens.MapPost("/received/{id:long}/assign", SmsInScreens.AssignAsync);
        screens.MapPost("/received/{id:long}/ignore", SmsInScreens.IgnoreAsync);
        screens.MapGet("/gateway", SmsGatewayEndpoints.GatewayAsync).RequireAuthorization(Policies.Administrator);
        screens.MapPost("/gateway", SmsGatewayEndpoints.SaveGatewayAsync).RequireAuthorization(Policies.Administrator);
        screens.MapPost("/gateway/secret", SmsInScreens.SecretAsync).RequireAuthorization(Policies.Administrator);
        routes.MapSmsApi();
        routes.MapSmsReports();
    }
}

/// <summary>Sends what is queued and takes in what has come.</summary>
internal sealed class SmsSchedule(IJobScheduler scheduler) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await scheduler.RecurAsync("sms-out", JobTimes.Every(TimeSpan.FromSeconds(5)), (s, stop) => s.GetRequiredService<SmsSender>().RunAsync(stop), cancellationToken);
        await scheduler.RecurAsync("sms-in", JobTimes.Every(TimeSpan.FromSeconds(5)), SmsSpool.RunAsync, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
