using System.Globalization;
using System.Text;
using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Writes plans as iCalendar (RFC 5545). No clock, no database.</summary>
public static class ICalendarText
{
    // Section 3.1: octets of a line without its break.
    private const int LineLength = 75;

    /// <summary>A whole calendar; lines end with CRLF and are folded, texts are escaped, times are in UTC.</summary>
    /// <param name="name">What the reading calendar calls it.</param>
    /// <param name="events">Plan and what it is called.</param>
    /// <param name="root">Address of the CRM, for the link to each; ends with a slash.</param>
    /// <param name="now">The present instant: DTSTAMP.</param>
    /// <param name="internals">Internal plans and what they are called.</param>
    /// <param name="zone">The reader's: the days of an absence are its days.</param>
    public static string Write(
        string name, IEnumerable<(InteractionEntry Entry, string Heading)> events, Uri root, DateTimeOffset now, IEnumerable<(InternalLine Line, string Title)>? internals = null, TimeZoneInfo? zone = null)
    {
        var text = new StringBuilder();
        Line(text, "BEGIN:VCALENDAR");
        Line(text, "VERSION:2.0");
        Line(text, "PRODID:-//CRM plugin//Plans//EN");
        Line(text, "CALSCALE:GREGORIAN");
        Line(text, "METHOD:PUBLISH");
        Line(text, "X-WR-CALNAME:" + Escape(name));
        foreach (var (entry, heading) in events)
        {
            Line(text, "BEGIN:VEVENT");
            // The same for ever, and another in another CRM.
            Line(text, string.Create(CultureInfo.InvariantCulture, $"UID:interaction-{entry.Id}@{root.Host}"));
            Line(text, "DTSTAMP:" + Utc(now));
            Line(text, "DTSTART:" + Utc(entry.At));
            Line(text, "DTEND:" + Utc(entry.PlannedEnd > entry.At ? entry.PlannedEnd.Value : entry.At + InteractionRule.UsualMeeting));
            Line(text, string.Create(CultureInfo.InvariantCulture, $"SEQUENCE:{entry.Version}"));
            Line(text, "SUMMARY:" + Escape($"{entry.CounterpartyName}: {heading}"));
            if (entry.Content is { } content)
            {
                Line(text, "DESCRIPTION:" + Escape(content));
            }

            if (entry.Room is { } room)
            {
                Line(text, "LOCATION:" + Escape(room));
            }

            Line(text, "URL:" + new Uri(root, string.Create(CultureInfo.InvariantCulture, $"interactions/{entry.Id}")).AbsoluteUri);
            Line(text, "STATUS:CONFIRMED");
            Line(text, "END:VEVENT");
        }

        foreach (var (line, title) in internals ?? [])
        {
            Internal(text, line.Plan, title, root, now, zone ?? TimeZoneInfo.Utc);
        }

        Line(text, "END:VCALENDAR");
        return text.ToString();
    }

    private static void Internal(StringBuilder text, InternalPlan plan, string title, Uri root, DateTimeOffset now, TimeZoneInfo zone)
    {
        Line(text, "BEGIN:VEVENT");
        Line(text, string.Create(CultureInfo.InvariantCulture, $"UID:internal-{plan.Id}@{root.Host}"));
        Line(text, "DTSTAMP:" + Utc(now));
        // Section 3.6.1: of days alone, the end is the day behind the last.
        Line(text, plan.IsAbsence ? "DTSTART;VALUE=DATE:" + Day(plan.StartsAt, zone) : "DTSTART:" + Utc(plan.StartsAt));
        Line(text, plan.IsAbsence ? "DTEND;VALUE=DATE:" + Day(plan.EndsAt, zone) : "DTEND:" + Utc(plan.EndsAt));
        Line(text, string.Create(CultureInfo.InvariantCulture, $"SEQUENCE:{plan.Version}"));
        Line(text, "SUMMARY:" + Escape(title));
        if (plan.Content is { } content)
        {
            Line(text, "DESCRIPTION:" + Escape(content));
        }

        if (plan.Room is { } room)
        {
            Line(text, "LOCATION:" + Escape(room));
        }

        Line(text, "URL:" + new Uri(root, string.Create(CultureInfo.InvariantCulture, $"calendar/internal/{plan.Id}")).AbsoluteUri);
        Line(text, "STATUS:CONFIRMED");
        Line(text, "END:VEVENT");
    }

    private static string Day(DateTimeOffset instant, TimeZoneInfo zone) => LocalTime.DayOf(instant, zone).ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>Section 3.3.11: backslash, semicolon and comma get a backslash, a line break becomes \n; other control letters are left out.</summary>
    public static string Escape(string text)
    {
        var result = new StringBuilder(text.Length + 8);
        foreach (var c in text.ReplaceLineEndings("\n"))
        {
            switch (c)
            {
                case '\\' or ';' or ',':
                    result.Append('\\').Append(c);
                    break;
                case '\n':
                    result.Append("\\n");
                    break;
                case '\t':
                    result.Append(' ');
                    break;
                default:
                    if (!char.IsControl(c))
                        result.Append(c);
                    break;
            }
        }

        return result.ToString();
    }

    /// <summary>Section 3.1: at most 75 octets a line; a longer one goes on behind a break and a blank, never within a letter.</summary>
    internal static void Line(StringBuilder to, string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > LineLength)
            {
                to.Append("\r\n ");
                octets = 1;
            }

            to.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }

        to.Append("\r\n");
    }

    private static string Utc(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}
