using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Changes interactions: edit, done, cancelled, postponed. What is replaced goes to the audit log in the same transaction.</summary>
internal sealed class InteractionEditor(CrmDbContext database, CurrentUser user, AuditLog audit, InteractionGuards guards)
{
    /// <summary>Saves an edit of the given version.</summary>
    public async Task<InteractionOutcome> EditAsync(long id, int version, InteractionDraft draft, CancellationToken cancellation)
    {
        if (await LoadAsync(id, cancellation) is not { } interaction)
        {
            return NotFound;
        }

        // The counterparty and the state are not part of an edit.
        draft = draft with { CounterpartyId = interaction.CounterpartyId, State = interaction.State, NextAt = null, Checklist = null, Repeat = null };
        var (orders, unknown) = await guards.Additions.OrdersAsync(draft, cancellation);
        IReadOnlyList<Refusal> refusals =
        [
            .. InteractionRule.Check(draft, guards.Now, interaction), .. await guards.Place.CheckAsync(draft, interaction, cancellation), .. unknown,
            .. draft.Prepared is { } list ? await guards.Tasks.CheckAsync(id, list, cancellation) : [],
        ];
        if (refusals.Count > 0)
        {
            return new(InteractionVerdict.Refused, id, refusals);
        }

        return await SaveAsync(interaction, version, "interaction.changed", async () =>
        {
            interaction.ResponsibleId = draft.ResponsibleId ?? interaction.ResponsibleId;
            InteractionText.Apply(draft, interaction, guards.Now);
            InteractionParticipants.Apply(draft, interaction);
            interaction.BasisOrderId = await guards.Place.OrderAsync(interaction.CounterpartyId, draft.Basis, cancellation);
            if (draft.Orders is not null)
            {
                await guards.Additions.PutOrdersAsync(id, orders, cancellation);
            }

            if (draft.Prepared is not null)
            {
                await guards.Tasks.PutAsync(interaction, draft.Prepared, cancellation);
            }
        }, cancellation);
    }

    /// <summary>It happened. Keeps the planned times beside the real ones; plans the next step when a time is given.</summary>
    /// <param name="id">Of a planned interaction.</param>
    /// <param name="version">The version that the user saw; null takes any.</param>
    /// <param name="result">Null keeps what is there; likewise the others.</param>
    /// <param name="nextStep">What comes next.</param>
    /// <param name="nextAt">When; null plans nothing.</param>
    /// <param name="minutes">Time spent.</param>
    /// <param name="cancellation">Nothing is saved.</param>
    public async Task<InteractionOutcome> DoneAsync(long id, int? version, string? result, string? nextStep, DateTimeOffset? nextAt, int? minutes, CancellationToken cancellation)
    {
        var now = guards.Now;
        var responsible = nextAt is null ? 0 : await database.Set<Interaction>().Where(i => i.Id == id).Select(i => i.ResponsibleId).FirstOrDefaultAsync(cancellation);
        var usual = nextAt is null ? null : await UsualReminder.ReadAsync(database, responsible, cancellation);
        var away = await guards.Conflicts.NextAsync(responsible, nextAt, cancellation);
        return await StepAsync(id, version, InteractionState.Done, "interaction.done", interaction =>
        {
            var draft = new InteractionDraft { CounterpartyId = interaction.CounterpartyId, State = InteractionState.Done, Result = result, NextStep = nextStep, NextAt = nextAt, Minutes = minutes };
            return [.. InteractionRule.Check(draft, now, interaction), .. away];
        }, interaction =>
        {
            // A plan ticked off within hours happened when it was planned; one ticked off early, or days late, happened now.
            interaction.StartedAt = interaction.PlannedStart < now && now - interaction.PlannedStart < TimeSpan.FromHours(12) ? interaction.PlannedStart : now - TimeSpan.FromMinutes(minutes ?? 0);
            interaction.EndedAt = minutes is { } spent ? interaction.StartedAt + TimeSpan.FromMinutes(spent) : null;
            interaction.At = interaction.StartedAt!.Value;
            interaction.Minutes = minutes ?? interaction.Minutes;
            interaction.Result = Kept(result, interaction.Result);
            interaction.NextStep = Kept(nextStep, interaction.NextStep);
            if (InteractionText.NextStep(interaction, nextAt, usual, user.Id, now) is { } next)
            {
                database.Add(next);
            }
        }, cancellation);
    }

    /// <summary>It will not happen, or was entered by mistake.</summary>
    public Task<InteractionOutcome> CancelAsync(long id, int? version, string? reason, CancellationToken cancellation) =>
        StepAsync(id, version, InteractionState.Cancelled, "interaction.cancelled",
            _ => reason?.Length > InteractionRule.TextLength ? [new("result", RefusalTexts.TooLong, InteractionRule.TextLength, reason.Length)] : [],
            interaction => interaction.Result = Kept(reason, interaction.Result), cancellation);

    /// <summary>Cancels a plan and all that follow it in its series.</summary>
    public async Task<InteractionOutcome> CancelFollowingAsync(long id, string? reason, CancellationToken cancellation)
    {
        if (await LoadAsync(id, cancellation) is not { SeriesId: { } series } from)
        {
            return NotFound;
        }

        database.ChangeTracker.Clear();
        var open = await database.Set<Interaction>().Where(i => i.SeriesId == series && i.State == InteractionState.Planned && i.At >= from.At)
            .OrderBy(i => i.At).Take(SeriesRule.Most).Select(i => i.Id).ToListAsync(cancellation);
        var outcome = new InteractionOutcome(InteractionVerdict.Saved, id, []);
        foreach (var one in open)
        {
            outcome = await CancelAsync(one, null, reason, cancellation);
            if (outcome.Verdict != InteractionVerdict.Saved)
            {
                break;
            }

            database.ChangeTracker.Clear();
        }

        return outcome;
    }

    /// <summary>Moves a plan; its end and its reminder move along.</summary>
    public async Task<InteractionOutcome> PostponeAsync(long id, int? version, DateTimeOffset to, CancellationToken cancellation)
    {
        if (await LoadAsync(id, cancellation) is not { } interaction)
        {
            return NotFound;
        }

        if (interaction.State != InteractionState.Planned)
        {
            return new(InteractionVerdict.Refused, id, [new("state", RefusalTexts.WrongState)]);
        }

        if (to < guards.Now)
        {
            return new(InteractionVerdict.Refused, id, [new("plannedStart", RefusalTexts.PlannedInThePast)]);
        }

        return await SaveAsync(interaction, version ?? interaction.Version, "interaction.postponed", () =>
        {
            interaction.PlannedEnd = interaction.PlannedEnd - interaction.PlannedStart is { } length ? to + length : null;
            interaction.PlannedStart = to;
            interaction.At = to;
            interaction.RemindAt = interaction.RemindMinutesBefore is { } before ? to - TimeSpan.FromMinutes(before) : null;
            return Task.CompletedTask;
        }, cancellation);
    }

    /// <summary>Puts a plan at another time, as dragged on a calendar; its reminder moves along.</summary>
    public async Task<InteractionOutcome> MoveAsync(long id, int version, DateTimeOffset start, DateTimeOffset? end, CancellationToken cancellation)
    {
        if (await LoadAsync(id, cancellation) is not { } interaction)
        {
            return NotFound;
        }

        var wrong = interaction.State != InteractionState.Planned ? RefusalTexts.WrongState
            : start < guards.Now && start != interaction.PlannedStart ? RefusalTexts.PlannedInThePast
            : end < start ? RefusalTexts.StartAfterEnd
            : end - start > InteractionRule.Longest ? RefusalTexts.TooFarApart : null;
        if (wrong is not null)
        {
            return new(InteractionVerdict.Refused, id, [new("plannedStart", wrong)]);
        }

        return await SaveAsync(interaction, version, "interaction.postponed", () =>
        {
            interaction.PlannedStart = start;
            // An end that nobody had said is not made up by a drag.
            interaction.PlannedEnd = interaction.PlannedEnd is null && end - start == InteractionRule.UsualMeeting ? null : end ?? interaction.PlannedEnd;
            interaction.At = start;
            interaction.RemindAt = interaction.RemindMinutesBefore is { } before ? start - TimeSpan.FromMinutes(before) : null;
            return Task.CompletedTask;
        }, cancellation);
    }

    private static InteractionOutcome NotFound { get; } = new(InteractionVerdict.NotFound, 0, []);

    private async Task<Interaction?> LoadAsync(long id, CancellationToken cancellation)
    {
        var interaction = await database.Set<Interaction>().AsTracking().Include(i => i.Users).Include(i => i.Persons).FirstOrDefaultAsync(i => i.Id == id, cancellation);
        return interaction is not null && await guards.Place.IsWritableAsync(interaction.CounterpartyId, cancellation) ? interaction : null;
    }

    private async Task<InteractionOutcome> StepAsync(
        long id, int? version, InteractionState to, string action, Func<Interaction, IReadOnlyList<Refusal>> check, Action<Interaction> change, CancellationToken cancellation)
    {
        if (await LoadAsync(id, cancellation) is not { } interaction)
        {
            return NotFound;
        }

        if (!InteractionLife.Allows(interaction.State, to))
        {
            return new(InteractionVerdict.Refused, id, [new("state", RefusalTexts.WrongState)]);
        }

        if (check(interaction) is { Count: > 0 } refusals)
        {
            return new(InteractionVerdict.Refused, id, refusals);
        }

        return await SaveAsync(interaction, version ?? interaction.Version, action, () =>
        {
            change(interaction);
            interaction.State = to;
            InteractionParticipants.Open(interaction);
            InteractionText.Refold(interaction, interaction.Persons.Select(p => p.Name));
            return Task.CompletedTask;
        }, cancellation);
    }

    private async Task<InteractionOutcome> SaveAsync(Interaction interaction, int version, string action, Func<Task> change, CancellationToken cancellation)
    {
        if (interaction.Version != version)
        {
            return Changed(interaction.Id);
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var found = interaction.TextFolded;
        await change();
        if (interaction.TextFolded != found)
        {
            await guards.Words.CompleteAsync(interaction, cancellation);
        }

        var changes = InteractionAudit.Changes(database, interaction);
        if (changes is null && !database.ChangeTracker.HasChanges())
        {
            return new(InteractionVerdict.Saved, interaction.Id, []);
        }

        if (await guards.Conflicts.FindAsync(interaction, cancellation) is { Count: > 0 } conflicts)
        {
            database.ChangeTracker.Clear();
            return new(InteractionVerdict.Refused, interaction.Id, conflicts);
        }

        interaction.Version++;
        interaction.ChangedBy = user.Id;
        interaction.ChangedAt = guards.Now;
        if (changes is not null)
        {
            audit.Note(database, action, "interaction", InteractionAudit.Id(interaction.Id), changes);
        }

        try
        {
            await database.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            database.ChangeTracker.Clear();
            return Changed(interaction.Id);
        }

        await transaction.CommitAsync(cancellation);
        return new(InteractionVerdict.Saved, interaction.Id, []);
    }

    private static InteractionOutcome Changed(long id) => new(InteractionVerdict.Changed, id, [new("state", RefusalTexts.ChangedMeanwhile)]);

    private static string? Kept(string? typed, string? before) => string.IsNullOrWhiteSpace(typed) ? before : typed.Trim();
}
