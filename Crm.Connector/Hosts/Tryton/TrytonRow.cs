using System.Text.Json;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>A field of a row is not what Tryton's model says; names the field, not its value.</summary>
internal sealed class TrytonRowException(string field, string reason) : Exception($"Field {field} {reason}.");

/// <summary>One row of a <c>search_read</c>. Every getter throws <see cref="TrytonRowException"/> when the value is of another kind.</summary>
internal readonly struct TrytonRow(JsonElement row)
{
    public static readonly string[] Stamps = ["create_date", "write_date"];

    /// <summary>The record's id.</summary>
    public long Id => Reference("id") ?? throw new TrytonRowException("id", "is missing");

    /// <summary>The later of both stamps in microseconds; zero when the row has none (made by Tryton's set-up).</summary>
    public long Stamp => Moment("write_date") ?? Moment("create_date") ?? 0;

    /// <summary>True when the field is empty or was not asked for.</summary>
    public bool IsNull(string field) => Value(field) is null;

    /// <summary>The text without surrounding blanks; null when empty.</summary>
    public string? Text(string field) => Value(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Trim() is { Length: > 0 } trimmed ? trimmed : null,
        _ => throw new TrytonRowException(field, "is not text"),
    };

    public bool Flag(string field) => Value(field) is not { } value || value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new TrytonRowException(field, "is not true or false"),
    };

    /// <summary>Id of the record that a many-to-one field points to.</summary>
    public long? Reference(string field) => Value(field) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var id) ? id : throw new TrytonRowException(field, "is not a record id");

    public long Required(string field) => Reference(field) ?? throw new TrytonRowException(field, "is empty");

    /// <summary>Ids of a to-many field.</summary>
    public IReadOnlyList<long> References(string field) => Value(field) is not { } value
        ? []
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(i => i.ValueKind == JsonValueKind.Number && i.TryGetInt64(out _))
            ? [.. value.EnumerateArray().Select(i => i.GetInt64())]
            : throw new TrytonRowException(field, "is not a list of record ids");

    /// <summary>Id behind a "model,id" reference when it names this model.</summary>
    public long? ReferenceTo(string field, string model)
    {
        var text = Text(field);
        return text is not null && text.StartsWith(model, StringComparison.Ordinal) && text.Length > model.Length && text[model.Length] == ','
            && long.TryParse(text.AsSpan(model.Length + 1), out var id) ? id : null;
    }

    public decimal? Number(string field) => Read(field, TrytonJson.ReadDecimal, "is not a number");

    public DateOnly? Day(string field) => Read(field, TrytonJson.ReadDate, "is not a date");

    public TimeSpan? Span(string field) => Read(field, TrytonJson.ReadSpan, "is not a time span");

    public long? Moment(string field) => Read(field, TrytonJson.ReadStamp, "is not a date and time");

    private JsonElement? Value(string field) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private T? Read<T>(string field, Func<JsonElement, T> read, string otherwise) where T : struct
    {
        if (Value(field) is not { } value)
            return null;
        try
        {
            return read(value);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            throw new TrytonRowException(field, otherwise);
        }
    }
}
