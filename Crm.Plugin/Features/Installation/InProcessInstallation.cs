using System.Text.Json;
using Crm.Contracts;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Installation;

/// <summary>Connects the .NET ERP that hosts the plugin: no command and no manifest file, its services and its configuration say it all.</summary>
internal sealed class InProcessInstallation(IServiceScopeFactory scopes, CrmPluginOptions options, IEnumerable<MenuEntry> menu)
{
    /// <summary>Makes or updates the connection and the menu. Does nothing where no ERP hosts the process; safe to repeat.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (InProcessErp.Find(scope.ServiceProvider) is not { } erp)
        {
            return;
        }

        scope.ServiceProvider.GetRequiredService<CurrentUserHolder>().User = CurrentUser.System;
        var plan = Plan(erp);
        var installer = scope.ServiceProvider.GetRequiredService<Installer>();
        if (!await installer.IsInPlaceAsync(plan, await installer.FindAsync(plan.Connection.Name, InProcessErp.Id, cancellation), cancellation))
        {
            await installer.PutMenuAsync(await installer.ConnectAsync(plan, cancellation), plan, cancellation);
        }
    }

    private InstallPlan Plan(InProcessErp erp)
    {
        var name = options.Erp.Connection;
        var host = erp.Open(new() { Connection = name, Address = "", Clock = options.Clock });
        var contracts = ConnectorLoader.ContractsVersion;
        var manifest = ManifestReader.Parse(
            JsonSerializer.Serialize(new
            {
                id = InProcessErp.Id,
                name = options.Erp.Name,
                version = contracts.ToString(3),
                contracts = $"[{contracts.ToString(2)},{contracts.Major}.{contracts.Minor + 1})",
                connector = new { assembly = InProcessErp.Assembly, type = host.GetType().Name },
                signIn = new { service = "none", users = host.Find<IHostSignIn>() is null ? "local" : "host" },
                poll = options.Erp.Poll.ToString("c"),
                sweep = options.Erp.Sweep.ToString("c"),
                roles = options.Erp.Roles,
                menu = new
                {
                    title = "CRM",
                    entries = options.Erp.Address is null ? [] : menu.OrderBy(e => e.Order).Select(e => new { id = e.Path.Trim('/'), title = e.Text, path = e.Path }).ToArray(),
                },
            }),
            $"connection {name}");
        manifest = manifest.Menu is { Entries.Count: 0 } ? manifest with { Menu = null } : manifest;
        return new(manifest, new NewConnection(name, manifest, "", null, null), options.Erp.Address ?? InstallPlan.UsualAddress);
    }
}

/// <summary>Makes a .NET ERP's start bring the database up to date and connect the ERP, before any background work looks at either.</summary>
internal sealed class InProcessStart(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => services.PrepareCrmPluginAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
