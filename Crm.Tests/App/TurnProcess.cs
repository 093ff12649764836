using System.Diagnostics;
using System.Globalization;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Shell;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Crm.Tests.App;

/// <summary>What a process does, over and over.</summary>
internal enum Turn
{
    Letters,
    Prospects,
}

/// <summary>A plugin process that does nothing but turns of one job, and says <c>idle</c> after each that found nothing, until it is killed.</summary>
internal sealed class TurnProcess : IAsyncDisposable
{
    public const string Switch = "--turns";

    private readonly Process process;

    private TurnProcess(Process process) => this.process = process;

    /// <param name="turn">Which job.</param>
    /// <param name="folder">Data folder, with the keys of passwords.</param>
    /// <param name="database">PostgreSQL.</param>
    /// <param name="minutesLate">How far ahead its clock is: claims of dead processes have run out by then.</param>
    /// <param name="variables">Of its environment.</param>
    public static TurnProcess Start(Turn turn, string folder, string database, int minutesLate = 0, params (string Name, string Value)[] variables)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[typeof(TurnProcess).Assembly.Location, Switch, turn.ToString(), folder, database, minutesLate.ToString(CultureInfo.InvariantCulture)])
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in variables)
        {
            info.Environment[name] = value;
        }

        return new(Process.Start(info)!);
    }

    /// <summary>The process itself.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var turn = Enum.Parse<Turn>(args[0]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var clock = new LateClock(TimeSpan.FromMinutes(int.Parse(args[3], CultureInfo.InvariantCulture)));
        builder.Services.AddCrmPlugin(new CrmPluginOptions { DataFolder = args[1], ProgramFolder = PluginProgram.Folder, Database = args[2], RunJobs = false, Clock = clock });
        await using var app = builder.Build();
        while (true)
        {
            await using var scope = app.Services.CreateAsyncScope();
            if (await OnceAsync(turn, scope.ServiceProvider) == 0)
            {
                Console.WriteLine("idle");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    private static Task<int> OnceAsync(Turn turn, IServiceProvider services) => turn switch
    {
        Turn.Letters => services.GetRequiredService<MailSender>().RunAsync(CancellationToken.None),
        _ => services.GetRequiredService<ProspectOutbox>().RunAsync(CancellationToken.None),
    };

    /// <summary>Ends when several turns in a row found nothing.</summary>
    public async Task IdleAsync()
    {
        for (var idle = 0; idle < 3;)
        {
            idle = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System) == "idle" ? idle + 1 : throw new InvalidOperationException("The process has ended.");
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        Assert.Equal(137, process.ExitCode);
    }

    /// <summary>Whether it holds the end of a connection that has this port (proc(5): /proc/net/tcp names the socket, /proc/PID/fd who has it).</summary>
    public bool Owns(int port)
    {
        var end = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        var sockets = ((string[])["/proc/net/tcp", "/proc/net/tcp6"]).SelectMany(File.ReadLines).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f.Length > 9 && f[1].EndsWith(end, StringComparison.Ordinal)).Select(f => $"socket:[{f[9]}]").ToHashSet(StringComparer.Ordinal);
        return new DirectoryInfo($"/proc/{process.Id}/fd").EnumerateFileSystemInfos().Any(f => f.LinkTarget is { } target && sockets.Contains(target));
    }

    /// <summary>Kills all of them that live.</summary>
    public static async Task StopAsync(IEnumerable<TurnProcess> processes)
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private sealed class LateClock(TimeSpan late) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + late;
    }
}
