using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Administration;

/// <summary>Connections, synchronisation, jobs, people and the audit log, for administrators.</summary>
internal static class AdministrationFeature
{
    public static void AddAdministration(this IServiceCollection services)
    {
        services.AddSingleton(new MenuEntry("/administration", "Administration", "settings", 90, user => user.IsAdministrator));
        services.AddScoped<ConnectionOverview>();
        services.AddSingleton<HostsAtHand>();
        services.AddScoped<SyncReports>();
        services.AddScoped<AccountStore>();
        services.AddScoped<RoleStore>();
        services.AddScoped<TokenStore>();
        services.AddScoped<AuditStore>();
    }

    public static void MapAdministration(this IEndpointRouteBuilder routes)
    {
        var screens = routes.MapGroup("/administration").RequireAuthorization(Policies.Administrator);
        screens.MapGet("", () => TypedResults.Redirect("/administration/connections"));
        screens.MapConnections();
        screens.MapSync();
        screens.MapJobs();
        screens.MapAccounts();
        screens.MapRoles();
        screens.MapTokens();
        screens.MapAudit();
    }
}
