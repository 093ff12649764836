using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Shell.Live;

namespace Crm.Plugin.Features.Calls;

/// <summary>Registers calls.</summary>
internal static class CallsFeature
{
    public static IServiceCollection AddCalls(this IServiceCollection services) => services
        .AddSingleton<IRehearsal, CallRehearsal>()
        .AddScoped<CallLog>()
        .AddScoped<CallDesk>()
        .AddScoped<CallerLookup>()
        .AddScoped<CallerPasts>()
        .AddScoped<CallerFinder>()
        .AddScoped<CallHistory>()
        .AddScoped<CallFloor>()
        .AddScoped<CallImportStore>()
        .AddScoped<CallSettings>()
        .AddSingleton(new LivePart("call-pop", "/calls/pop", CallLog.News, IsFetchedAtOnce: true))
        .AddSingleton(new MenuEntry("/calls", "Calls", "phone", 27, _ => true));

    public static void MapCalls(this IEndpointRouteBuilder routes)
    {
        routes.MapCallApi();
        var screens = routes.MapGroup("/calls");
        screens.MapGet("", CallScreens.ListAsync);
        screens.MapGet("/queue", CallFloorScreens.ShowAsync);
        screens.MapGet("/queue/live", CallFloorScreens.LiveAsync);
        var imports = screens.MapGroup("/import").RequireAuthorization(Policies.Administrator);
        imports.MapGet("", CallImportScreens.ShowAsync);
        imports.MapPost("", CallImportScreens.LookAsync);
        imports.MapPost("/{id:long}", CallImportScreens.ImportAsync);
        imports.MapPost("/{id:long}/undo", CallImportScreens.UndoAsync);
        screens.MapGet("/lookup", CallScreens.LookUpAsync);
        screens.MapGet("/pop", CallEndpoints.PopAsync);
        screens.MapPost("/{id:long}/choose", CallEndpoints.ChooseAsync);
        screens.MapPost("/{id:long}/dismiss", CallEndpoints.DismissAsync);
        screens.MapPost("/{id:long}/log", CallEndpoints.LogAsync);
        screens.MapPost("/{id:long}/prospect", CallEndpoints.ProspectAsync);
        screens.MapGet("/settings", CallScreens.SettingsAsync).RequireAuthorization(Policies.Administrator);
        screens.MapPost("/settings", CallScreens.SaveSettingsAsync).RequireAuthorization(Policies.Administrator);
    }
}
