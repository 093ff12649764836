using Crm.Plugin.Commands;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Installation;

/// <summary>Finds the manifest that an administrator names: a file, or the id of one that came with the plugin.</summary>
internal static class ManifestFile
{
    /// <exception cref="CommandFailure">There is none, or it is wrong.</exception>
    public static HostManifest Read(string named, CrmPluginOptions options)
    {
        string[] places =
        [
            Path.GetFullPath(named),
            Path.Combine(options.ProgramFolder, named),
            Path.Combine(options.ManifestFolder, "hosts", named.EndsWith(".json", StringComparison.Ordinal) ? named : named + ".json"),
        ];
        try
        {
            return places.FirstOrDefault(File.Exists) is { } path
                ? ManifestReader.ReadFile(path)
                : throw new CommandFailure("install.no-manifest", $"There is no manifest {named}: name a file such as manifests/hosts/tryton.json.");
        }
        catch (ManifestException exception)
        {
            throw Wrong(exception);
        }
    }

    /// <summary>The same failure, told to an administrator.</summary>
    public static CommandFailure Wrong(ManifestException exception) => new("install.bad-manifest", exception.Message.ReplaceLineEndings(" "));
}
