using System.CommandLine;
using Crm.Contracts;
using Crm.Plugin.Features.Installation;

namespace Crm.Plugin.Commands;

/// <summary><c>doctor</c>: looks at everything that an administrator would look at, and says what to do. Changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal)
    {
        var urls = new Option<string>("--urls") { Description = "Address that crm serve listens on.", HelpName = "URLS", DefaultValueFactory = _ => ServeCommand.DefaultUrls };
        var command = new Command("doctor", "Check database, data folder, connectors, ERPs and the running plugin. Changes nothing. Exit code 1 when something does not work.") { urls, CommonOptions.Json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = CommandContext.OptionsFor(parsed.GetValue(CommonOptions.Data), terminal, runJobs: false);
            var checks = new List<HostCheck>();
            await foreach (var check in new Doctor(options, terminal).ExamineAsync(parsed.GetRequiredValue(urls), cancellation))
            {
                checks.Add(check);
                if (!parsed.GetValue(CommonOptions.Json))
                {
                    await terminal.Out.WriteLineAsync(CheckText.Of(check));
                }
            }

            var worst = checks.Max(c => c.State);
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.PrintJson(new { State = worst, Checks = checks });
            }

            if (worst == CheckState.Failed)
            {
                throw new CommandFailure("doctor.failed", $"Does not work: {string.Join(", ", checks.Where(c => c.State == CheckState.Failed).Select(c => c.Name))}.");
            }

            return CommandLine.Done;
        });
        return command;
    }
}
