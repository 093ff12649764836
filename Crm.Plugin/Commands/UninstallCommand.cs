using System.CommandLine;
using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Features.Installation;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;

namespace Crm.Plugin.Commands;

/// <summary><c>uninstall</c>: takes the plugin out of an ERP.</summary>
internal static class UninstallCommand
{
    public static Command Create(Terminal terminal)
    {
        var manifest = InstallCommand.Manifest();
        var name = InstallCommand.Name();
        var purge = new Option<bool>("--purge") { Description = "Also delete the mirror and all CRM data of this ERP. Asks for the connection's name." };
        var yes = new Option<string?>("--yes") { Description = "The connection's name, typed in advance for --purge.", HelpName = "NAME" };
        var force = new Option<bool>("--force") { Description = "Go on although the ERP cannot be reached; its menu then stays until an administrator removes it there." };
        var command = new Command("uninstall", "Take the plugin out of an ERP: removes its menu there and forgets the service account. CRM data stay unless --purge is given. The ERP's own records are not touched.")
        {
            manifest, name, purge, yes, force, CommonOptions.Json,
        };
        command.SetAction(terminal, (parsed, context, cancellation) => new UninstallRun(context, parsed.GetValue(CommonOptions.Json)).RunAsync(
            ManifestFile.Read(parsed.GetRequiredValue(manifest), context.Options), parsed.GetValue(name), parsed.GetValue(purge), parsed.GetValue(yes), parsed.GetValue(force), cancellation));
        return command;
    }
}

/// <summary>One run of <c>uninstall</c>.</summary>
internal sealed class UninstallRun(CommandContext context, bool json)
{
    private readonly Uninstaller uninstaller = context.Get<Uninstaller>();
    private readonly Terminal terminal = context.Terminal;

    public async Task<int> RunAsync(HostManifest manifest, string? name, bool purge, string? yes, bool force, CancellationToken cancellation)
    {
        var wanted = InstallPlan.NameOf(manifest, name);
        var connection = await context.Get<ConnectionStore>().FindAsync(wanted, cancellation);
        if (connection is null || (connection.RemovedAt is not null && !purge))
        {
            return Finish(wanted, null, wasInstalled: false, purged: false, $"{wanted} is not installed; nothing was changed.");
        }

        var impact = await uninstaller.LookAsync(connection, cancellation);
        Say(string.Create(CultureInfo.InvariantCulture, $"{connection.Name} ({manifest.Name}{(connection.Address.Length > 0 ? " at " + connection.Address : "")}):"));
        Say(manifest.Menu is { } menu ? $"  the menu {menu.Title} is taken out of the ERP; its own records are not touched" : "  this kind of ERP has no menu of ours; its records are not touched");
        if (impact.Users > 0)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"  {impact.Users:N0} users of the ERP can no longer sign in here"));
        }

        Say(string.Create(CultureInfo.InvariantCulture, $"  {impact.Counterparties:N0} counterparties and {impact.Orders:N0} orders of the mirror, and all CRM data on them, {(purge ? "are deleted" : "stay")}"));
        if (purge)
        {
            Confirm(connection.Name, yes);
        }

        var wasInstalled = connection.RemovedAt is null;
        var change = wasInstalled ? await RemoveMenuAsync(connection, force, cancellation) : null;
        await uninstaller.RemoveAsync(connection, cancellation);
        if (purge)
        {
            await uninstaller.PurgeAsync(connection, context.Get<ConnectionPurge>(), new Deleted(terminal), cancellation);
        }

        return Finish(connection.Name, change, wasInstalled, purge, purge ? $"{connection.Name} is uninstalled and its data are deleted." : $"{connection.Name} is uninstalled; the CRM data stay. Delete them with --purge.");
    }

    private async Task<HostMenuChange?> RemoveMenuAsync(ConnectionRecord connection, bool force, CancellationToken cancellation)
    {
        try
        {
            return await uninstaller.RemoveMenuAsync(connection, cancellation);
        }
        catch (HostException exception) when (force)
        {
            await terminal.Error.WriteLineAsync($"The menu stays in the ERP: {exception.Message} [{exception.Code}]");
            return null;
        }
        catch (HostException exception)
        {
            throw new CommandFailure(exception.Code, $"The menu could not be taken out, so nothing was changed: {exception.Message} Mend that, or go on without with --force.");
        }
    }

    private void Confirm(string name, string? yes)
    {
        if (yes is null && terminal.IsInteractive)
        {
            terminal.Error.Write($"Type {name} to delete these data for ever: ");
            yes = terminal.ReadLine();
        }

        if (yes != name)
        {
            throw new CommandFailure("uninstall.not-confirmed", $"Nothing was changed: to delete the data for ever, type the connection's name, or give --yes {name}.");
        }
    }

    private int Finish(string name, HostMenuChange? menu, bool wasInstalled, bool purged, string text)
    {
        if (json)
        {
            terminal.PrintJson(new { Connection = name, WasInstalled = wasInstalled, Menu = menu, Purged = purged });
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

    private sealed class Deleted(Terminal terminal) : IProgress<long>
    {
        private long told;

        public void Report(long value)
        {
            if (value - told >= 100_000)
            {
                told = value;
                terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"deleted {value:N0} rows"));
            }
        }
    }
}
