using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>What came of a wish to save.</summary>
public enum InteractionVerdict
{
    Saved,

    /// <summary>Something typed is wrong; nothing was saved.</summary>
    Refused,

    /// <summary>No such interaction or counterparty, or out of the user's reach.</summary>
    NotFound,

    /// <summary>Somebody saved another version first; nothing was saved.</summary>
    Changed,
}

/// <summary>What came of a wish to save.</summary>
/// <param name="Verdict">How it ended.</param>
/// <param name="Id">Of the interaction; 0 when there is none.</param>
/// <param name="Refusals">Why it was refused, at the fields.</param>
public sealed record InteractionOutcome(InteractionVerdict Verdict, long Id, IReadOnlyList<Refusal> Refusals)
{
    /// <summary>A new interaction as it was saved; null when none was made.</summary>
    public InteractionEntry? Created { get; init; }
}

/// <summary>Writes new interactions. One transaction each: contact, participants, next step and audit note are there together or not at all.</summary>
internal sealed class InteractionWriter(CrmDbContext database, CurrentUser user, AuditLog audit, InteractionGuards guards, InteractionStore store)
{
    /// <summary>Logs or plans a contact. What the same form or request has made already is answered again, and nothing is added.</summary>
    public async Task<InteractionOutcome> CreateAsync(InteractionDraft draft, CancellationToken cancellation)
    {
        try
        {
            return await AddAsync(draft, cancellation);
        }
        catch (DbUpdateException failure) when (draft.SubmissionKey is not null && Violation.IsOfUniqueness(failure))
        {
            database.ChangeTracker.Clear(); // the other one, sent at the same moment, was first
            return await AddAsync(draft, cancellation);
        }
    }

    private async Task<InteractionOutcome> AddAsync(InteractionDraft draft, CancellationToken cancellation)
    {
        // Once for all that follows.
        await database.Database.OpenConnectionAsync(cancellation);
        var now = guards.Now;
        IReadOnlyList<Refusal> refusals = InteractionRule.Check(draft, now);
        if (await guards.Place.SpotAsync(draft, cancellation) is not { } spot)
        {
            return new(InteractionVerdict.NotFound, 0, [new("counterparty", draft.CounterpartyId == 0 ? RefusalTexts.NoCounterparty : RefusalTexts.CounterpartyUnknown), .. refusals]);
        }

        if (spot.Earlier is { } earlier)
        {
            return new(InteractionVerdict.Saved, earlier, []) { Created = await store.FindEntryAsync(earlier, cancellation) };
        }

        var (orders, unknown) = await guards.Additions.OrdersAsync(draft, cancellation);
        refusals = [.. refusals, .. await guards.Place.CheckAsync(draft, null, cancellation), .. unknown, .. await guards.Conflicts.NextAsync(draft.ResponsibleId ?? user.Id, draft.NextAt, cancellation)];
        if (refusals.Count > 0)
        {
            return Refused(0, refusals);
        }

        if (draft is { UsualReminder: true, State: InteractionState.Planned, PlannedStart: { } start })
        {
            draft = draft with { RemindMinutesBefore = UsualReminder.Before(start, await UsualReminder.ReadAsync(database, draft.ResponsibleId ?? user.Id, cancellation), now) };
        }

        var usual = draft.NextAt is null ? null : await UsualReminder.ReadAsync(database, draft.ResponsibleId ?? user.Id, cancellation);
        var interaction = InteractionText.New(draft.CounterpartyId, draft.State, draft.ResponsibleId ?? user.Id, user.Id, now);
        interaction.Id = spot.Number;
        interaction.SubmissionKey = draft.SubmissionKey;
        InteractionText.Apply(draft, interaction, now);
        InteractionParticipants.Apply(draft, interaction);
        interaction.BasisOrderId = await guards.Place.OrderAsync(draft.CounterpartyId, draft.Basis, cancellation);
        refusals = interaction.Id > 0 && !InteractionConflicts.Matter(interaction) && draft.Repeat is null
            ? await SaveAtOnceAsync(interaction, draft, orders, usual, now, cancellation)
            : await SaveAsync(interaction, draft, orders, usual, now, cancellation);
        return refusals.Count > 0 ? Refused(0, refusals)
            : new(InteractionVerdict.Saved, interaction.Id, []) { Created = InteractionEntry.Of(interaction, spot.Counterparty, spot.Person, spot.Responsible) };
    }

    /// <summary>What has its number and reserves nothing: all its rows travel in one round trip, which is a transaction by itself.</summary>
    /// <remarks>PostgreSQL takes statements that arrive together, without a BEGIN, as one transaction.</remarks>
    private async Task<IReadOnlyList<Refusal>> SaveAtOnceAsync(Interaction interaction, InteractionDraft draft, IReadOnlyList<long> orders, int? usual, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await guards.Conflicts.FindAsync(interaction, cancellation) is { Count: > 0 } conflicts)
        {
            return conflicts;
        }

        database.Add(interaction);
        AddRest(interaction, [], draft, orders, usual, now);
        database.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        try
        {
            await database.SaveChangesAsync(cancellation);
        }
        finally
        {
            database.Database.AutoTransactionBehavior = AutoTransactionBehavior.WhenNeeded;
        }

        return [];
    }

    private async Task<IReadOnlyList<Refusal>> SaveAsync(Interaction interaction, InteractionDraft draft, IReadOnlyList<long> orders, int? usual, DateTimeOffset now, CancellationToken cancellation)
    {
        // What fails here rolls everything back: savepoints between the parts would be two more statements each.
        database.Database.AutoSavepointsEnabled = false;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await guards.Conflicts.FindAsync(interaction, cancellation) is { Count: > 0 } conflicts)
        {
            return conflicts;
        }

        var (following, inTheWay) = await guards.Additions.FollowingAsync(interaction, draft, user.Zone, now, cancellation);
        if (inTheWay.Count > 0)
        {
            return inTheWay;
        }

        database.Add(interaction);
        database.AddRange(following);
        await database.SaveChangesAsync(cancellation);
        AddRest(interaction, following, draft, orders, usual, now);
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return [];
    }

    /// <summary>What names the numbers of the interactions.</summary>
    private void AddRest(Interaction interaction, IReadOnlyList<Interaction> following, InteractionDraft draft, IReadOnlyList<long> orders, int? usual, DateTimeOffset now)
    {
        guards.Additions.Add(interaction, following, draft, orders);
        audit.Note(database, interaction.State == InteractionState.Planned ? "interaction.planned" : "interaction.logged", "interaction", InteractionAudit.Id(interaction.Id));
        if (InteractionText.NextStep(interaction, draft.NextAt, usual, user.Id, now) is { } next)
        {
            database.Add(next);
        }
    }

    private static InteractionOutcome Refused(long id, IReadOnlyList<Refusal> refusals) => new(InteractionVerdict.Refused, id, refusals);
}
