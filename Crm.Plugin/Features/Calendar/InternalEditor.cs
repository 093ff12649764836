using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Makes and changes internal plans. What is replaced goes to the audit log in the same transaction.</summary>
internal sealed class InternalEditor(CrmDbContext database, CurrentUser user, AuditLog audit, InteractionConflicts conflicts, TimeProvider clock)
{
    /// <summary>Plans it, with the rest of its series.</summary>
    public async Task<InteractionOutcome> CreateAsync(InternalDraft draft, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        List<Refusal> refusals = [.. InternalPlanRule.Check(draft, now), .. await WhoAsync(draft, cancellation)];
        if (user.Rights.WriteScope == Scope.None)
        {
            return new(InteractionVerdict.NotFound, 0, []);
        }

        if (refusals.Count > 0)
        {
            return new(InteractionVerdict.Refused, 0, refusals);
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var plans = new List<InternalPlan>();
        foreach (var start in draft.Repeat is { } repeat ? SeriesRule.Starts(draft.Start!.Value, repeat, draft.RepeatCount ?? 2, user.Zone) : [draft.Start!.Value])
        {
            var plan = new InternalPlan { CreatedBy = user.Id, CreatedAt = now, Version = 1 };
            Apply(draft with { Start = start, End = start + (draft.End - draft.Start) }, plan);
            if (plans.Count > 0 && plan.StartsAt < plans[^1].EndsAt)
            {
                return new(InteractionVerdict.Refused, 0, [new("repeat", RefusalTexts.SeriesOverlaps, plan.StartsAt, plans[^1].EndsAt)]);
            }

            if (await conflicts.FindAsync(plan, cancellation) is { Count: > 0 } inTheWay)
            {
                return new(InteractionVerdict.Refused, 0, plans.Count == 0 ? inTheWay : [.. inTheWay.Select(r => new Refusal("repeat", r.Text, r.Arguments))]);
            }

            plans.Add(plan);
        }

        database.AddRange(plans);
        await database.SaveChangesAsync(cancellation);
        foreach (var plan in plans)
        {
            plan.SeriesId = plans.Count > 1 ? plans[0].Id : null;
        }

        audit.Note(database, "internal.planned", "internal", Id(plans[0].Id));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new(InteractionVerdict.Saved, plans[0].Id, []);
    }

    /// <summary>Saves an edit of the given version.</summary>
    public async Task<InteractionOutcome> EditAsync(long id, int version, InternalDraft draft, CancellationToken cancellation)
    {
        if (await LoadAsync(id, cancellation) is not { } plan)
        {
            return NotFound;
        }

        draft = draft with { Repeat = null };
        IReadOnlyList<Refusal> refusals = plan.State != InternalState.Planned ? [new("state", RefusalTexts.WrongState)]
            : [.. InternalPlanRule.Check(draft, clock.GetUtcNow(), plan), .. await WhoAsync(draft, cancellation)];
        return refusals.Count > 0 ? new(InteractionVerdict.Refused, id, refusals) : await SaveAsync(plan, version, "internal.changed", () => Apply(draft, plan), cancellation);
    }

    /// <summary>Puts it at another time, as dragged on a calendar; its reminder moves along.</summary>
    public async Task<InteractionOutcome> MoveAsync(long id, int version, DateTimeOffset start, DateTimeOffset? end, CancellationToken cancellation)
    {
        if (await LoadAsync(id, cancellation) is not { } plan)
        {
            return NotFound;
        }

        var until = end ?? start + (plan.EndsAt - plan.StartsAt);
        var wrong = plan.State != InternalState.Planned ? RefusalTexts.WrongState
            : !plan.IsAbsence && start < clock.GetUtcNow() && start != plan.StartsAt ? RefusalTexts.PlannedInThePast
            : until < start || (plan.IsAbsence && until == start) ? RefusalTexts.StartAfterEnd
            : until - start > (plan.IsAbsence ? InternalPlanRule.LongestAbsence : InteractionRule.Longest) ? RefusalTexts.TooFarApart : null;
        return wrong is not null ? new(InteractionVerdict.Refused, id, [new("plannedStart", wrong)])
            : await SaveAsync(plan, version, "internal.moved", () =>
            {
                (plan.StartsAt, plan.EndsAt) = (start, until);
                plan.RemindAt = plan.RemindMinutesBefore is { } before ? start - TimeSpan.FromMinutes(before) : null;
            }, cancellation);
    }

    /// <summary>It was done; without minutes it took as long as planned.</summary>
    public async Task<InteractionOutcome> DoneAsync(long id, int version, string? result, int? minutes, CancellationToken cancellation)
    {
        if (await LoadAsync(id, cancellation) is not { } plan)
        {
            return NotFound;
        }

        IReadOnlyList<Refusal> refusals = plan.State != InternalState.Planned || plan.IsAbsence ? [new("state", RefusalTexts.WrongState)]
            : minutes is < 0 or > 1440 ? [new("minutes", RefusalTexts.BadMinutes)]
            : result?.Length > InteractionRule.TextLength ? [new("result", RefusalTexts.TooLong, InteractionRule.TextLength, result.Length)] : [];
        return refusals.Count > 0 ? new(InteractionVerdict.Refused, id, refusals) : await SaveAsync(plan, version, "internal.done", () =>
        {
            plan.State = InternalState.Done;
            plan.Minutes = minutes ?? (int)Math.Min((plan.EndsAt - plan.StartsAt).TotalMinutes, 1440);
            plan.Result = string.IsNullOrWhiteSpace(result) ? plan.Result : result.Trim();
        }, cancellation);
    }

    /// <summary>It will not be; with <paramref name="following"/>, nor will those that follow in its series.</summary>
    public async Task<InteractionOutcome> CancelAsync(long id, int version, bool following, CancellationToken cancellation)
    {
        if (await LoadAsync(id, cancellation) is not { } plan)
        {
            return NotFound;
        }

        if (plan.State == InternalState.Cancelled)
        {
            return new(InteractionVerdict.Refused, id, [new("state", RefusalTexts.WrongState)]);
        }

        var (series, from) = (plan.SeriesId, plan.StartsAt);
        var outcome = await SaveAsync(plan, version, "internal.cancelled", () => plan.State = InternalState.Cancelled, cancellation);
        if (!following || series is null || outcome.Verdict != InteractionVerdict.Saved)
        {
            return outcome;
        }

        foreach (var next in await database.Set<InternalPlan>().AsTracking().Where(p => p.SeriesId == series && p.State == InternalState.Planned && p.StartsAt > from).Take(SeriesRule.Most).ToListAsync(cancellation))
        {
            next.State = InternalState.Cancelled;
            next.Version++;
            (next.ChangedBy, next.ChangedAt) = (user.Id, clock.GetUtcNow());
            audit.Note(database, "internal.cancelled", "internal", Id(next.Id));
        }

        await database.SaveChangesAsync(cancellation);
        return outcome;
    }

    private static InteractionOutcome NotFound { get; } = new(InteractionVerdict.NotFound, 0, []);

    private static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);

    private async Task<InternalPlan?> LoadAsync(long id, CancellationToken cancellation) =>
        await database.Set<InternalPlan>().AsTracking().Include(p => p.Users).FirstOrDefaultAsync(p => p.Id == id, cancellation) is { } plan && InternalRights.MayWrite(user, plan) ? plan : null;

    /// <summary>A colleague's plans are made by whoever reviews everybody's work; everybody named must be able to sign in.</summary>
    private async Task<IReadOnlyList<Refusal>> WhoAsync(InternalDraft draft, CancellationToken cancellation)
    {
        long[] wanted = [.. draft.Users, draft.OwnerId];
        var known = await database.Set<UserAccount>().Where(u => wanted.Contains(u.Id) && u.IsActive).Select(u => u.Id).ToListAsync(cancellation);
        return
        [
            .. draft.OwnerId != user.Id && (!InternalRights.Reviews(user) || !known.Contains(draft.OwnerId)) ? [new Refusal("responsible", RefusalTexts.UserUnknown)] : (Refusal[])[],
            .. draft.Users.Any(u => !known.Contains(u)) ? [new Refusal("users", RefusalTexts.UserUnknown)] : (Refusal[])[],
        ];
    }

    private static void Apply(InternalDraft draft, InternalPlan to)
    {
        var isAbsence = InternalPlanRule.IsAbsence(draft.Kind);
        (to.Kind, to.OwnerId, to.Subject, to.Content) = (draft.Kind, draft.OwnerId, Line(draft.Subject), Line(draft.Content));
        (to.StartsAt, to.EndsAt) = (draft.Start!.Value, draft.End > draft.Start ? draft.End.Value : draft.Start.Value + InteractionRule.UsualMeeting);
        to.Room = isAbsence ? null : Line(draft.Room);
        to.RoomFolded = to.Room is { } room ? SearchText.Fold(room) : null;
        to.RemindMinutesBefore = draft.RemindMinutesBefore;
        to.RemindAt = draft.RemindMinutesBefore is { } before ? to.StartsAt - TimeSpan.FromMinutes(before) : null;
        var users = isAbsence ? [] : draft.Users.Where(u => u != draft.OwnerId).ToHashSet();
        foreach (var left in to.Users.Where(u => !users.Contains(u.UserId)).ToList())
        {
            to.Users.Remove(left);
        }

        foreach (var added in users.Where(u => to.Users.All(x => x.UserId != u)))
        {
            to.Users.Add(new() { InternalPlanId = to.Id, UserId = added });
        }
    }

    private async Task<InteractionOutcome> SaveAsync(InternalPlan plan, int version, string action, Action change, CancellationToken cancellation)
    {
        if (plan.Version != version)
        {
            return new(InteractionVerdict.Changed, plan.Id, [new("state", RefusalTexts.ChangedMeanwhile)]);
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var before = (plan.StartsAt, plan.EndsAt, plan.Subject, plan.State);
        var place = Place(plan);
        change();
        // An absence that was entered later stops nobody from writing down what such a plan is about.
        if (plan.State == InternalState.Planned && Place(plan) != place && await conflicts.FindAsync(plan, cancellation) is { Count: > 0 } inTheWay)
        {
            database.ChangeTracker.Clear();
            return new(InteractionVerdict.Refused, plan.Id, inTheWay);
        }

        plan.Version++;
        (plan.ChangedBy, plan.ChangedAt) = (user.Id, clock.GetUtcNow());
        audit.Note(database, action, "internal", Id(plan.Id), AuditChange.Of(
            ("subject", before.Subject, plan.Subject), ("plannedStart", Utc(before.StartsAt), Utc(plan.StartsAt)), ("plannedEnd", Utc(before.EndsAt), Utc(plan.EndsAt)),
            ("state", before.State.ToString(), plan.State.ToString())));
        try
        {
            await database.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            database.ChangeTracker.Clear();
            return new(InteractionVerdict.Changed, plan.Id, [new("state", RefusalTexts.ChangedMeanwhile)]);
        }

        await transaction.CommitAsync(cancellation);
        return new(InteractionVerdict.Saved, plan.Id, []);
    }

    private static string Place(InternalPlan plan) =>
        string.Create(CultureInfo.InvariantCulture, $"{plan.Kind} {plan.OwnerId} {plan.StartsAt.UtcTicks} {plan.EndsAt.UtcTicks} {plan.RoomFolded} {string.Join(',', plan.Users.Select(u => u.UserId).Order())}");

    private static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string? Line(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim().Replace("\r\n", "\n", StringComparison.Ordinal);
}
