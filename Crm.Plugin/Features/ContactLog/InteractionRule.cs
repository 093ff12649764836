using Crm.Plugin.Search;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Decides what may be logged, as far as the draft itself tells. No clock, no database.</summary>
public static class InteractionRule
{
    /// <summary>Longest text of the fields of one line.</summary>
    public const int LineLength = 300;

    /// <summary>Longest content, result or next step.</summary>
    public const int TextLength = 20_000;

    /// <summary>Most rows of a table of participants.</summary>
    public const int Rows = 50;

    /// <summary>Longest time between start and end; bounds the search for conflicts.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(14);

    /// <summary>How long a planned meeting lasts when nobody says.</summary>
    public static readonly TimeSpan UsualMeeting = TimeSpan.FromMinutes(30);

    /// <summary>A form's clock has no seconds, and two clocks are never the same.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    /// <summary>Finds everything that is wrong, in the order of the form.</summary>
    /// <param name="draft">What is wanted.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="before">The stored interaction that is edited; null for a new one. What it already says is not refused again.</param>
    public static IReadOnlyList<Refusal> Check(InteractionDraft draft, DateTimeOffset now, Interaction? before = null) =>
    [
        .. Choices(draft, before),
        .. Texts(draft, before),
        .. draft.State == InteractionState.Planned ? Plan(draft, now, before) : Fact(draft, now, before),
        .. Order("plannedEnd", draft.PlannedStart, draft.PlannedEnd),
        .. Order("endedAt", draft.StartedAt, draft.EndedAt),
        .. Participants(draft),
        .. CheckList(draft.Checklist ?? [], 0),
        .. Series(draft),
    ];

    /// <summary>What is wrong with items that are to be added to so many.</summary>
    public static IReadOnlyList<Refusal> CheckList(IReadOnlyList<string> items, int there) =>
        items.Count + there > Rows ? [new("checklist", RefusalTexts.TooMany, Rows)]
        : [.. items.Where(i => i.Length > LineLength).Take(1).Select(i => new Refusal("checklist", RefusalTexts.TooLong, LineLength, i.Length))];

    private static IEnumerable<Refusal> Series(InteractionDraft draft)
    {
        if (draft.Repeat is { } repeat && !Enum.IsDefined(repeat))
            yield return new("repeat", RefusalTexts.NotListed);
        else if (draft.Repeat is not null && draft.State != InteractionState.Planned)
            yield return new("repeat", RefusalTexts.RepeatWithoutPlan);
        else if (draft.Repeat is not null && draft.RepeatCount is null or < 2 or > SeriesRule.Most)
            yield return new("repeatCount", RefusalTexts.BadRepeat);
    }

    private static IEnumerable<Refusal> Choices(InteractionDraft draft, Interaction? before)
    {
        if (!Enum.IsDefined(draft.Kind))
            yield return new("kind", RefusalTexts.NotListed);
        if (!Enum.IsDefined(draft.Direction))
            yield return new("direction", RefusalTexts.NotListed);
        if (!Enum.IsDefined(draft.Importance))
            yield return new("importance", RefusalTexts.NotListed);
        if (before is null && draft.State is not (InteractionState.Planned or InteractionState.Done))
            yield return new("state", RefusalTexts.NotListed);
        if (draft.Minutes is < 0 or > 1440)
            yield return new("minutes", RefusalTexts.BadMinutes);
    }

    private static IEnumerable<Refusal> Texts(InteractionDraft draft, Interaction? before)
    {
        (string Field, string? Text, int Longest)[] texts =
        [
            ("content", draft.Content, TextLength), ("result", draft.Result, TextLength), ("nextStep", draft.NextStep, LineLength),
            ("subject", draft.Subject, LineLength), ("source", draft.Source, LineLength), ("basis", draft.Basis, LineLength),
            ("project", draft.Project, LineLength), ("territory", draft.Territory, LineLength), ("room", draft.Room, LineLength),
            ("eventGroup", draft.EventGroup, LineLength),
        ];
        foreach (var (field, text, longest) in texts)
        {
            if (text?.Length > longest)
                yield return new(field, RefusalTexts.TooLong, longest, text.Length);
        }

        if (before is null && draft.State == InteractionState.Done && string.IsNullOrWhiteSpace(draft.Content) && string.IsNullOrWhiteSpace(draft.Subject) && string.IsNullOrWhiteSpace(draft.Result))
            yield return new("content", RefusalTexts.NoText);
    }

    private static IEnumerable<Refusal> Plan(InteractionDraft draft, DateTimeOffset now, Interaction? before)
    {
        if (draft.PlannedStart is not { } start)
        {
            yield return new("plannedStart", RefusalTexts.NoPlannedStart);
            yield break;
        }

        if (start < now - Tolerance && start != before?.PlannedStart)
            yield return new("plannedStart", RefusalTexts.PlannedInThePast);
        if (draft.RemindMinutesBefore is { } minutes && (start != before?.PlannedStart || minutes != before?.RemindMinutesBefore))
        {
            if (minutes is < 0 or > 43_200)
                yield return new("remind", RefusalTexts.NotListed);
            else if (start - TimeSpan.FromMinutes(minutes) < now - Tolerance)
                yield return new("remind", RefusalTexts.RemindInThePast);
        }
    }

    private static IEnumerable<Refusal> Fact(InteractionDraft draft, DateTimeOffset now, Interaction? before)
    {
        if (draft.StartedAt > now + Tolerance)
            yield return new("startedAt", RefusalTexts.HappenedInTheFuture);
        else if (draft.EndedAt > now + Tolerance)
            yield return new("endedAt", RefusalTexts.HappenedInTheFuture);
        if (draft.RemindMinutesBefore is not null && draft.RemindMinutesBefore != before?.RemindMinutesBefore)
            yield return new("remind", RefusalTexts.RemindWithoutPlan);
        if (draft.NextAt < now - Tolerance)
            yield return new("nextAt", RefusalTexts.NextInThePast);
    }

    private static IEnumerable<Refusal> Order(string field, DateTimeOffset? start, DateTimeOffset? end)
    {
        if (start > end)
            yield return new(field, RefusalTexts.StartAfterEnd);
        else if (end - start > Longest)
            yield return new(field, RefusalTexts.TooFarApart);
    }

    private static IEnumerable<Refusal> Participants(InteractionDraft draft)
    {
        if (draft.Users.Count > Rows)
            yield return new("users", RefusalTexts.TooMany, Rows);
        if (draft.OutsidePersons.Count + draft.OutsideCards.Count + draft.OutsideNames.Count > Rows)
            yield return new("outsideNames", RefusalTexts.TooMany, Rows);
        if (draft.Users.Distinct().Count() < draft.Users.Count)
            yield return new("users", RefusalTexts.RepeatedUser);
        if (draft is { PersonId: not null, CardId: not null })
            yield return new("person", RefusalTexts.TwoPersons);
        if (draft.OutsidePersons.Distinct().Count() < draft.OutsidePersons.Count || draft.OutsidePersons.Any(p => p == draft.PersonId)
            || draft.OutsideCards.Distinct().Count() < draft.OutsideCards.Count || draft.OutsideCards.Any(c => c == draft.CardId))
            yield return new("outsidePersons", RefusalTexts.RepeatedPerson);
        foreach (var repeated in draft.OutsideNames.GroupBy(SearchText.Fold).Where(g => g.Count() > 1))
            yield return new("outsideNames", RefusalTexts.RepeatedName, repeated.First());
        foreach (var name in draft.OutsideNames.Where(n => n.Length > LineLength))
            yield return new("outsideNames", RefusalTexts.TooLong, LineLength, name.Length);
    }
}
