using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Plugin.Features.Mail.Letters;

namespace Crm.Plugin.Features.Sms.Incoming;

/// <summary>A text message as the gateway handed it over.</summary>
/// <param name="Key">The same for every repetition.</param>
/// <param name="Sender">As the gateway wrote it.</param>
/// <param name="Text">Whole.</param>
public sealed record SmsReceived(string Key, string Sender, string Text);

/// <summary>Where a gateway writes what in a request; paths of JSON are parted by dots, names of a form are taken as they are.</summary>
/// <param name="List">Path of the list of messages; "" where a request is one message, or a list itself.</param>
/// <param name="Sender">Of the sender's number.</param>
/// <param name="Text">Of the text.</param>
/// <param name="Id">Of the gateway's number of the message.</param>
public sealed record SmsTemplate(string List, string Sender, string Text, string Id)
{
    public static SmsTemplate Of(SmsGateway gateway) => new(gateway.InList ?? "", gateway.InSender ?? "from", gateway.InText ?? "text", gateway.InId ?? "id");
}

/// <summary>Reads what gateways report. No clock, no database, no files.</summary>
public static class SmsInRule
{
    /// <summary>Characters of the gateway's number of a message.</summary>
    public const int LongestId = 200;

    /// <summary>Characters of the sender.</summary>
    public const int LongestSender = 40;

    /// <summary>The messages of a JSON body; null with the path of what is missing.</summary>
    public static IReadOnlyList<SmsReceived>? FromJson(JsonElement body, SmsTemplate template, out string? missing)
    {
        string? lacks = null;
        var messages = Each(body, template.List, find => Of(find, template, out lacks), out missing);
        missing ??= messages is null ? lacks : null;
        return messages;
    }

    /// <summary>The items of a JSON body, each read by its paths; null when the list or one of an item's values is missing.</summary>
    /// <param name="body">Of a request.</param>
    /// <param name="list">Path of the list; "" where the body is the list, or one item.</param>
    /// <param name="read">Makes an item, or null.</param>
    /// <param name="missing">The list's path when that is missing; null else.</param>
    internal static IReadOnlyList<T>? Each<T>(JsonElement body, string list, Func<Func<string, string?>, T?> read, out string? missing)
        where T : class
    {
        missing = null;
        if ((list.Length == 0 ? body : At(body, list)) is not { } place)
        {
            missing = list;
            return null;
        }

        var items = new List<T>();
        foreach (var one in place.ValueKind == JsonValueKind.Array ? [.. place.EnumerateArray()] : new[] { place })
        {
            if (read(path => Text(At(one, path))) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }

        return items;
    }

    /// <summary>A value of a JSON body by its path; null where there is none.</summary>
    internal static string? Value(JsonElement body, string path) => Text(At(body, path));

    /// <summary>One message out of named values; null with the name of what is missing.</summary>
    /// <param name="find">Null where there is no such value.</param>
    /// <param name="template">Which name is what.</param>
    /// <param name="missing">Name of the first value that is not there or is too long.</param>
    public static SmsReceived? Of(Func<string, string?> find, SmsTemplate template, out string? missing)
    {
        var (id, sender, text) = (find(template.Id)?.Trim(), find(template.Sender)?.Trim(), find(template.Text));
        missing = id is not { Length: > 0 and <= LongestId } ? template.Id : sender is not { Length: > 0 and <= LongestSender } ? template.Sender : text is null ? template.Text : null;
        return missing is null ? new("http:" + id, sender!, text!) : null;
    }

    /// <summary>
    /// A file as programs for modems lay it down (smstools): lines "Name: value", an empty line, the text. Null when there is no sender or
    /// no empty line. Its number is made of name and content, so the same file comes in once.
    /// </summary>
    public static SmsReceived? FromFile(string name, byte[] content)
    {
        var (head, body) = Split(content);
        if (head is null)
        {
            return null;
        }

        var headers = Encoding.Latin1.GetString(head).ReplaceLineEndings("\n").Split('\n').Select(l => l.Split(':', 2)).Where(p => p.Length == 2).GroupBy(p => p[0].Trim().ToUpperInvariant()).ToDictionary(g => g.Key, g => g.First()[1].Trim());
        if (headers.GetValueOrDefault("FROM") is not { Length: > 0 and <= LongestSender } sender)
        {
            return null;
        }

        var text = headers.GetValueOrDefault("ALPHABET")?.ToUpperInvariant() switch
        {
            "UCS2" or "UCS-2" or "UNICODE" => Encoding.BigEndianUnicode.GetString(body),
            "ISO" or "LATIN" => OctetText.Decode(body, "iso-8859-15"),
            _ => OctetText.Decode(body, null),
        };
        var hash = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), 0, .. content]));
        return new("file:" + hash, sender, text.TrimEnd('\r', '\n'));
    }

    private static (byte[]? Head, byte[] Body) Split(byte[] content)
    {
        foreach (var gap in (byte[][])[[.. "\r\n\r\n"u8], [.. "\n\n"u8]])
        {
            if (content.AsSpan().IndexOf(gap) is var at and >= 0)
            {
                return (content[..at], content[(at + gap.Length)..]);
            }
        }

        return (null, []);
    }

    private static JsonElement? At(JsonElement from, string path)
    {
        foreach (var step in path.Split('.'))
        {
            if (from.ValueKind == JsonValueKind.Object && from.TryGetProperty(step, out var inner))
            {
                from = inner;
            }
            else if (from.ValueKind == JsonValueKind.Array && int.TryParse(step, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var no) && no < from.GetArrayLength())
            {
                from = from[no];
            }
            else
            {
                return null;
            }
        }

        return from;
    }

    private static string? Text(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };
}
