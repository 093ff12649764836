using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>
/// Tryton's way to write values as JSON: what JSON has no type for is an object with <c>__class__</c>
/// (Tryton's <c>trytond/protocols/jsonrpc.py</c>).
/// </summary>
internal static class TrytonJson
{
    private const long MicrosecondsPerSecond = 1_000_000;

    /// <summary>Writes text, numbers, flags, dates, time spans, bytes, maps and lists of them.</summary>
    public static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case int number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            case double number: writer.WriteNumberValue(number); break;
            case decimal number: Tagged(writer, "Decimal", w => w.WriteString("decimal"u8, number.ToString(CultureInfo.InvariantCulture))); break;
            case DateOnly day: Tagged(writer, "date", w => Day(w, day.Year, day.Month, day.Day)); break;
            case DateTimeOffset moment: Tagged(writer, "datetime", w => Moment(w, moment.UtcDateTime)); break;
            case TimeSpan span: Tagged(writer, "timedelta", w => w.WriteNumber("seconds"u8, span.TotalSeconds)); break;
            case JsonElement element: element.WriteTo(writer); break;
            case byte[] bytes: Tagged(writer, "bytes", w => w.WriteBase64String("base64"u8, bytes)); break;
            case IReadOnlyDictionary<string, object?> map: Map(writer, map); break;
            case IEnumerable list: List(writer, list); break;
            default: throw new ArgumentException($"Tryton has no encoding for {value.GetType().Name}.", nameof(value));
        }
    }

    /// <exception cref="FormatException">Not a decimal.</exception>
    public static decimal ReadDecimal(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetDecimal(out var exact) ? exact : (decimal)value.GetDouble(),
        JsonValueKind.Object when Class(value) == "Decimal" => decimal.Parse(value.GetProperty("decimal"u8).GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture),
        _ => throw new FormatException("is not a decimal"),
    };

    /// <exception cref="FormatException">Not a date.</exception>
    public static DateOnly ReadDate(JsonElement value) => Class(value) is "date" or "datetime"
        ? new DateOnly(Part(value, "year"u8), Part(value, "month"u8), Part(value, "day"u8))
        : throw new FormatException("is not a date");

    /// <summary>Reads an instant as microseconds since 1970 UTC: Tryton's own precision, one number to compare and to keep in cursors.</summary>
    /// <exception cref="FormatException">Not a date and time.</exception>
    public static long ReadStamp(JsonElement value)
    {
        if (Class(value) != "datetime")
            throw new FormatException("is not a date and time");
        var seconds = new DateTimeOffset(
            Part(value, "year"u8), Part(value, "month"u8), Part(value, "day"u8),
            Part(value, "hour"u8), Part(value, "minute"u8), Part(value, "second"u8), TimeSpan.Zero).ToUnixTimeSeconds();
        return seconds * MicrosecondsPerSecond + Part(value, "microsecond"u8);
    }

    /// <exception cref="FormatException">Not a time span.</exception>
    public static TimeSpan ReadSpan(JsonElement value) => Class(value) == "timedelta" && value.GetProperty("seconds"u8).TryGetDouble(out var seconds)
        ? TimeSpan.FromSeconds(seconds)
        : throw new FormatException("is not a time span");

    /// <exception cref="FormatException">Not bytes.</exception>
    public static byte[] ReadBytes(JsonElement value) => Class(value) == "bytes"
        ? Convert.FromBase64String(value.GetProperty("base64"u8).GetString()!)   // line breaks inside are allowed
        : throw new FormatException("is not bytes");

    /// <summary>The instant of a stamp read by <see cref="ReadStamp"/>.</summary>
    public static DateTimeOffset ToInstant(long stamp) => DateTimeOffset.UnixEpoch.AddTicks(stamp * TimeSpan.TicksPerMicrosecond);

    /// <summary>The stamp of an instant, rounded down.</summary>
    public static long ToStamp(DateTimeOffset instant) => (instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static string? Class(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("__class__"u8, out var name) ? name.GetString() : null;

    private static int Part(JsonElement value, ReadOnlySpan<byte> name) =>
        value.TryGetProperty(name, out var part) && part.TryGetInt32(out var number) ? number : throw new FormatException("lacks a part of its date");

    private static void Tagged(Utf8JsonWriter writer, string name, Action<Utf8JsonWriter> parts)
    {
        writer.WriteStartObject();
        writer.WriteString("__class__"u8, name);
        parts(writer);
        writer.WriteEndObject();
    }

    private static void Day(Utf8JsonWriter writer, int year, int month, int day)
    {
        writer.WriteNumber("year"u8, year);
        writer.WriteNumber("month"u8, month);
        writer.WriteNumber("day"u8, day);
    }

    private static void Moment(Utf8JsonWriter writer, DateTime utc)
    {
        Day(writer, utc.Year, utc.Month, utc.Day);
        writer.WriteNumber("hour"u8, utc.Hour);
        writer.WriteNumber("minute"u8, utc.Minute);
        writer.WriteNumber("second"u8, utc.Second);
        writer.WriteNumber("microsecond"u8, utc.Millisecond * 1000 + utc.Microsecond);
    }

    private static void Map(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?> map)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in map)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    private static void List(Utf8JsonWriter writer, IEnumerable list)
    {
        writer.WriteStartArray();
        foreach (var value in list)
            Write(writer, value);
        writer.WriteEndArray();
    }
}
