using System.Text.Encodings.Web;
using System.Text.Unicode;
using Crm.Plugin.Features.AddressHarvest;
using Crm.Plugin.Features.Administration;
using Crm.Plugin.Features.Api;
using Crm.Plugin.Features.Calendar;
using Crm.Plugin.Features.Calls;
using Crm.Plugin.Features.Care;
using Crm.Plugin.Features.Channels;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Features.Handover;
using Crm.Plugin.Features.Installation;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.MyDay;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.Orders;
using Crm.Plugin.Features.Paper;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Features.Retention;
using Crm.Plugin.Features.SalesHistory;
using Crm.Plugin.Features.Selections;
using Crm.Plugin.Features.Sms;
using Crm.Plugin.Jobs;
using Crm.Plugin.Mirror;
using Crm.Plugin.Security;
using Crm.Plugin.Shell.Live;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace Crm.Plugin.Shell;

/// <summary>How a .NET ERP, or the plugin's own process, takes the plugin in.</summary>
public static class CrmPlugin
{
    /// <summary>Registers the plugin in a .NET ERP, told by the section <c>Crm</c> of the ERP's configuration (see <see cref="CrmPluginOptions"/>).</summary>
    /// <remarks>
    /// The ERP registers its own ports of Crm.Contracts as singletons, before or after: one <see cref="Contracts.IHost"/>, or the ports one by one
    /// (<see cref="Contracts.ICounterpartySource"/>, <see cref="Contracts.ISalesOrderSource"/>, <see cref="Contracts.IHostSignIn"/> …). They become
    /// a connection when the application starts; before that the database is brought up to this version. A <see cref="TimeProvider"/> instance
    /// that is registered already is the plugin's clock.
    /// </remarks>
    /// <param name="services">Of the WebApplication that <see cref="MapCrmPlugin"/> maps.</param>
    /// <param name="configuration">The whole configuration, or its section <c>Crm</c> itself.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A value is wrong or a key unknown; the message names each.</exception>
    public static IServiceCollection AddCrmPlugin(this IServiceCollection services, IConfiguration configuration)
    {
        var clock = services.LastOrDefault(s => s.ServiceType == typeof(TimeProvider))?.ImplementationInstance as TimeProvider ?? TimeProvider.System;
        var options = CrmPluginSettings.Read(configuration, clock);
        services.AddHostedService<InProcessStart>();
        return services.AddCrmPlugin(options);
    }

    /// <summary>Registers the plugin: storage, security, mirror, jobs and every feature.</summary>
    public static IServiceCollection AddCrmPlugin(this IServiceCollection services, CrmPluginOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.Clock);
        services.AddStorage(DatabaseOptions.From(options.Database, options.DataFolder));
        services.AddSecurity(options);
        // A text that was pasted too long is refused by the field's own rule, with the form: up to what the server takes in at all.
        services.Configure<FormOptions>(form => form.ValueLengthLimit = 32 << 20);
        services.AddLocalization();
        services.AddHttpContextAccessor();
        services.AddRazorComponents();
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddSingleton<Assets>();
        services.AddSingleton<FrameAncestors>();
        services.AddScoped<Show>();
        services.AddMemoryCache();
        services.AddOpenApi();
        services.AddLive();
        services.AddJobs();
        services.AddMirror(new MirrorOptions { ManifestFolder = options.ManifestFolder, ConnectorFolder = options.ConnectorFolder }, polls: options.RunJobs);
        // One line a feature, in the alphabet's order.
        services.AddAddressHarvest();
        services.AddAdministration();
        services.AddApi();
        services.AddCalendar();
        services.AddCalls();
        services.AddCare();
        services.AddChannels();
        services.AddClassification();
        services.AddContactLog();
        services.AddCounterparties();
        services.AddDuplicates(searches: options.RunJobs);
        services.AddHandover();
        services.AddInstallation();
        services.AddMail(carries: options.RunJobs);
        services.AddMyDay();
        services.AddNotifications(tells: options.RunJobs);
        services.AddOrders();
        services.AddPeople(sends: options.RunJobs);
        services.AddProspects(sends: options.RunJobs);
        services.AddRetention(evaluates: options.RunJobs);
        services.AddSalesHistory(renews: options.RunJobs);
        services.AddSelections();
        services.AddSms(sends: options.RunJobs);
        if (options.RunJobs)
        {
            services.AddHostedService<Readiness>();
            services.AddClassificationSchedule();
            services.AddContactLogJobs();
        }

        return services;
    }

    /// <summary>Maps the screens, the API and the health checks. They take the whole application, from <c>/</c> on: an ERP with pages of its own gives the plugin a WebApplication of its own in the same process.</summary>
    public static void MapCrmPlugin(this WebApplication app)
    {
        app.UseRequestLocalization(Languages.Options()); // first: what the guard says of a failure is in the user's language too
        app.UseMiddleware<Guard>();
        app.UseStaticFiles(app.Services.GetRequiredService<Assets>().Options());
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<AntiforgeryGuard>();
        app.MapSignIn();
        app.MapPreferences();
        app.MapLive();
        app.MapJobEngine();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapGet("/", () => TypedResults.Redirect("/my-day"));
        app.MapFallback(() => Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound }));
        // One line a feature, in the alphabet's order.
        app.MapAddressHarvest();
        app.MapAdministration();
        app.MapApi();
        app.MapCalendar();
        app.MapCalls();
        app.MapCare();
        app.MapChannels();
        app.MapClassification();
        app.MapContactLog();
        app.MapCounterparties();
        app.MapDuplicates();
        app.MapHandover();
        app.MapMail();
        app.MapMyDay();
        app.MapNotifications();
        app.MapOrders();
        app.MapPaper();
        app.MapPeople();
        app.MapProspects();
        app.MapRetention();
        app.MapSms();
    }

    /// <summary>Makes the data folder, brings the database up to this version and connects the .NET ERP that hosts the process, where one does. Safe to repeat.</summary>
    public static async Task PrepareCrmPluginAsync(this IServiceProvider services, CancellationToken cancellation)
    {
        Directory.CreateDirectory(services.GetRequiredService<CrmPluginOptions>().DataFolder);
        await DatabaseUpgrade.RunAsync(services, cancellation);
        await services.GetRequiredService<InProcessInstallation>().RunAsync(cancellation);
    }
}
