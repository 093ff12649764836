using System.Globalization;
using System.Text;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Calls;

/// <summary>One line of an exchange's call log that could be read.</summary>
/// <param name="Key">The exchange's name of the call; where the file has none, made of number and time, so that the same line is always the same call.</param>
public sealed record CallRecord(string Key, string Line, CallDirection Direction, string Number, string Digits, DateTimeOffset RangAt, DateTimeOffset? AnsweredAt, DateTimeOffset EndedAt, string? Disposition);

/// <summary>A line of the file: the call, or why it is none.</summary>
/// <param name="No">As an editor counts them, from 1.</param>
public sealed record CallRecordRow(int No, CallRecord? Call, string? Wrong);

/// <summary>Reads call logs as exchanges write them: CSV with headings, such as Asterisk's CDR. No clock, no database.</summary>
public static class CallRecordFile
{
    /// <summary>Most lines of one file.</summary>
    public const int Most = 100_000;

    // What exchanges call their columns; the first that is there counts.
    private static readonly (string Field, string[] Names)[] Columns =
    [
        ("key", ["linkedid", "uniqueid", "callid", "call id", "id"]), ("start", ["start", "calldate", "date", "time", "started"]), ("answer", ["answer", "answered"]), ("end", ["end", "ended"]),
        ("duration", ["duration"]), ("billsec", ["billsec", "talk"]), ("src", ["src", "from", "caller", "number"]), ("dst", ["dst", "to", "called", "extension"]),
        ("disposition", ["disposition", "status", "result"]), ("direction", ["direction"]), ("channel", ["channel"]), ("dstchannel", ["dstchannel"]),
    ];

    private static readonly string[] Times = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm", "dd.MM.yyyy HH:mm:ss", "dd.MM.yyyy HH:mm"];

    /// <summary>UTF-8 where it can be, else windows-1251; without what no database keeps.</summary>
    public static string Decode(byte[] bytes)
    {
        try
        {
            return CleanText.Of(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\ufeff'));
        }
        catch (DecoderFallbackException)
        {
            return CleanText.Of(CodePagesEncodingProvider.Instance.GetEncoding(1251)!.GetString(bytes));
        }
    }

    /// <param name="text">The whole file.</param>
    /// <param name="zone">Of the exchange's clock.</param>
    /// <param name="lines">Extensions of the company: a call from one of them goes out; so does one from any other short number to a long one.</param>
    /// <returns>A row for each line with anything in it; or why the file as a whole cannot be read.</returns>
    public static (IReadOnlyList<CallRecordRow> Rows, Refusal? Refusal) Read(string text, TimeZoneInfo zone, IReadOnlySet<string> lines)
    {
        var first = text.AsSpan();
        first = first[..(first.IndexOf('\n') is >= 0 and var end ? end : first.Length)];
        char separator = ',';
        var most = 0;
        foreach (var candidate in (char[])[',', ';', '\t', '|'])
        {
            if (first.Count(candidate) > most)
            {
                (separator, most) = (candidate, first.Count(candidate));
            }
        }

        using var records = Records(text, separator).GetEnumerator();
        if (!records.MoveNext())
        {
            return ([], new("file", CallTexts.FileEmpty));
        }

        var headings = records.Current.Cells.Select(c => c.Trim().ToLowerInvariant()).ToList();
        var places = Columns.ToDictionary(c => c.Field, c => c.Names.Select(n => headings.IndexOf(n)).FirstOrDefault(i => i >= 0, -1));
        if (new[] { "start", "src", "dst" }.FirstOrDefault(f => places[f] < 0) is { } missing)
        {
            return ([], new("file", CallTexts.NoColumn, missing));
        }

        var rows = new List<CallRecordRow>();
        while (records.MoveNext())
        {
            var (no, cells) = records.Current;
            if (cells.All(string.IsNullOrWhiteSpace))
            {
                continue;
            }

            if (rows.Count == Most)
            {
                return ([], new("file", CallTexts.TooMany, Most));
            }

            rows.Add(Row(no, field => places[field] is >= 0 and var i && i < cells.Count ? cells[i].Trim() : "", zone, lines));
        }

        return (rows, rows.Count == 0 ? new("file", CallTexts.FileEmpty) : null);
    }

    private static CallRecordRow Row(int no, Func<string, string> cell, TimeZoneInfo zone, IReadOnlySet<string> lines)
    {
        if (Time(cell("start"), zone) is not { } start)
        {
            return new(no, null, CallTexts.BadStart);
        }

        var (src, dst) = (cell("src"), cell("dst"));
        var isOutgoing = cell("direction").StartsWith("out", StringComparison.OrdinalIgnoreCase) || (cell("direction").Length == 0 && (lines.Contains(src) || (IsShort(src) && !IsShort(dst))));
        var (line, number) = isOutgoing ? (src, dst) : (lines.Contains(dst) ? dst : Device(cell("dstchannel")) is { Length: > 0 } device ? device : dst, src);
        if (line.Length is 0 or > 100 || number.Length > 100 || cell("key").Length > 100 || cell("disposition").Length > 50)
        {
            return new(no, null, CallTexts.BadParties);
        }

        var digits = PhoneDigits.Normalise(number);
        if (!Seconds(cell("duration"), out var duration) || !Seconds(cell("billsec"), out var talk))
        {
            return new(no, null, CallTexts.BadSeconds);
        }

        var ended = Time(cell("end"), zone) ?? start.AddSeconds(duration ?? talk ?? 0);
        var disposition = cell("disposition").ToLowerInvariant().Replace(' ', '-');
        var answered = Time(cell("answer"), zone) ?? (disposition is "answered" or "answer" || (disposition.Length == 0 && talk > 0) ? ended.AddSeconds(-(talk ?? 0)) : null);
        if (ended < start || answered < start || answered > ended)
        {
            return new(no, null, CallTexts.BadOrder);
        }

        var key = cell("key") is { Length: > 0 } given ? given : string.Create(CultureInfo.InvariantCulture, $"cdr:{digits}:{start.ToUnixTimeSeconds()}");
        return new(no, new(key, line, isOutgoing ? CallDirection.Outgoing : CallDirection.Incoming, digits.Length == 0 ? "" : number, digits, start, answered, ended, disposition.Length == 0 ? null : disposition), null);
    }

    /// <summary>As long as extensions are; numbers of other companies are longer.</summary>
    private static bool IsShort(string number) => number.Length is >= 2 and <= 5 && number.All(char.IsAsciiDigit);

    /// <summary>"PJSIP/101-0000002a" is the device 101.</summary>
    private static string Device(string channel) =>
        channel.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && channel.LastIndexOf('-') is var dash && dash > slash + 1 ? channel[(slash + 1)..dash] : "";

    private static bool Seconds(string text, out int? seconds)
    {
        seconds = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 86_400 ? number : null;
        return text.Length == 0 || seconds is not null;
    }

    private static DateTimeOffset? Time(string text, TimeZoneInfo zone) =>
        DateTime.TryParseExact(text, Times, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) && local.Year is >= 2000 and < 2100 ? LocalTime.ToInstant(local, zone)
        : text.EndsWith('Z') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var instant) && instant.Year is >= 2000 and < 2100 ? instant.ToUniversalTime() : null;

    /// <summary>RFC 4180, with the separator that was found.</summary>
    private static IEnumerable<(int No, List<string> Cells)> Records(string text, char separator)
    {
        var (cells, cell, quoted, no, begun) = (new List<string>(), new StringBuilder(), false, 1, 1);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                {
                    cell.Append('"');
                    i++;
                }
                else if (c == '"')
                {
                    quoted = false;
                }
                else
                {
                    no += c == '\n' ? 1 : 0;
                    cell.Append(c);
                }
            }
            else if (c == '"' && cell.Length == 0)
            {
                quoted = true;
            }
            else if (c == separator || c == '\n')
            {
                cells.Add(cell.ToString().TrimEnd('\r'));
                cell.Clear();
                if (c == '\n')
                {
                    yield return (begun, cells);
                    cells = [];
                    begun = ++no;
                }
            }
            else
            {
                cell.Append(c);
            }
        }

        if (cell.Length > 0 || cells.Count > 0)
        {
            cells.Add(cell.ToString().TrimEnd('\r'));
            yield return (begun, cells);
        }
    }
}
