using System.Globalization;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Reads a form: what it means, and which fields cannot be understood.</summary>
/// <param name="form">As typed.</param>
/// <param name="zone">The user's; the form's times are of its wall clock.</param>
/// <param name="now">The present instant; a next step "in a week" counts from it.</param>
/// <param name="before">The interaction that is edited: a time left untouched stays exactly what it was, seconds and the autumn's second hour included.</param>
public sealed class InteractionFormReader(InteractionForm form, TimeZoneInfo zone, DateTimeOffset now, Interaction? before = null)
{
    private readonly List<Refusal> refusals = [];

    /// <summary>Fields that could not be understood; complete after <see cref="Read"/>.</summary>
    public IReadOnlyList<Refusal> Refusals => refusals;

    /// <summary>The draft; where a field could not be understood it has the usual value.</summary>
    public InteractionDraft Read()
    {
        var state = before?.State ?? Choice("state", InteractionState.Done);
        return new InteractionDraft
        {
            CounterpartyId = Id("counterparty", form["counterparty"], RefusalTexts.NoCounterparty) ?? 0,
            State = state,
            SubmissionKey = before is null ? form.SubmissionKey : null,
            Kind = Choice("kind", InteractionKind.PhoneCall),
            Direction = Choice("direction", InteractionDirection.Outgoing),
            Importance = Choice("importance", InteractionImportance.Middle),
            // The CRM's own persons stand in the same list, with a minus before their number.
            PersonId = form["person"].StartsWith('-') ? null : Id("person", form["person"], RefusalTexts.PersonUnknown),
            CardId = form["person"].StartsWith('-') ? Id("person", form["person"][1..], RefusalTexts.PersonUnknown) : null,
            ResponsibleId = Id("responsible", form["responsible"], RefusalTexts.UserUnknown),
            Subject = form["subject"],
            Content = form["content"],
            Result = form["result"],
            NextStep = form["nextStep"],
            NextAt = state == InteractionState.Done && before is null ? NextAt() : null,
            Minutes = Number("minutes", RefusalTexts.BadMinutes),
            // The quick form shows both pairs of times; those of the other state do not count.
            PlannedStart = state == InteractionState.Planned || before is not null ? Time("plannedStart", before?.PlannedStart) : null,
            PlannedEnd = state == InteractionState.Planned || before is not null ? Time("plannedEnd", before?.PlannedEnd) : null,
            StartedAt = state == InteractionState.Planned ? null : Time("startedAt", before?.StartedAt),
            EndedAt = state == InteractionState.Planned ? null : Time("endedAt", before?.EndedAt),
            Source = form["source"],
            Basis = form["basis"],
            Project = form["project"],
            Territory = form["territory"],
            Channel = form["channel"],
            Room = form["room"],
            EventGroup = form["eventGroup"],
            RemindMinutesBefore = state == InteractionState.Planned || before is not null ? Number("remind", RefusalTexts.NotListed) : null,
            UsualReminder = state == InteractionState.Planned && before is null && !form.Has("remind"),
            Checklist = before is null ? Lines(form["checklist"]) : null,
            Orders = form.Has("orders") ? form["orders"].Split((char[])[',', ';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : null,
            Repeat = state == InteractionState.Planned && before is null && form["repeat"].Length > 0 ? Choice("repeat", SeriesRepeat.Weekly) : null,
            RepeatCount = state == InteractionState.Planned && before is null && form["repeat"].Length > 0 ? Number("repeatCount", RefusalTexts.BadRepeat) ?? 2 : null,
            CallId = before is null ? Id("call", form["call"], RefusalTexts.CallUnknown) : null,
            Users = [.. form.Users.Select(u => Id("users", u, RefusalTexts.UserUnknown)).OfType<long>()],
            OutsidePersons = [.. form.OutsidePersons.Where(p => !p.StartsWith('-')).Select(p => Id("outsidePersons", p, RefusalTexts.PersonUnknown)).OfType<long>()],
            OutsideCards = [.. form.OutsidePersons.Where(p => p.StartsWith('-')).Select(p => Id("outsidePersons", p[1..], RefusalTexts.PersonUnknown)).OfType<long>()],
            OutsideNames = form["outsideNames"].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        };
    }

    /// <summary>Lines that hold anything, trimmed.</summary>
    public static IReadOnlyList<string> Lines(string typed) => typed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>When the next step is due: as typed, else in so many days at this time of the day when a next step was typed, else never.</summary>
    public DateTimeOffset? NextAt()
    {
        if (Time("nextAt", null) is { } chosen)
        {
            return chosen;
        }

        if (string.IsNullOrWhiteSpace(form["nextStep"]))
        {
            return null;
        }

        var days = Number("nextIn", RefusalTexts.NotListed);
        if (days is < 1 or > 366)
        {
            refusals.Add(new("nextIn", RefusalTexts.NotListed));
            return null;
        }

        return days is { } count ? LocalTime.AddDays(QuarterHour(now), count, zone) : null;
    }

    /// <summary>A whole number; null when nothing was typed.</summary>
    public int? Number(string field, string otherwise)
    {
        var text = form[field].Trim();
        if (text.Length == 0)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        refusals.Add(new(field, otherwise));
        return null;
    }

    /// <summary>A time; null when nothing was typed.</summary>
    public DateTimeOffset? Time(string field, DateTimeOffset? stored)
    {
        var text = form[field].Trim();
        if (text.Length == 0)
        {
            return null;
        }

        if (stored is not null && text == LocalTime.Write(stored, zone))
        {
            return stored;
        }

        var instant = LocalTime.Read(text, zone);
        if (instant is null)
        {
            refusals.Add(new(field, RefusalTexts.BadTime));
        }

        return instant;
    }

    private static DateTimeOffset QuarterHour(DateTimeOffset instant) =>
        new((instant.UtcTicks + TimeSpan.TicksPerMinute * 15 - 1) / (TimeSpan.TicksPerMinute * 15) * (TimeSpan.TicksPerMinute * 15), TimeSpan.Zero);

    private T Choice<T>(string field, T usual) where T : struct, Enum
    {
        var text = form[field];
        if (text.Length == 0)
        {
            return usual;
        }

        if (Enum.TryParse<T>(text, out var value) && Enum.IsDefined(value))
        {
            return value;
        }

        refusals.Add(new(field, RefusalTexts.NotListed));
        return usual;
    }

    private long? Id(string field, string text, string otherwise)
    {
        if (text.Trim().Length == 0)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return id;
        }

        refusals.Add(new(field, otherwise));
        return null;
    }
}
