using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using Crm.Contracts;

namespace Crm.Plugin.Mirror.Connectors;

/// <summary>Finds host manifests and loads the connectors that they name.</summary>
/// <param name="manifestFolder">Holds <c>hosts/*.json</c>.</param>
/// <param name="connectorFolder">Paths in manifests begin here.</param>
/// <param name="inProcess">The ERP that hosts this process; null when none does.</param>
public sealed class ConnectorLoader(string manifestFolder, string connectorFolder, IHostConnector? inProcess = null)
{
    private readonly ConcurrentDictionary<string, Lazy<Assembly>> assemblies = new(StringComparer.Ordinal);

    /// <summary>Version of the contracts that this plugin brings.</summary>
    public static Version ContractsVersion { get; } = typeof(IHostConnector).Assembly.GetName().Version!;

    /// <summary>All manifests of the folder, by id.</summary>
    /// <exception cref="ManifestException">One is wrong, or two have the same id.</exception>
    public IReadOnlyList<HostManifest> Manifests()
    {
        var folder = Path.Combine(manifestFolder, "hosts");
        var found = new SortedDictionary<string, HostManifest>(StringComparer.Ordinal);
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [])
        {
            var manifest = ManifestReader.ReadFile(file);
            if (!found.TryAdd(manifest.Id, manifest))
            {
                throw new ManifestException($"{file}: id {manifest.Id} is used by another manifest of the folder");
            }
        }

        return [.. found.Values];
    }

    /// <summary>Makes the connector of a manifest.</summary>
    /// <exception cref="ManifestException">The contract version does not fit, or assembly or type is not there.</exception>
    public IHostConnector Load(HostManifest manifest)
    {
        if (!manifest.Contracts.Contains(ContractsVersion))
        {
            throw new ManifestException(
                $"Manifest {manifest.Id}: contracts {manifest.Contracts} does not contain {ContractsVersion.ToString(3)}, the version of this plugin: take a connector that was built for it");
        }

        if (manifest.ConnectorAssembly == InProcessErp.Assembly)
        {
            return inProcess ?? throw new ManifestException($"Manifest {manifest.Id}: the ERP of this connection hosts the plugin itself and can be read in its own process only");
        }

        var root = Path.GetFullPath(connectorFolder) + Path.DirectorySeparatorChar;
        var path = Path.GetFullPath(Path.Combine(root, manifest.ConnectorAssembly));
        if (!path.StartsWith(root, StringComparison.Ordinal))
        {
            throw new ManifestException($"Manifest {manifest.Id}: connector.assembly leads out of the connectors folder");
        }

        if (!File.Exists(path))
        {
            throw new ManifestException($"Manifest {manifest.Id}: connector.assembly {manifest.ConnectorAssembly} is not in {root}");
        }

        var type = Assembly(manifest, path).GetType(manifest.ConnectorType)
            ?? throw new ManifestException($"Manifest {manifest.Id}: connector.type {manifest.ConnectorType} is not in {manifest.ConnectorAssembly}");
        if (!typeof(IHostConnector).IsAssignableFrom(type) || type.IsAbstract || !type.IsPublic || type.GetConstructor([]) is null)
        {
            throw new ManifestException($"Manifest {manifest.Id}: connector.type {manifest.ConnectorType} must be a public class with a constructor without parameters that implements IHostConnector");
        }

        return (IHostConnector)Activator.CreateInstance(type)!;
    }

    private Assembly Assembly(HostManifest manifest, string path)
    {
        try
        {
            return assemblies.GetOrAdd(path, p => new(() => new ConnectorLoadContext(p).LoadFromAssemblyPath(p))).Value;
        }
        catch (Exception exception) when (exception is BadImageFormatException or FileLoadException or IOException)
        {
            throw new ManifestException($"Manifest {manifest.Id}: connector.assembly {manifest.ConnectorAssembly} cannot be loaded: {exception.Message}", exception);
        }
    }

    /// <summary>Each connector has its own copies of its packages; the contracts are everybody's, or no type would fit.</summary>
    private sealed class ConnectorLoadContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
    {
        private readonly AssemblyDependencyResolver resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name == typeof(IHostConnector).Assembly.GetName().Name ? null
            : resolver.ResolveAssemblyToPath(assemblyName) is { } found ? LoadFromAssemblyPath(found)
            : null;

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } found ? LoadUnmanagedDllFromPath(found) : 0;
    }
}
