using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Crm.Plugin.Features.Administration;

/// <summary>What an audit entry says beyond its code.</summary>
internal static class AuditDetail
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>{"role":"SalesManager"}; a changed value is an array of old and new.</summary>
    public static string Of(params IEnumerable<(string Name, object? Value)> values) =>
        JsonSerializer.Serialize(values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal), Readable);

    /// <summary>What a person reads: a line for each field; text that is no object of JSON is one line without a name.</summary>
    public static IReadOnlyList<AuditLine> Lines(string? detail)
    {
        if (string.IsNullOrEmpty(detail))
        {
            return [];
        }

        if (!detail.StartsWith('{'))
        {
            return [new(null, detail)];
        }

        try
        {
            using var document = JsonDocument.Parse(detail);
            return [.. document.RootElement.EnumerateObject().Select(field => Line(field.Name, field.Value))];
        }
        catch (JsonException)
        {
            return [new(null, detail)]; // an older version may have kept anything
        }
    }

    private static AuditLine Line(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && value.EnumerateArray().All(v => v.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
            ? new(name, Text(value[1]), Text(value[0]))
            : new(name, Text(value));

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
        _ => value.GetRawText(),
    };
}

/// <summary>One line of what an audit entry says.</summary>
/// <param name="Name">The field's, as the API names it; null when it is no field.</param>
/// <param name="Value">As it is now; null for nothing.</param>
/// <param name="Before">What it replaced; null for nothing.</param>
internal sealed record AuditLine(string? Name, string? Value, string? Before = null);
