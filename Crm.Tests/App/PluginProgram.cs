using System.Reflection;

namespace Crm.Tests.App;

/// <summary>Where the build laid the plugin's executable with its connectors, manifests and screens.</summary>
internal static class PluginProgram
{
    /// <summary>Full path of Crm.Plugin.dll; run it with <c>dotnet</c>.</summary>
    public static string Path { get; } = System.IO.Path.GetFullPath(typeof(PluginProgram).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "PluginExecutable").Value!);

    /// <summary>Its folder.</summary>
    public static string Folder { get; } = System.IO.Path.GetDirectoryName(Path)!;
}
