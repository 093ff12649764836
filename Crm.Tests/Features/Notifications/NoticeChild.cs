using System.Diagnostics;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Shell;
using Crm.Tests.App;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Tests.Features.Notifications;

/// <summary>A plugin process that does nothing but tell what is due, a line for each turn, until it is killed or everything is told.</summary>
internal static class NoticeChild
{
    public const string Switch = "--notice-child";

    /// <returns>0 when a turn found nothing to do after the parent had said so.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCrmPlugin(new CrmPluginOptions { DataFolder = args[0], ProgramFolder = PluginProgram.Folder, Database = args[1], RunJobs = false });
        await using var app = builder.Build();
        Console.WriteLine("ready");
        var last = args is [_, _, "last"];
        for (var turn = 0; ; turn++)
        {
            await using var scope = app.Services.CreateAsyncScope();
            var told = await scope.ServiceProvider.GetRequiredService<NoticePlanner>().RunAsync(CancellationToken.None)
                + await scope.ServiceProvider.GetRequiredService<NoticeCollector>().RunAsync(CancellationToken.None)
                + await scope.ServiceProvider.GetRequiredService<NoticeLetters>().RunAsync(CancellationToken.None);
            Console.WriteLine("turn");
            if (last && told == 0 && turn > 8)
            {
                return 0;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(last && told == 0 ? 1_000 : 5), TimeProvider.System);
        }
    }

    public static Process Start(string folder, string database, bool isLast)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[typeof(NoticeChild).Assembly.Location, Switch, folder, database, isLast ? "last" : "killed"])
        {
            info.ArgumentList.Add(argument);
        }

        return Process.Start(info)!;
    }
}
