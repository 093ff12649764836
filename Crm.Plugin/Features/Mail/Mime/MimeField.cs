using System.Text;

namespace Crm.Plugin.Features.Mail.Mime;

/// <summary>A value with parameters, such as Content-Type; parameters as RFC 2045 writes them, and as RFC 2231 continues and encodes them.</summary>
internal sealed class MimeField
{
    private readonly Dictionary<string, string> parameters = new(StringComparer.OrdinalIgnoreCase);

    private MimeField(string value) => Value = value;

    /// <summary>In small letters.</summary>
    public string Value { get; }

    public string? this[string name] => parameters.GetValueOrDefault(name);

    public static MimeField Parse(string? raw)
    {
        var text = MimeText.Unfold(raw ?? "");
        var parts = Parts(text);
        var field = new MimeField(parts.Count == 0 ? "" : parts[0].Trim().ToLowerInvariant());
        var pieces = new Dictionary<string, SortedDictionary<int, (string Value, bool IsEncoded)>>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in parts.Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                continue;
            }

            var (name, value) = (part[..equals].Trim(), Unquoted(part[(equals + 1)..].Trim()));
            var star = name.IndexOf('*', StringComparison.Ordinal);
            if (star < 0)
            {
                field.parameters.TryAdd(name, MimeText.Words(value));
                continue;
            }

            var number = int.TryParse(name[(star + 1)..].TrimEnd('*'), System.Globalization.CultureInfo.InvariantCulture, out var n) ? n : 0;
            if (!pieces.TryGetValue(name[..star], out var list))
            {
                pieces[name[..star]] = list = [];
            }

            list[number] = (value, name.EndsWith('*'));
        }

        foreach (var (name, list) in pieces)
        {
            field.parameters[name] = Joined(list.Values);
        }

        return field;
    }

    private static string Joined(IEnumerable<(string Value, bool IsEncoded)> pieces)
    {
        var octets = new MemoryStream();
        string? charset = null;
        foreach (var (value, isEncoded) in pieces)
        {
            var text = value;
            if (isEncoded && charset is null && text.Split('\'', 3) is [var set, _, var rest])
            {
                (charset, text) = (set, rest);
            }

            octets.Write(isEncoded ? Percent(text) : MimeText.Latin(text));
        }

        return MimeText.Decode(octets.ToArray(), charset);
    }

    private static byte[] Percent(string text)
    {
        var result = new MemoryStream();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture, out var octet))
            {
                result.WriteByte(octet);
                i += 2;
            }
            else
            {
                result.WriteByte((byte)text[i]);
            }
        }

        return result.ToArray();
    }

    /// <summary>Without quotes and what escapes them.</summary>
    public static string Unquoted(string value)
    {
        if (!value.StartsWith('"'))
        {
            return value;
        }

        var result = new StringBuilder();
        for (var i = 1; i < value.Length && value[i] != '"'; i++)
        {
            i += value[i] == '\\' && i + 1 < value.Length ? 1 : 0;
            result.Append(value[i]);
        }

        return result.ToString();
    }

    private static List<string> Parts(string text)
    {
        var (parts, start, quoted) = (new List<string>(), 0, false);
        for (var i = 0; i < text.Length && parts.Count < 200; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (text[i] == ';' && !quoted)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[Math.Min(start, text.Length)..]);
        return parts;
    }
}
