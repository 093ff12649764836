using System.Diagnostics;
using System.Globalization;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Shell;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Tests.Features.Mail;

/// <summary>A plugin process that does nothing but send letters, and says <c>idle</c> after each turn that found none, until it is killed.</summary>
internal static class MailChild
{
    public const string Switch = "--mail-child";

    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var clock = new LateClock(TimeSpan.FromMinutes(int.Parse(args[2], CultureInfo.InvariantCulture)));
        builder.Services.AddCrmPlugin(new CrmPluginOptions { DataFolder = args[0], ProgramFolder = PluginProgram.Folder, Database = args[1], RunJobs = false, Clock = clock });
        await using var app = builder.Build();
        while (true)
        {
            await using var scope = app.Services.CreateAsyncScope();
            if (await scope.ServiceProvider.GetRequiredService<MailSender>().RunAsync(CancellationToken.None) == 0)
            {
                Console.WriteLine("idle");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    /// <param name="folder">Data folder, with the keys of the accounts' passwords.</param>
    /// <param name="database">PostgreSQL.</param>
    /// <param name="server">Whose certificate is trusted.</param>
    /// <param name="minutesLate">How far ahead its clock is: claims of dead processes have run out by then.</param>
    public static Process Start(string folder, string database, MailServer server, int minutesLate)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[typeof(MailChild).Assembly.Location, Switch, folder, database, minutesLate.ToString(CultureInfo.InvariantCulture)])
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment["CRM_MAIL_CA"] = server.AuthorityFile;
        return Process.Start(info)!;
    }

    private sealed class LateClock(TimeSpan late) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + late;
    }
}
