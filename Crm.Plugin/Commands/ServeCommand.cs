using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Crm.Plugin.Features.Installation;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Commands;

/// <summary><c>serve</c>: the screens, the API and the background work, until stopped.</summary>
internal static class ServeCommand
{
    public const string DefaultUrls = "http://localhost:5080";

    public static Command Create(Terminal terminal)
    {
        var urls = new Option<string>("--urls")
        {
            Description = "Addresses to listen on, separated by ';'.",
            HelpName = "URLS",
            DefaultValueFactory = _ => DefaultUrls,
        };
        urls.Validators.Add(Validate);
        var command = new Command("serve", "Serve the screens and the API and read the installed ERPs. Where no ERP was ever installed, a demo company is.") { urls };
        command.SetAction((parsed, cancellation) => RunAsync(CommandContext.OptionsFor(parsed.GetValue(CommonOptions.Data), terminal, runJobs: true), parsed.GetRequiredValue(urls), terminal, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CrmPluginOptions options, string urls, Terminal terminal, CancellationToken cancellation)
    {
        DataFolder.Open(options.DataFolder);
        Ports.EnsureFree(urls);
        using var alone = DataFolder.Lock(options.DataFolder, DatabaseOptions.From(options.Database, options.DataFolder).Kind);
        var model = Task.Run(() => StorageFeature.ReadModel(DatabaseOptions.From(options.Database, options.DataFolder)), cancellation);
        await using var app = Build(options, urls);
        var endpoints = Task.Run(() => CompileEndpoints(app), cancellation);
        await model;
        await DatabaseUpgrade.RunAsync(app.Services, cancellation);
        var isDemo = await StartDemoAsync(app.Services, options, cancellation);
        await endpoints;
        await app.StartAsync(cancellation);
        var address = app.Urls.First();
        await PrintAsync(app.Services, isDemo, address, terminal, cancellation);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, app.Lifetime.ApplicationStopping);
        var watching = isDemo ? TellWhenReadAsync(app.Services, terminal, stopping.Token) : Task.CompletedTask;
        try
        {
            await app.WaitForShutdownAsync(cancellation);
        }
        finally
        {
            await stopping.CancelAsync();
            await watching;
        }

        return CommandLine.Done;
    }

    private static WebApplication Build(CrmPluginOptions options, string urls)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = options.ProgramFolder });
        CommandContext.Logs(builder.Logging, quiet: false);
        builder.WebHost.UseUrls(urls);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 32 << 20; // an attachment with its form
            kestrel.Limits.MaxConcurrentConnections = 2000;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        // The command line handles the signals itself, so that a stop during start-up works too.
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.AddCrmPlugin(options);
        var app = builder.Build();
        app.MapCrmPlugin();
        return app;
    }

    /// <summary>What the routes and their binding cost at the first time is paid beside the work on the database.</summary>
    private static void CompileEndpoints(IEndpointRouteBuilder app)
    {
        foreach (var source in app.DataSources)
        {
            _ = source.Endpoints.Count;
        }
    }

    private static async Task<bool> StartDemoAsync(IServiceProvider services, CrmPluginOptions options, CancellationToken cancellation)
    {
        await using var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentUserHolder>().User = CurrentUser.System;
        return await scope.ServiceProvider.GetRequiredService<DemoCompany>().StartAsync(ManifestFile.Read(DemoCompany.Host, options), cancellation);
    }

    private static async Task PrintAsync(IServiceProvider services, bool isDemo, string address, Terminal terminal, CancellationToken cancellation)
    {
        await using var scope = services.CreateAsyncScope();
        var options = services.GetRequiredService<CrmPluginOptions>();
        await terminal.Out.WriteLineAsync($"CRM is at {address} (Ctrl+C stops it)");
        await terminal.Out.WriteLineAsync($"Data: {options.DataFolder}{(services.GetRequiredService<DatabaseOptions>().Kind == DatabaseKind.PostgreSql ? " and PostgreSQL" : "")}");
        if (isDemo)
        {
            await terminal.Out.WriteLineAsync("ERP: a made-up company, until a real one is installed. Sign in as:");
            foreach (var signIn in await scope.ServiceProvider.GetRequiredService<DemoCompany>().OpenSignInsAsync(cancellation))
            {
                await terminal.Out.WriteLineAsync($"  {signIn.Login,-8} password {signIn.Password,-13} {Roles.NameOf(signIn.Role).Replace('-', ' ')}");
            }
        }
        else
        {
            var installed = await services.GetRequiredService<ConnectionStore>().ListAsync(withRemoved: false, cancellation);
            await terminal.Out.WriteLineAsync(installed.Count > 0
                ? $"ERP: {string.Join(", ", installed.Select(c => c.Address.Length > 0 ? $"{c.Name} ({c.Address})" : c.Name))}"
                : "No ERP is installed: crm install manifests/hosts/tryton.json (see crm install --help)");
        }

        await terminal.Out.FlushAsync(cancellation);
    }

    private static async Task TellWhenReadAsync(IServiceProvider services, Terminal terminal, CancellationToken cancellation)
    {
        try
        {
            var clock = services.GetRequiredService<TimeProvider>();
            var since = clock.GetTimestamp();
            while (true)
            {
                if (await DemoCounts.ReadAsync(services, cancellation) is { } counts)
                {
                    await terminal.Out.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture, $"The company is read: {counts.Counterparties:N0} counterparties, {counts.Orders:N0} orders ({clock.GetElapsedTime(since).TotalSeconds:0.0} s)"));
                    await terminal.Out.FlushAsync(cancellation);
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(300), clock, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped before it was read: the next start goes on.
        }
    }

    private static void Validate(OptionResult result)
    {
        foreach (var url in result.GetValueOrDefault<string>()!.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).DefaultIfEmpty(""))
        {
            if (Ports.Parse(url) is null)
            {
                result.AddError($"--urls: '{url}' is no address such as {DefaultUrls}.");
            }
        }
    }

    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
