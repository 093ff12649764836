using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
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
        var problems = new List<string>();
        Check(manifest.RootElement, Schema.RootElement, "$", problems);
        Assert.Empty(problems);
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
        var problems = new List<string>();
        Check(document.RootElement, Schema.RootElement, "$", problems);
        Assert.StartsWith(expected, Assert.Single(problems), StringComparison.Ordinal);
    }

    private static JsonDocument Read(string file) => JsonDocument.Parse(File.ReadAllText(Repository.PathOf("manifests", "hosts", file)));

    /// <summary>The keywords that host.schema.json uses, and no others.</summary>
    private static void Check(JsonElement value, JsonElement schema, string path, List<string> problems)
    {
        if (schema.TryGetProperty("type", out var type) && !IsOf(value, type.GetString()!))
        {
            problems.Add($"{path} is no {type.GetString()}");
            return;
        }

        if (schema.TryGetProperty("enum", out var choices) && !choices.EnumerateArray().Any(c => c.GetString() == value.GetString()))
        {
            problems.Add($"{path} is none of {choices}");
        }

        if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(value.GetString()!, pattern.GetString()!))
        {
            problems.Add($"{path} does not match {pattern.GetString()}");
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            CheckObject(value, schema, path, problems);
        }
        else if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var item))
        {
            foreach (var (i, element) in value.EnumerateArray().Index())
            {
                Check(element, item, $"{path}[{i}]", problems);
            }
        }
    }

    private static void CheckObject(JsonElement value, JsonElement schema, string path, List<string> problems)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            problems.AddRange(required.EnumerateArray().Select(r => r.GetString()!).Where(r => !value.TryGetProperty(r, out _)).Select(r => $"{path}.{r} is missing"));
        }

        foreach (var property in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out var known) && known.TryGetProperty(property.Name, out var rule))
            {
                Check(property.Value, rule, $"{path}.{property.Name}", problems);
            }
            else if (schema.TryGetProperty("additionalProperties", out var other))
            {
                if (other.ValueKind == JsonValueKind.False)
                {
                    problems.Add($"{path}.{property.Name} is unknown");
                }
                else if (other.ValueKind == JsonValueKind.Object)
                {
                    Check(property.Value, other, $"{path}.{property.Name}", problems);
                }
            }
        }
    }

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => throw new NotSupportedException($"The schema uses the type {type}, which this check does not know."),
    };
}
