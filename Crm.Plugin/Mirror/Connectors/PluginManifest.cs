using System.Text.Json;

namespace Crm.Plugin.Mirror.Connectors;

/// <summary>What the plugin's own manifest, <c>manifests/crm.json</c>, says of the program that it was shipped with.</summary>
/// <param name="Version">Of the plugin, three numbers.</param>
/// <param name="Contracts">Versions of Crm.Contracts that it works with.</param>
internal sealed record PluginManifest(string Version, ContractRange Contracts)
{
    /// <summary>Version of the running program, as a manifest writes it.</summary>
    public static string ProgramVersion { get; } = typeof(PluginManifest).Assembly.GetName().Version!.ToString(3);

    /// <exception cref="ManifestException">The file is absent or wrong.</exception>
    public static PluginManifest ReadFile(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            var root = new ManifestObject(path, "", document.RootElement);
            return new(
                root.Text("version"),
                ContractRange.TryParse(root.Text("contracts"), out var contracts) ? contracts : throw root.Wrong("contracts", "must be a range such as [0.1,0.2)"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ManifestException($"{path}: cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>What does not fit together here; null when all does.</summary>
    public string? Mismatch() =>
        Version != ProgramVersion ? $"the program is version {ProgramVersion}, its manifest {Version}"
        : !Contracts.Contains(ConnectorLoader.ContractsVersion) ? $"Crm.Contracts is version {ConnectorLoader.ContractsVersion.ToString(3)}, the plugin works with {Contracts}"
        : null;
}
