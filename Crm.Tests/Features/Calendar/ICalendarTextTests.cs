using System.Text;
using Crm.Plugin.Features.Calendar;
using Crm.Plugin.Features.ContactLog;
using Xunit;

namespace Crm.Tests.Features.Calendar;

public sealed class ICalendarTextTests
{
    [Theory]
    [InlineData("a,b;c\\d", "a\\,b\\;c\\\\d")] // RFC 5545, section 3.3.11
    [InlineData("first\r\nsecond\nthird", "first\\nsecond\\nthird")]
    [InlineData("bell\u0007 tab\tend", "bell tab end")]
    public void Escape_Text(string text, string expected) => Assert.Equal(expected, ICalendarText.Escape(text));

    [Fact]
    public void Line_Longer_IsFoldedBetweenLettersAt75Octets()
    {
        var folded = new StringBuilder();
        ICalendarText.Line(folded, "SUMMARY:" + new string('ж', 100)); // two octets each

        var lines = folded.ToString().Split("\r\n");
        Assert.Equal([74, 75, 61, 0], lines.Select(Encoding.UTF8.GetByteCount)); // 8 + 33 letters; a blank + 37; a blank + 30 … and the end
        Assert.Equal("SUMMARY:" + new string('ж', 100), folded.ToString().Replace("\r\n ", "", StringComparison.Ordinal).TrimEnd());
    }

    [Fact]
    public void Write_APlan_IsOneEventInUtc()
    {
        var entry = new InteractionEntry
        {
            Id = 7, Version = 3, CounterpartyId = 1, CounterpartyName = "ООО «Ромашка», Тверь", Kind = InteractionKind.Meeting, Direction = InteractionDirection.Outgoing, State = InteractionState.Planned,
            Importance = InteractionImportance.Middle, Subject = null, Content = "Взять:\nпрайс; образцы", Result = null, NextStep = null, At = new(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(3)),
            PlannedStart = null, PlannedEnd = new(2026, 3, 1, 13, 30, 0, TimeSpan.FromHours(3)), Minutes = null, PersonName = null, Room = "Переговорная 1", Basis = null, ResponsibleId = 1, ResponsibleName = null,
        };

        var text = ICalendarText.Write("Анна", [(entry, "Встреча")], new Uri("https://crm.example/"), new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(
            """
            BEGIN:VCALENDAR
            VERSION:2.0
            PRODID:-//CRM plugin//Plans//EN
            CALSCALE:GREGORIAN
            METHOD:PUBLISH
            X-WR-CALNAME:Анна
            BEGIN:VEVENT
            UID:interaction-7@crm.example
            DTSTAMP:20260201T000000Z
            DTSTART:20260301T090000Z
            DTEND:20260301T103000Z
            SEQUENCE:3
            SUMMARY:ООО «Ромашка»\, Тверь: Встреча
            DESCRIPTION:Взять:\nпрайс\; образцы
            LOCATION:Переговорная 1
            URL:https://crm.example/interactions/7
            STATUS:CONFIRMED
            END:VEVENT
            END:VCALENDAR

            """.ReplaceLineEndings("\r\n"), text);
    }
}
