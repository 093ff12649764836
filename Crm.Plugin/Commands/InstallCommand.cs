using System.CommandLine;
using Crm.Contracts;
using Crm.Plugin.Features.Installation;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Commands;

/// <summary><c>install</c>: checks, connects, puts the menu in, reads everything once.</summary>
internal static class InstallCommand
{
    public static Argument<string> Manifest() => new("manifest") { Description = "Host manifest such as manifests/hosts/tryton.json, or the id of one that came with the plugin." };

    public static Option<string?> Name() => new("--name") { Description = "Name of the connection (default: the manifest's id); needed for a second ERP of the same kind.", HelpName = "NAME" };

    public static Command Create(Terminal terminal)
    {
        var manifest = Manifest();
        var name = Name();
        var address = new Option<string?>("--address") { Description = "Address under which users reach the CRM; menu entries in the ERP lead there (default: http://localhost:5080).", HelpName = "URL" };
        var command = new Command(
            "install",
            "Install the plugin into an ERP. CRM_HOST_URL is its address (or the folder of the files host), CRM_HOST_USER and CRM_HOST_PASSWORD its service account. A check comes first and changes nothing. Running it again finishes what broke off, takes over changed settings, or does nothing.")
        {
            manifest, name, address, CommonOptions.Json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var options = CommandContext.OptionsFor(parsed.GetValue(CommonOptions.Data), terminal, runJobs: false);
            return new InstallRun(terminal, options, parsed.GetValue(CommonOptions.Json)).RunAsync(
                ManifestFile.Read(parsed.GetRequiredValue(manifest), options), parsed.GetValue(name), parsed.GetValue(address), cancellation);
        });
        return command;
    }
}

/// <summary>One run of <c>install</c>.</summary>
internal sealed class InstallRun(Terminal terminal, CrmPluginOptions options, bool json)
{
    private readonly ConnectorLoader loader = new(options.ManifestFolder, options.ConnectorFolder);
    private IReadOnlyList<HostCheck> checks = [];

    public async Task<int> RunAsync(HostManifest manifest, string? name, string? address, CancellationToken cancellation)
    {
        if (options.Database is null && !File.Exists(Path.Combine(options.DataFolder, "crm.db")))
        {
            // Nothing is stored, so nothing is made before the check is passed.
            await CheckAsync(InstallPlan.Make(manifest, name, address, terminal, null), cancellation);
        }

        await using var context = await CommandContext.OpenAsync(options, terminal, cancellation);
        var installer = context.Get<Installer>();
        var stored = await installer.FindAsync(InstallPlan.NameOf(manifest, name), manifest.Id, cancellation);
        var plan = InstallPlan.Make(manifest, name, address, terminal, stored);
        await installer.EnsureNotBesideDemoAsync(plan, cancellation);
        var isInPlace = await installer.IsInPlaceAsync(plan, stored, cancellation);
        if (isInPlace && await context.Get<FirstRead>().IsDoneAsync(stored!.Record, cancellation))
        {
            return Finish(new { Connection = stored.Record.Name, Installed = true, WasThere = true }, $"{stored.Record.Name} is installed already; nothing was changed.");
        }

        if (checks.Count == 0)
        {
            await CheckAsync(plan, cancellation);
        }

        var connection = stored?.Record;
        HostMenuChange? menu = null;
        if (!isInPlace)
        {
            await RetireDemoAsync(context, plan, cancellation);
            (connection, menu) = await ConnectAsync(context, plan, cancellation);
        }

        var result = await ReadingBar.ShowAsync(
            terminal, options.Clock, progress => context.Get<FirstRead>().RunAsync(connection!, SweepChoice.WhenDue, progress, cancellation));
        SyncReport.ThrowIfFailed(connection!.Name, result);
        return await FinishAsync(context, plan, menu, result, cancellation);
    }

    private async Task CheckAsync(InstallPlan plan, CancellationToken cancellation)
    {
        checks = await Preflight.RunAsync(plan, loader, options, cancellation);
        Say($"Checking {plan.Manifest.Name}{(plan.Connection.Address.Length > 0 ? $" at {plan.Connection.Address}" : "")}");
        foreach (var check in checks)
        {
            Say($"  {CheckText.Of(check)}");
        }

        if (checks.FirstOrDefault(c => c.State == CheckState.Failed) is { } failed)
        {
            throw new CommandFailure("install.check-failed", $"Nothing was changed: {failed.Name}: {failed.Found}{(failed.ToDo is { } todo ? $" – {todo}" : "")}".ReplaceLineEndings(" "));
        }
    }

    private async Task RetireDemoAsync(CommandContext context, InstallPlan plan, CancellationToken cancellation)
    {
        if (plan.Manifest.Id != DemoCompany.Host && await context.Get<DemoRetirement>().RunAsync(cancellation) is { } logins)
        {
            Say($"The demo company is removed with its data{(logins.Count > 0 ? $" and its sign-ins ({string.Join(", ", logins)})" : "")}: a real ERP takes its place.");
        }
    }

    private async Task<(ConnectionRecord Connection, HostMenuChange? Menu)> ConnectAsync(CommandContext context, InstallPlan plan, CancellationToken cancellation)
    {
        if (plan.Manifest.Id == DemoCompany.Host)
        {
            await context.Get<DemoCompany>().ConnectAsync(plan.Manifest, plan.Connection.Name, cancellation);
        }

        var installer = context.Get<Installer>();
        var connection = await installer.ConnectAsync(plan, cancellation);
        var menu = await installer.PutMenuAsync(connection, plan, cancellation);
        if (menu is not null)
        {
            Say($"Menu {plan.Manifest.Menu!.Title} in {plan.Manifest.Name}: {menu.Created + menu.Kept} entries, leading to {plan.PublicAddress}");
        }

        return (connection, menu);
    }

    private async Task<int> FinishAsync(CommandContext context, InstallPlan plan, HostMenuChange? menu, SyncResult result, CancellationToken cancellation)
    {
        var lines = SyncReport.Lines(plan.Connection.Name, result).ToList();
        if (!json)
        {
            SyncReport.Print(terminal, lines);
            Say(plan.Manifest.UsersSignInAtHost
                ? $"Users sign in with their {plan.Manifest.Name} login and password at {plan.PublicAddress}"
                : $"Users sign in with accounts of the plugin at {plan.PublicAddress}");
            if (!await context.Get<LocalAdministrators>().AnyAsync(cancellation))
            {
                Say(plan.Manifest.UsersSignInAtHost
                    ? "For the day the ERP is down, add an administrator of the plugin's own: crm user add NAME --role administrator"
                    : "Nobody can administer the plugin yet: crm user add NAME --role administrator");
            }
        }

        return Finish(
            new { Connection = plan.Connection.Name, Installed = true, WasThere = false, Menu = menu, Checks = checks, Entities = lines },
            $"{plan.Connection.Name} is installed. Start crm serve if it does not run.");
    }

    private int Finish<T>(T facts, string text)
    {
        if (json)
        {
            terminal.PrintJson(facts);
        }
        else
        {
            terminal.Out.WriteLine(text);
        }

        return CommandLine.Done;
    }

    private void Say(string text)
    {
        if (!json)
        {
            terminal.Out.WriteLine(text);
        }
    }
}
