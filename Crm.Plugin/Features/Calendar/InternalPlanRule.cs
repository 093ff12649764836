using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Calendar;

/// <summary>What a user wants to plan without a counterparty.</summary>
public sealed record InternalDraft
{
    public InternalKind Kind { get; init; }

    public long OwnerId { get; init; }

    public string? Subject { get; init; }

    public string? Content { get; init; }

    /// <summary>Null when it was not said.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>Half an hour after the start when null.</summary>
    public DateTimeOffset? End { get; init; }

    public string? Room { get; init; }

    public int? RemindMinutesBefore { get; init; }

    public IReadOnlyList<long> Users { get; init; } = [];

    public SeriesRepeat? Repeat { get; init; }

    /// <summary>2–<see cref="SeriesRule.Most"/>, the first one included.</summary>
    public int? RepeatCount { get; init; }
}

/// <summary>Decides what may be planned without a counterparty, as far as the draft itself tells. No clock, no database.</summary>
public static class InternalPlanRule
{
    /// <summary>Longest absence; bounds the search for conflicts.</summary>
    public static readonly TimeSpan LongestAbsence = TimeSpan.FromDays(370);

    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    public static bool IsAbsence(InternalKind kind) => kind is InternalKind.Holiday or InternalKind.Illness or InternalKind.BusinessTrip;

    /// <summary>Finds everything that is wrong, at the fields of the form.</summary>
    /// <param name="draft">What is wanted.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="before">The stored plan that is edited; what it already says is not refused again.</param>
    public static IEnumerable<Refusal> Check(InternalDraft draft, DateTimeOffset now, InternalPlan? before = null)
    {
        var isAbsence = IsAbsence(draft.Kind);
        var (first, last) = isAbsence ? ("firstDay", "lastDay") : ("plannedStart", "plannedEnd");
        if (!Enum.IsDefined(draft.Kind))
            yield return new("kind", RefusalTexts.NotListed);
        else if (before is not null && IsAbsence(before.Kind) != isAbsence)
            yield return new("kind", RefusalTexts.KindStays);
        if (!isAbsence && string.IsNullOrWhiteSpace(draft.Subject))
            yield return new("subject", RefusalTexts.NoSubject);
        if (draft.Subject?.Length > InteractionRule.LineLength)
            yield return new("subject", RefusalTexts.TooLong, InteractionRule.LineLength, draft.Subject.Length);
        if (draft.Content?.Length > InteractionRule.TextLength)
            yield return new("content", RefusalTexts.TooLong, InteractionRule.TextLength, draft.Content.Length);
        if (draft.Room?.Length > InteractionRule.LineLength)
            yield return new("room", RefusalTexts.TooLong, InteractionRule.LineLength, draft.Room.Length);
        if (draft.Users.Count > InteractionRule.Rows)
            yield return new("users", RefusalTexts.TooMany, InteractionRule.Rows);
        foreach (var refusal in Times(draft, now, before, isAbsence, first, last))
            yield return refusal;
        if (draft.Repeat is not null && isAbsence)
            yield return new("repeat", RefusalTexts.AbsenceRepeats);
        else if (draft.Repeat is { } repeat && !Enum.IsDefined(repeat))
            yield return new("repeat", RefusalTexts.NotListed);
        else if (draft.Repeat is not null && draft.RepeatCount is null or < 2 or > SeriesRule.Most)
            yield return new("repeatCount", RefusalTexts.BadRepeat);
    }

    private static IEnumerable<Refusal> Times(InternalDraft draft, DateTimeOffset now, InternalPlan? before, bool isAbsence, string first, string last)
    {
        if (draft.Start is not { } start)
        {
            yield return new(first, isAbsence ? RefusalTexts.NoFirstDay : RefusalTexts.NoPlannedStart);
            yield break;
        }

        // An illness is often told when it has begun; a plan is not.
        if (!isAbsence && start < now - Tolerance && start != before?.StartsAt)
            yield return new(first, RefusalTexts.PlannedInThePast);
        if (draft.End <= start && (isAbsence || draft.End < start))
            yield return new(last, isAbsence ? RefusalTexts.LastBeforeFirst : RefusalTexts.StartAfterEnd);
        else if (draft.End - start > (isAbsence ? LongestAbsence : InteractionRule.Longest))
            yield return new(last, isAbsence ? RefusalTexts.AbsenceTooLong : RefusalTexts.TooFarApart);
        if (draft.RemindMinutesBefore is { } minutes && (start != before?.StartsAt || minutes != before?.RemindMinutesBefore))
        {
            if (minutes is < 0 or > 43_200)
                yield return new("remind", RefusalTexts.NotListed);
            else if (start - TimeSpan.FromMinutes(minutes) < now - Tolerance)
                yield return new("remind", RefusalTexts.RemindInThePast);
        }
    }
}
