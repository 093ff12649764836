using System.Globalization;
using System.Text.Json;

namespace Crm.Plugin.Mirror.Connectors;

/// <summary>One object of a manifest; every complaint names file and field.</summary>
internal sealed class ManifestObject
{
    private readonly string source;
    private readonly string path;
    private readonly JsonElement element;

    public ManifestObject(string source, string path, JsonElement element)
    {
        this.source = source;
        this.path = path;
        this.element = element.ValueKind == JsonValueKind.Object
            ? element
            : throw new ManifestException($"{source}: {(path.Length == 0 ? "the file" : path.TrimEnd('.'))} must be an object");
    }

    public IEnumerable<string> Names => element.EnumerateObject().Select(p => p.Name);

    public void AllowOnly(params string[] names)
    {
        foreach (var name in Names)
        {
            if (!names.Contains(name, StringComparer.Ordinal))
            {
                throw new ManifestException($"{source}: {path}{name} is not a known property (known: {string.Join(", ", names)})");
            }
        }
    }

    public ManifestException Missing(string name) => new($"{source}: {path}{name} is missing");

    public ManifestException Wrong(string name, string rule) => new($"{source}: {path}{name} {rule}");

    public string Text(string name) =>
        element.TryGetProperty(name, out var value)
            ? value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : throw Wrong(name, "must be a text that is not empty")
            : throw Missing(name);

    public string OneOf(string name, string[] allowed, string? otherwise)
    {
        if (otherwise is not null && !element.TryGetProperty(name, out _))
        {
            return otherwise;
        }

        var value = Text(name);
        return allowed.Contains(value, StringComparer.Ordinal) ? value : throw Wrong(name, $"must be one of {string.Join(", ", allowed)}");
    }

    public bool Flag(string name) =>
        element.TryGetProperty(name, out var value)
        && (value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, "must be true or false"));

    public TimeSpan Time(string name, TimeSpan otherwise)
    {
        if (!element.TryGetProperty(name, out _))
        {
            return otherwise;
        }

        return TimeSpan.TryParseExact(Text(name), @"hh\:mm\:ss", CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero
            ? time
            : throw Wrong(name, "must be a time of at least a second as hh:mm:ss");
    }

    public ManifestObject? Object(string name) =>
        element.TryGetProperty(name, out var value) ? new(source, $"{path}{name}.", value) : null;

    public IEnumerable<ManifestObject> List(string name) =>
        !element.TryGetProperty(name, out var value) ? throw Missing(name)
        : value.ValueKind != JsonValueKind.Array ? throw Wrong(name, "must be a list")
        : value.EnumerateArray().Select((item, i) => new ManifestObject(source, $"{path}{name}[{i.ToString(CultureInfo.InvariantCulture)}].", item));

    /// <summary>A list of texts; null when it is not there.</summary>
    public IReadOnlyList<string>? Texts(string name) =>
        !element.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(i => i.ValueKind == JsonValueKind.String && i.GetString() is { Length: > 0 })
            ? [.. value.EnumerateArray().Select(i => i.GetString()!)]
            : throw Wrong(name, "must be a list of texts that are not empty");

    /// <summary>Nested objects and lists with ':' between the names; null as "".</summary>
    public Dictionary<string, string> Flatten()
    {
        var result = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Flatten(element, "", result);
        return result;
    }

    private static void Flatten(JsonElement value, string name, Dictionary<string, string> result)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    Flatten(property.Value, name.Length == 0 ? property.Name : $"{name}:{property.Name}", result);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    Flatten(item, $"{name}:{(index++).ToString(CultureInfo.InvariantCulture)}", result);
                }

                break;
            case JsonValueKind.String:
                result[name] = value.GetString()!;
                break;
            case JsonValueKind.True or JsonValueKind.False:
                result[name] = value.GetBoolean() ? "true" : "false";
                break;
            default:
                result[name] = value.ValueKind == JsonValueKind.Null ? "" : value.GetRawText();
                break;
        }
    }
}
