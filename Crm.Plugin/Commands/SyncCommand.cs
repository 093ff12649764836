using System.CommandLine;
using Crm.Plugin.Features.Installation;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Syncing;

namespace Crm.Plugin.Commands;

/// <summary><c>sync</c>: reads the ERPs now.</summary>
internal static class SyncCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Option<string?>("--connection") { Description = "Only this one (default: all installed).", HelpName = "NAME" };
        var sweep = new Option<bool>("--sweep") { Description = "Also compare all keys, to find what was deleted or came late." };
        var command = new Command("sync", "Read what has changed in the installed ERPs, now. Safe beside crm serve.") { name, sweep, CommonOptions.Json };
        command.SetAction(terminal, async (parsed, context, cancellation) =>
        {
            var asked = parsed.GetValue(name);
            var installed = (await context.Get<ConnectionStore>().ListAsync(withRemoved: false, cancellation)).Where(c => asked is null || c.Name == asked).ToList();
            if (installed.Count == 0)
            {
                throw new CommandFailure("sync.no-connection", asked is null ? "No ERP is installed: see crm install --help." : $"No connection {asked} is installed: crm doctor lists them.");
            }

            var choice = parsed.GetValue(sweep) ? SweepChoice.Always : SweepChoice.WhenDue;
            var results = new List<(string Name, SyncResult Result)>();
            foreach (var connection in installed)
            {
                results.Add((connection.Name, await ReadingBar.ShowAsync(
                    terminal, context.Get<TimeProvider>(), progress => context.Get<FirstRead>().RunAsync(connection, choice, progress, cancellation))));
            }

            var lines = results.SelectMany(r => SyncReport.Lines(r.Name, r.Result)).ToList();
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.PrintJson(new { Complete = results.All(r => r.Result.IsComplete), Entities = lines });
            }
            else
            {
                SyncReport.Print(terminal, lines);
            }

            results.ForEach(r => SyncReport.ThrowIfFailed(r.Name, r.Result));
            return CommandLine.Done;
        });
        return command;
    }
}
