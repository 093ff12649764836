namespace Crm.Plugin.Features.Prospects;

/// <summary>Registers prospects.</summary>
internal static class ProspectsFeature
{
    public static IServiceCollection AddProspects(this IServiceCollection services, bool sends)
    {
        services.AddScoped<ProspectStore>();
        services.AddScoped<ProspectList>();
        services.AddScoped<PartyMove>();
        services.AddScoped<ProspectIndex>();
        services.AddScoped<ProspectConversion>();
        services.AddScoped<ProspectOutbox>();
        services.AddScoped<ProspectTargets>();
        services.AddSingleton<ProspectPurge>();
        return sends ? services.AddHostedService<ProspectSending>() : services;
    }

    public static void MapProspects(this IEndpointRouteBuilder routes)
    {
        routes.MapProspectApi();
        var screens = routes.MapGroup("/prospects");
        screens.MapGet("", ProspectScreens.ListAsync);
        screens.MapPost("", ProspectScreens.AddAsync);
        screens.MapGet("/new", ProspectScreens.NewAsync);
        screens.MapGet("/{id:long}/edit", ProspectScreens.EditAsync);
        screens.MapPost("/{id:long}/edit", ProspectScreens.SaveAsync);
        screens.MapGet("/{id:long}/convert", ProspectSteps.ConvertAsync);
        screens.MapGet("/{id:long}/panel", ProspectSteps.PanelAsync);
        screens.MapPost("/{id:long}/link", ProspectSteps.LinkAsync);
        screens.MapPost("/{id:long}/undo", ProspectSteps.UndoAsync);
        screens.MapPost("/{id:long}/create", ProspectSteps.CreateAsync);
        screens.MapPost("/{id:long}/stop", ProspectSteps.StopAsync);
        screens.MapPost("/{id:long}/give-up", ProspectSteps.GiveUpAsync);
        screens.MapPost("/{id:long}/take-up", ProspectSteps.TakeUpAsync);
    }
}
