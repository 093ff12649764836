using Crm.Plugin.Commands;
using Crm.Plugin.Mirror.Connections;

namespace Crm.Plugin.Features.Installation;

/// <summary>Removes the demo company for good when a real ERP takes its place. Broken off, the next installation goes on.</summary>
internal sealed class DemoRetirement(ConnectionStore connections, ConnectionPurge mirror, Uninstaller uninstaller, DemoCompany demo, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <returns>The published sign-ins that were removed; null when there was no demo.</returns>
    public async Task<IReadOnlyList<string>?> RunAsync(CancellationToken cancellation)
    {
        var demos = (await connections.ListAsync(withRemoved: true, cancellation)).Where(c => c.Host == DemoCompany.Host).ToList();
        if (demos.Count == 0)
        {
            return null;
        }

        var logins = await demo.RemoveSignInsAsync(cancellation);
        foreach (var connection in demos)
        {
            await uninstaller.RemoveAsync(connection, cancellation);
            var since = clock.GetTimestamp();
            while (true)
            {
                try
                {
                    await uninstaller.PurgeAsync(connection, mirror, null, cancellation);
                    break;
                }
                catch (CommandFailure failure) when (failure.Code == "uninstall.busy" && clock.GetElapsedTime(since) < Patience)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellation); // a running plugin finishes its read of the demo within seconds
                }
            }
        }

        return logins;
    }
}
