using Crm.Benchmarks;
using System.Diagnostics;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crm.Tests.Mirror;

/// <summary>Synchronises a synthetic ERP in a process of its own, telling a line for each page that it hands over.</summary>
internal static class SyncChild
{
    public const string Switch = "--sync-child";

    /// <summary>The ERP that parent and child both make.</summary>
    public static ScaleHost Host(Action? beforePage = null) => new(4_000, 12_000, 2) { PageSize = 200, BeforePage = beforePage };

    /// <returns>0 when everything was read to its end.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var engine = new SyncEngine(new(Enum.Parse<DatabaseKind>(args[0]), args[1]), TimeProvider.System, NullLogger<SyncEngine>.Instance);
        // A moment per page: else the whole read is over before anybody can kill it.
        var host = Host(() =>
        {
            Console.WriteLine("page");
            using var pause = new ManualResetEventSlim();
            pause.Wait(TimeSpan.FromMilliseconds(3));
        });
        // PostgreSQL notices a killed client a moment later than we start its successor.
        var result = await engine.RunAsync(1, host, new() { Sweep = SweepChoice.Never, WaitsForOther = TimeSpan.FromSeconds(20) }, new Report(), CancellationToken.None);
        Console.WriteLine("done");
        return result.IsComplete ? 0 : 1;
    }

    /// <summary>Starts it beside this process.</summary>
    public static Process Start(DatabaseOptions options)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[typeof(SyncChild).Assembly.Location, Switch, options.Kind.ToString(), options.ConnectionString])
        {
            info.ArgumentList.Add(argument);
        }

        return Process.Start(info)!;
    }

    private sealed class Report : IProgress<SyncProgress>
    {
        void IProgress<SyncProgress>.Report(SyncProgress value) => Console.WriteLine(value.Phase == SyncPhase.Building ? "building" : "entity");
    }
}
