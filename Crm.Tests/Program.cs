using Crm.Tests.App;
using Crm.Tests.Features.Notifications;
using Crm.Tests.Mirror;

namespace Crm.Tests;

/// <summary>The test runner; or, with <c>--sync-child</c>, the process that <see cref="SyncKillTests"/> kills, with <c>--notice-child</c> the one of <see cref="NoticeKillTests"/>, with <c>--turns</c> a <see cref="TurnProcess"/>.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args)
    {
        if (args is [SyncChild.Switch, ..])
        {
            return SyncChild.RunAsync(args[1..]);
        }

        if (args is [NoticeChild.Switch, ..])
        {
            return NoticeChild.RunAsync(args[1..]);
        }

        if (args is [TurnProcess.Switch, ..])
        {
            return TurnProcess.RunAsync(args[1..]);
        }

        return args.Any(a => a is "--server" or "--internal-msbuild-node")
            ? Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }
}
