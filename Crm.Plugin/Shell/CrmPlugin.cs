using System.Text.Encodings.Web;
using System.Text.Unicode;
using Crm.Plugin.Features.Administration;
using Crm.Plugin.Features.Api;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.Installation;
using Crm.Plugin.Features.MyDay;
using Crm.Plugin.Features.Orders;
using Crm.Plugin.Jobs;
using Crm.Plugin.Mirror;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Shell;

/// <summary>How a .NET ERP, or the plugin's own process, takes the plugin in.</summary>
public static class CrmPlugin
{
    /// <summary>Registers the plugin: storage, security, mirror, jobs and every feature.</summary>
    public static IServiceCollection AddCrmPlugin(this IServiceCollection services, CrmPluginOptions options)
    {
        Directory.CreateDirectory(options.DataFolder);
        services.AddSingleton(options);
        services.AddSingleton(options.Clock);
        services.AddStorage(DatabaseOptions.From(options.Database, options.DataFolder));
        services.AddSecurity(options);
        services.AddLocalization();
        services.AddHttpContextAccessor();
        services.AddRazorComponents();
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddSingleton<Assets>();
        services.AddSingleton<FrameAncestors>();
        services.AddScoped<Show>();
        services.AddMemoryCache();
        services.AddOpenApi();
        services.AddJobs();
        services.AddMirror(new MirrorOptions { ManifestFolder = options.ManifestFolder, ConnectorFolder = options.ConnectorFolder }, polls: options.RunJobs);
        // One line a feature, in the alphabet's order.
        services.AddAdministration();
        services.AddApi();
        services.AddClassification();
        services.AddContactLog();
        services.AddCounterparties();
        services.AddInstallation();
        services.AddMyDay();
        services.AddOrders();
        return services;
    }

    /// <summary>Maps the screens, the API and the health checks.</summary>
    public static void MapCrmPlugin(this WebApplication app)
    {
        app.UseMiddleware<Guard>();
        app.UseRequestLocalization(Languages.Options());
        app.UseStaticFiles(app.Services.GetRequiredService<Assets>().Options());
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<AntiforgeryGuard>();
        app.MapSignIn();
        app.MapPreferences();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapGet("/", () => TypedResults.Redirect("/my-day"));
        app.MapFallback(() => Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound }));
        // One line a feature, in the alphabet's order.
        app.MapAdministration();
        app.MapApi();
        app.MapClassification();
        app.MapContactLog();
        app.MapCounterparties();
        app.MapMyDay();
        app.MapOrders();
    }

    /// <summary>Brings the database up to this version.</summary>
    public static Task PrepareCrmPluginAsync(this IServiceProvider services, CancellationToken cancellation) => DatabaseUpgrade.RunAsync(services, cancellation);
}
