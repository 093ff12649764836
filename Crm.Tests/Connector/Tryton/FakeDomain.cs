using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crm.Tests.Connector.Tryton;

/// <summary>Tryton's search domains as far as the connector uses them. Clauses with a dotted field hold for every row.</summary>
internal static class FakeDomain
{
    public static List<JsonObject> Select(List<JsonObject> rows, JsonArray domain) =>
        [.. rows.Where(r => Holds(r, domain)).OrderBy(r => Text(r["id"]), StringComparer.Ordinal)];

    private static bool Holds(JsonObject row, JsonArray domain)
    {
        if (domain.Count == 0)
            return true;
        if (domain[0] is JsonValue first && first.TryGetValue<string>(out var word))
        {
            return word is "OR" ? domain.Skip(1).Any(d => Holds(row, (JsonArray)d!))
                : word is "AND" ? domain.Skip(1).All(d => Holds(row, (JsonArray)d!))
                : Compare(row, word, (string)domain[1]!, domain[2]);
        }

        return domain.All(d => Holds(row, (JsonArray)d!));
    }

    private static bool Compare(JsonObject row, string field, string comparison, JsonNode? value)
    {
        if (field.Contains('.', StringComparison.Ordinal))
            return true;
        var own = row[field];
        return comparison switch
        {
            "=" => Text(own) == Text(value),
            "in" => ((JsonArray)value!).Any(v => Text(v) == Text(own)),
            ">" => own is not null && string.CompareOrdinal(Text(own), Text(value)) > 0,
            ">=" => own is not null && string.CompareOrdinal(Text(own), Text(value)) >= 0,
            "like" => Text(own)?.StartsWith(Text(value)!.TrimEnd('%'), StringComparison.Ordinal) == true,
            _ => throw new InvalidOperationException($"The fake does not know {comparison}."),
        };
    }

    /// <summary>Comparable as text: numbers and instants padded.</summary>
    private static string? Text(JsonNode? value) => value switch
    {
        null => null,
        JsonObject o when (string?)o["__class__"] == "datetime" => string.Join(
            '.', ((string[])["year", "month", "day", "hour", "minute", "second", "microsecond"]).Select(p => ((int)o[p]!).ToString("D6", CultureInfo.InvariantCulture))),
        JsonValue v when v.GetValueKind() == JsonValueKind.Number => v.ToString().PadLeft(12, '0'),
        _ => value.ToString(),
    };
}
