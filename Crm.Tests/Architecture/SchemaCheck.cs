using System.Text.Json;
using System.Text.RegularExpressions;

namespace Crm.Tests.Architecture;

/// <summary>Compares a manifest with its schema. Knows the keywords that the schemas of the repository use, and no others.</summary>
internal static class SchemaCheck
{
    /// <summary>What is wrong, each with its place; empty when nothing is.</summary>
    public static IReadOnlyList<string> Problems(JsonElement value, JsonElement schema)
    {
        var problems = new List<string>();
        Check(value, schema, "$", problems);
        return problems;
    }

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
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => throw new NotSupportedException($"The schema uses the type {type}, which this check does not know."),
    };
}
