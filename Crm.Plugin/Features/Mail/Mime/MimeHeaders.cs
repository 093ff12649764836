using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Crm.Plugin.Features.Mail.Mime;

/// <summary>A name and an address.</summary>
public sealed record MimeMailbox(string? Name, string Address);

/// <summary>The headers of one part, octets as Latin-1, in their order.</summary>
internal sealed partial class MimeHeaders
{
    private const int MostOctets = 256 << 10;
    private const int MostHeaders = 2_000;
    private readonly List<(string Name, string Value)> all = [];

    /// <summary>Reads up to the empty line; where there are more than anybody writes, the rest is passed over.</summary>
    /// <returns>Where the body begins.</returns>
    public int Read(byte[] raw, int start, int end)
    {
        var at = start;
        while (at < end)
        {
            var line = Array.IndexOf(raw, (byte)'\n', at, end - at);
            var (next, stop) = line < 0 ? (end, end) : (line + 1, line);
            if (stop > at && raw[stop - 1] == '\r')
            {
                stop--;
            }

            if (stop == at)
            {
                return next;
            }

            if (at - start < MostOctets && all.Count < MostHeaders)
            {
                Take(Encoding.Latin1.GetString(raw, at, stop - at));
            }

            at = next;
        }

        return end;
    }

    /// <summary>The first of a name; null when there is none.</summary>
    public string? this[string name] => all.Find(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Decoded; null when there is none or it is blank.</summary>
    public string? Text(string name) => this[name] is { } raw && MimeText.Words(raw).Trim() is { Length: > 0 } text ? text : null;

    /// <summary>Message-IDs without brackets, at most a hundred.</summary>
    public IReadOnlyList<string> Ids(string name) => this[name] is { } raw ? [.. Id().Matches(raw).Select(m => m.Groups[1].Value).Where(i => i.Length <= 500).TakeLast(100)] : [];

    /// <summary>Addresses of all headers of a name; names decoded, comments and groups passed over.</summary>
    public IReadOnlyList<MimeMailbox> Mailboxes(string name)
    {
        var found = new List<MimeMailbox>();
        foreach (var (_, value) in all.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var part in Split(MimeText.Unfold(value)).Take(500))
            {
                if (Mailbox(part) is { } mailbox)
                {
                    found.Add(mailbox);
                }
            }
        }

        return found;
    }

    /// <summary>The Date header; null when it cannot be understood.</summary>
    public DateTimeOffset? Date()
    {
        var match = Moment().Match(this["Date"] ?? "");
        if (!match.Success)
        {
            return null;
        }

        var year = int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture);
        var text = string.Create(CultureInfo.InvariantCulture, $"{match.Groups[1].Value} {match.Groups[2].Value} {(year < 50 ? 2000 + year : year < 1000 ? 1900 + year : year)} {match.Groups[4].Value}:{match.Groups[5].Value}:{(match.Groups[6].Success ? match.Groups[6].Value : "00")}");
        if (!DateTime.TryParseExact(text, "d MMM yyyy H:m:s", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return null;
        }

        var zone = match.Groups[7].Value;
        var offset = zone.Length == 5 && (zone[0] is '+' or '-')
            ? (zone[0] == '-' ? -1 : 1) * new TimeSpan(int.Parse(zone.AsSpan(1, 2), CultureInfo.InvariantCulture), int.Parse(zone.AsSpan(3, 2), CultureInfo.InvariantCulture), 0)
            : TimeSpan.FromHours(zone switch { "EST" => -5, "EDT" => -4, "CST" => -6, "CDT" => -5, "MST" => -7, "MDT" => -6, "PST" => -8, "PDT" => -7, _ => 0 });
        return local.Year is < 1980 or > 2100 || offset.Duration() > TimeSpan.FromHours(14) ? null : new DateTimeOffset(local, offset);
    }

    private void Take(string line)
    {
        if (line[0] is ' ' or '\t')
        {
            if (all.Count > 0)
            {
                all[^1] = (all[^1].Name, $"{all[^1].Value}\r\n{line}");
            }

            return;
        }

        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0)
        {
            all.Add((line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }
    }

    /// <summary>Parts a list at its commas and semicolons, quoted texts and comments left whole.</summary>
    private static IEnumerable<string> Split(string list)
    {
        var (start, quoted, comment) = (0, false, 0);
        for (var i = 0; i < list.Length; i++)
        {
            switch (list[i])
            {
                case '\\':
                    i++;
                    break;
                case '"' when comment == 0:
                    quoted = !quoted;
                    break;
                case '(' when !quoted:
                    comment++;
                    break;
                case ')' when !quoted && comment > 0:
                    comment--;
                    break;
                case ',' or ';' when !quoted && comment == 0:
                    yield return list[start..i];
                    start = i + 1;
                    break;
            }
        }

        if (start < list.Length)
        {
            yield return list[start..];
        }
    }

    private static MimeMailbox? Mailbox(string part)
    {
        var open = part.LastIndexOf('<');
        var close = part.LastIndexOf('>');
        var address = open >= 0 && close > open ? part[(open + 1)..close].Trim() : Comment().Replace(part, "").Trim();
        address = address.StartsWith('@') && address.Contains(':', StringComparison.Ordinal) ? address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..] : address; // a route of old
        address = open < 0 && address.Contains(' ', StringComparison.Ordinal) ? address.Split(' ')[^1] : address;
        address = MimeText.Words(address);
        if (!address.Contains('@', StringComparison.Ordinal) || address.Length > 254)
        {
            return null;
        }

        var name = open > 0 ? MimeText.Words(MimeField.Unquoted(part[..open].Trim())).Trim() : "";
        return new(name.Length == 0 ? null : name, address);
    }

    [GeneratedRegex(@"<\s*([^<>\s]+)\s*>", RegexOptions.NonBacktracking)]
    private static partial Regex Id();

    [GeneratedRegex(@"\([^()]*\)", RegexOptions.NonBacktracking)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{2,4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4}|[A-Z]{1,5})?", RegexOptions.NonBacktracking)]
    private static partial Regex Moment();
}
