using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Commands;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Installation;

/// <summary>Looks whether an installation can succeed. Changes nothing, neither here nor in the ERP.</summary>
internal static class Preflight
{
    private const long Scarce = 500L << 20;
    private const long TooLittle = 50L << 20;

    /// <summary>Data folder and disk first, then what the ERP's connector finds.</summary>
    /// <exception cref="CommandFailure">The connector cannot be loaded or a setting is wrong.</exception>
    public static async Task<IReadOnlyList<HostCheck>> RunAsync(InstallPlan plan, ConnectorLoader loader, CrmPluginOptions options, CancellationToken cancellation)
    {
        IHostConnector connector;
        try
        {
            connector = loader.Load(plan.Manifest);
        }
        catch (ManifestException exception)
        {
            throw ManifestFile.Wrong(exception);
        }

        await using var host = connector.Open(plan.Settings(options.Clock));
        return [Folder(options.DataFolder), .. Disk(options.DataFolder), .. await host.CheckAsync(cancellation)];
    }

    public static HostCheck Folder(string folder) => DataFolder.Problem(folder) is { } problem
        ? new("data-folder", CheckState.Failed, problem, "Mend the folder's rights, or name another with --data DIR.")
        : new("data-folder", CheckState.Ok, folder);

    public static IEnumerable<HostCheck> Disk(string folder)
    {
        if (DataFolder.FreeBytes(folder) is { } free)
        {
            var found = string.Create(CultureInfo.InvariantCulture, $"{free >> 20} MB free");
            yield return free < Scarce
                ? new("disk", free < TooLittle ? CheckState.Failed : CheckState.Warning, found, "Make room: the mirror takes about 1 GB for a million orders.")
                : new("disk", CheckState.Ok, found);
        }
    }
}
