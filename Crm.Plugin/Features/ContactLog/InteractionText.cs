using Crm.Plugin.Search;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Moves a checked draft into an interaction.</summary>
internal static class InteractionText
{
    /// <summary>An empty one.</summary>
    public static Interaction New(long counterpartyId, InteractionState state, long responsibleId, long createdBy, DateTimeOffset now) => new()
    {
        CounterpartyId = counterpartyId,
        State = state,
        Importance = InteractionImportance.Middle,
        ResponsibleId = responsibleId,
        Version = 1,
        CreatedBy = createdBy,
        CreatedAt = now,
    };

    /// <summary>The plan that follows; null when no time is given for it.</summary>
    public static Interaction? NextStep(Interaction after, DateTimeOffset? at, int? usualReminder, long createdBy, DateTimeOffset now)
    {
        if (at is not { } start)
        {
            return null;
        }

        var next = New(after.CounterpartyId, InteractionState.Planned, after.ResponsibleId, createdBy, now);
        next.PersonId = after.PersonId;
        next.CardId = after.CardId;
        // A meeting would need a time that suits everybody; the next step after one begins with a call.
        next.Kind = after.Kind == InteractionKind.Meeting ? InteractionKind.PhoneCall : after.Kind;
        next.Direction = InteractionDirection.Outgoing;
        next.Importance = after.Importance;
        next.Subject = after.NextStep;
        next.FollowsId = after.Id;
        next.PlannedStart = start;
        next.At = start;
        next.RemindMinutesBefore = Notifications.UsualReminder.Before(start, usualReminder, now);
        next.RemindAt = next.RemindMinutesBefore is { } before ? start - TimeSpan.FromMinutes(before) : null;
        Refold(next, []);
        return next;
    }

    /// <summary>Copies what was typed. Participants, order and responsible user are the writer's to resolve.</summary>
    public static void Apply(InteractionDraft draft, Interaction to, DateTimeOffset now)
    {
        to.PersonId = draft.PersonId;
        to.CardId = draft.PersonId is null ? draft.CardId : null;
        to.Kind = draft.Kind;
        to.Direction = draft.Direction;
        to.Importance = draft.Importance;
        to.Subject = Line(draft.Subject);
        to.Content = Line(draft.Content);
        to.PlannedStart = draft.PlannedStart;
        to.PlannedEnd = draft.PlannedEnd
            ?? (draft.PlannedStart is { } start && (draft.Kind == InteractionKind.Meeting || !string.IsNullOrWhiteSpace(draft.Room)) ? start + InteractionRule.UsualMeeting : null);
        to.Source = Line(draft.Source);
        to.Basis = Line(draft.Basis);
        to.Project = Line(draft.Project);
        to.Territory = Line(draft.Territory);
        to.Channel = Line(draft.Channel);
        to.Room = Line(draft.Room);
        to.RoomFolded = to.Room is { } room ? SearchText.Fold(room) : null;
        to.EventGroup = Line(draft.EventGroup);
        to.Result = Line(draft.Result);
        to.NextStep = Line(draft.NextStep);
        to.Minutes = draft.Minutes;
        to.CallId ??= draft.CallId;
        Times(draft, to, now);
        Refold(to, [.. draft.OutsideNames, .. draft.Checklist ?? []]);
    }

    /// <summary>Call after any text changed.</summary>
    public static void Refold(Interaction of, IEnumerable<string?> names) => of.TextFolded = SearchText.Fold(string.Join(' ',
        names.Concat([of.Subject, of.Content, of.Result, of.NextStep, of.Source, of.Basis, of.Project, of.Territory, of.Room, of.EventGroup, of.Channel]).Where(t => t is not null)));

    private static void Times(InteractionDraft draft, Interaction to, DateTimeOffset now)
    {
        if (to.State == InteractionState.Planned)
        {
            to.At = draft.PlannedStart!.Value;
            to.RemindMinutesBefore = draft.RemindMinutesBefore;
            to.RemindAt = draft.RemindMinutesBefore is { } before ? to.At - TimeSpan.FromMinutes(before) : null;
            return;
        }

        if (to.State == InteractionState.Done)
        {
            to.StartedAt = draft.StartedAt ?? (draft.EndedAt ?? now) - TimeSpan.FromMinutes(draft.Minutes ?? 0);
            to.EndedAt = draft.EndedAt ?? (draft.Minutes is { } minutes ? to.StartedAt + TimeSpan.FromMinutes(minutes) : null);
            to.Minutes ??= draft.StartedAt is not null && draft.EndedAt is not null && to.EndedAt - to.StartedAt is { TotalMinutes: <= 1440 } spent ? (int)spent.TotalMinutes : null;
            to.At = to.StartedAt.Value;
        }
    }

    private static string? Line(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : Storage.CleanText.Of(typed.Trim()).Replace("\r\n", "\n", StringComparison.Ordinal);
}
