using Crm.Plugin.Features.Notifications.Sources;
using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Reminders and notifications.</summary>
internal static class NotificationsFeature
{
    /// <param name="services">Of the plugin.</param>
    /// <param name="tells">Whether this process collects and delivers.</param>
    public static IServiceCollection AddNotifications(this IServiceCollection services, bool tells)
    {
        foreach (var kind in NoticeKinds.All)
        {
            services.AddSingleton(kind);
        }

        services.AddScoped<Responsibles>()
            .AddScoped<IReminderSource, ContactReminders>()
            .AddScoped<IReminderSource, Birthdays>()
            .AddScoped<IReminderSource, OverdueDebts>()
            .AddScoped<IReminderSource, LateDeliveries>()
            .AddScoped<IReminderSource, LateSupplies>()
            .AddScoped<IReminderSource, LikelyLosses>()
            .AddScoped<IReminderSource, OverdueCares>()
            .AddScoped<IReminderSource, SilentConnections>();
        services.AddSingleton<NoticeWishes>().AddSingleton<WebhookSecrets>().AddSingleton<NoticeText>();
        services.AddScoped<NoticeCollector>().AddScoped<NoticePlanner>().AddScoped<NoticeLetters>().AddScoped<NoticeWebhooks>().AddScoped<Escalations>().AddScoped<Digests>();
        services.AddScoped<NoticeStore>().AddScoped<BirthdayStore>().AddScoped<NoticeSettingsStore>();
        // Addresses of webhooks hold secrets of their own: they must not stand in the log.
        services.AddHttpClient(NoticeWebhooks.Client, client => client.Timeout = TimeSpan.FromSeconds(10))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
            .RemoveAllLoggers();
        if (tells)
        {
            services.AddHostedService<NotificationSchedule>();
        }

        return services;
    }

    public static void MapNotifications(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/birthdays", BirthdayEndpoints.ShowAsync);
        var screens = routes.MapGroup("/notifications");
        screens.MapGet("", NoticeEndpoints.ListAsync);
        screens.MapGet("/bell", NoticeEndpoints.BellAsync);
        screens.MapGet("/{id:long}/open", NoticeEndpoints.OpenAsync);
        screens.MapPost("/read", NoticeEndpoints.ReadAllAsync);
        screens.MapPost("/{id:long}/done", NoticeEndpoints.DoneAsync);
        screens.MapPost("/{id:long}/snooze", NoticeEndpoints.SnoozeAsync);
        screens.MapGet("/settings", NoticeSettingsEndpoints.ShowAsync);
        screens.MapPost("/settings", NoticeSettingsEndpoints.SaveAsync);
        screens.MapGet("/policy", NoticePolicyEndpoints.ShowAsync).RequireAuthorization(Policies.Administrator);
        screens.MapPost("/policy", NoticePolicyEndpoints.SaveAsync).RequireAuthorization(Policies.Administrator);
    }
}
