using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Registers the contact log.</summary>
internal static class ContactLogFeature
{
    public static IServiceCollection AddContactLog(this IServiceCollection services)
    {
        services.AddScoped<InteractionStore>();
        services.AddScoped<InteractionChoices>();
        services.AddScoped<InteractionPlace>();
        services.AddScoped<InteractionConflicts>();
        services.AddScoped<InteractionAdditions>();
        services.AddScoped<InteractionSearch>();
        services.AddScoped<InteractionWords>();
        services.AddScoped<InteractionNames>();
        services.AddScoped<InteractionExport>();
        services.AddScoped<InteractionTasks>();
        services.AddScoped<InteractionFiles>();
        services.AddScoped<InteractionSides>();
        services.AddScoped<InteractionGuards>();
        services.AddScoped<InteractionWriter>();
        services.AddScoped<InteractionEditor>();
        services.AddScoped<InteractionHistory>();
        services.AddScoped<InteractionServices>();
        services.AddScoped<InteractionScreens>();
        services.AddScoped<Counterparties.ITimelineSource, InteractionTimeline>();
        services.AddSingleton(new MenuEntry("/interactions", "Contacts", "messages", 25, _ => true));
        return services;
    }

    /// <summary>Where background work runs.</summary>
    public static IServiceCollection AddContactLogJobs(this IServiceCollection services) => services.AddHostedService<FileSweep>();

    public static void MapContactLog(this IEndpointRouteBuilder routes)
    {
        var screens = routes.MapGroup("/interactions");
        screens.MapGet("", InteractionListEndpoint.ShowAsync);
        screens.MapGet("/export", InteractionListEndpoint.ExportAsync);
        screens.MapGet("/counterparties", InteractionFormEndpoints.FindCounterpartyAsync);
        screens.MapGet("/new", InteractionFormEndpoints.NewAsync);
        screens.MapPost("", InteractionFormEndpoints.CreateAsync);
        screens.MapPost("/more", InteractionFormEndpoints.MoreAsync);
        screens.MapGet("/{id:long}", InteractionEndpoints.ShowAsync);
        screens.MapPost("/{id:long}", InteractionEndpoints.EditAsync);
        screens.MapPost("/{id:long}/done", InteractionEndpoints.DoneAsync);
        screens.MapPost("/{id:long}/cancel", InteractionEndpoints.CancelAsync);
        screens.MapPost("/{id:long}/postpone", InteractionEndpoints.PostponeAsync);
        screens.MapParts();
    }
}
