using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Xunit;

namespace Crm.Tests.Architecture;

/// <summary>Who may see whom, read from the built assemblies and from the project files.</summary>
public sealed class DependencyTests
{
    [Fact]
    public void Contracts_Assembly_ReferencesOnlyTheFramework() =>
        Assert.All(References("Crm.Contracts"), name => Assert.StartsWith("System.", name, StringComparison.Ordinal));

    [Fact]
    public void Contracts_Project_ReferencesNothing() => Assert.Empty(ProjectItems("Crm.Contracts", anyPackage: true));

    [Theory]
    [InlineData("Crm.Plugin", "Crm.Connector")]
    [InlineData("Crm.Connector", "Crm.Plugin")]
    [InlineData("Crm.Plugin", "Crm.Tests")]
    [InlineData("Crm.Connector", "Crm.Tests")]
    public void Assembly_DoesNotReference(string assembly, string other) => Assert.DoesNotContain(other, References(assembly));

    [Theory]
    [InlineData("Crm.Plugin", "Crm.Connector")]
    [InlineData("Crm.Connector", "Crm.Plugin")]
    public void Project_DoesNotReference(string project, string other) => Assert.DoesNotContain(other, ProjectItems(project, anyPackage: false));

    /// <summary>A second copy beside the connector would give it types that the plugin's are not equal to.</summary>
    [Fact]
    public void ConnectorFolder_HoldsNoCopyOfTheContracts()
    {
        var folder = Path.Combine(AppContext.BaseDirectory.Replace("Crm.Tests", "Crm.Plugin", StringComparison.Ordinal), "connectors", "Crm.Connector");
        Assert.True(File.Exists(Path.Combine(folder, "Crm.Connector.dll")), "The plugin's build lays out no connector.");
        Assert.False(File.Exists(Path.Combine(folder, "Crm.Contracts.dll")));
    }

    private static List<string> References(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Repository.BuiltAssembly(assembly)));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name))];
    }

    /// <summary>Projects that the compiler is given, and packages when asked for.</summary>
    private static List<string> ProjectItems(string project, bool anyPackage)
    {
        var file = XDocument.Load(Repository.PathOf(project, project + ".csproj"));
        var projects = file.Descendants("ProjectReference")
            .Where(e => (string?)e.Attribute("ReferenceOutputAssembly") != "false")
            .Select(e => Path.GetFileNameWithoutExtension(((string)e.Attribute("Include")!).Replace('\\', '/')));
        var packages = file.Descendants("PackageReference").Concat(file.Descendants("Reference")).Select(e => (string)e.Attribute("Include")!);
        return [.. projects, .. anyPackage ? packages : []];
    }
}
