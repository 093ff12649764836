using System.Reflection;
using System.Text.Json;
using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Architecture;

/// <summary>Each host manifest follows its schema and names a connector that exists.</summary>
public sealed class HostManifestTests
{
    private static readonly JsonDocument Schema = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("manifests", "schemas", "host.schema.json")));

    public static TheoryData<string> Manifests =>
        [.. Directory.GetFiles(Repository.PathOf("manifests", "hosts"), "*.json").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Manifest_FollowsTheSchema(string file)
    {
        using var manifest = Read(file);
        Assert.Empty(SchemaCheck.Problems(manifest.RootElement, Schema.RootElement));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Manifest_IdIsItsFileName(string file)
    {
        using var manifest = Read(file);
        Assert.Equal(Path.GetFileNameWithoutExtension(file), manifest.RootElement.GetProperty("id").GetString());
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Manifest_NamesAPublicConnector(string file)
    {
        using var manifest = Read(file);
        var connector = manifest.RootElement.GetProperty("connector");
        var name = Path.GetFileName(connector.GetProperty("assembly").GetString()!);
        var assembly = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, name));
        var type = assembly.GetType(connector.GetProperty("type").GetString()!);
        Assert.NotNull(type);
        Assert.True(type.IsPublic, $"{type} is not public.");
        Assert.True(type.IsAssignableTo(typeof(IHostConnector)), $"{type} is no IHostConnector.");
        Assert.NotNull(type.GetConstructor([]));
    }

    /// <summary>A connector that no manifest names cannot be installed.</summary>
    [Fact]
    public void Connectors_AreEachNamedByAManifest()
    {
        var named = Manifests.Select(row => Read(row.Data)).Select(m => m.RootElement.GetProperty("connector").GetProperty("type").GetString());
        var built = Assembly.LoadFrom(Repository.BuiltAssembly("Crm.Connector")).GetExportedTypes()
            .Where(t => t.IsAssignableTo(typeof(IHostConnector))).Select(t => t.FullName);
        Assert.Equal(built.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"name":"x","version":"1","contracts":"x","connector":{"assembly":"a","type":"t"},"signIn":{"service":"none","users":"local"}}""", "$.id is missing")]
    [InlineData("""{"id":"x","name":"x","version":"1","contracts":"x","connector":{"assembly":"a"},"signIn":{"service":"none","users":"local"}}""", "$.connector.type is missing")]
    [InlineData("""{"id":"X","name":"x","version":"1","contracts":"x","connector":{"assembly":"a","type":"t"},"signIn":{"service":"none","users":"local"}}""", "$.id does not match")]
    [InlineData("""{"id":"x","nam":"x","name":"x","version":"1","contracts":"x","connector":{"assembly":"a","type":"t"},"signIn":{"service":"none","users":"local"}}""", "$.nam is unknown")]
    [InlineData("""{"id":"x","name":"x","version":"1","contracts":"x","connector":{"assembly":"a","type":"t"},"signIn":{"service":"none","users":"all"}}""", "$.signIn.users is none of")]
    [InlineData("""{"id":"x","name":5,"version":"1","contracts":"x","connector":{"assembly":"a","type":"t"},"signIn":{"service":"none","users":"local"}}""", "$.name is no string")]
    public void Check_BrokenManifest_IsFound(string manifest, string expected)
    {
        using var document = JsonDocument.Parse(manifest);
        Assert.StartsWith(expected, Assert.Single(SchemaCheck.Problems(document.RootElement, Schema.RootElement)), StringComparison.Ordinal);
    }

    private static JsonDocument Read(string file) => JsonDocument.Parse(File.ReadAllText(Repository.PathOf("manifests", "hosts", file)));
}
