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
    internal Interaction? Created { get; init; }
}

/// <summary>Writes new interactions. One transaction each: contact, participants, next step and audit note are there together or not at all.</summary>
internal sealed class InteractionWriter(CrmDbContext database, CurrentUser user, AuditLog audit, InteractionGuards guards)
{
    /// <summary>Logs or plans a contact.</summary>
    public async Task<InteractionOutcome> CreateAsync(InteractionDraft draft, CancellationToken cancellation)
    {
        // Once for all that follows, the reading back by the same request included.
        await database.Database.OpenConnectionAsync(cancellation);
        var now = guards.Now;
        IReadOnlyList<Refusal> refusals = InteractionRule.Check(draft, now);
        if (!await guards.Place.IsWritableAsync(draft.CounterpartyId, cancellation))
        {
            return new(InteractionVerdict.NotFound, 0, [new("counterparty", draft.CounterpartyId == 0 ? RefusalTexts.NoCounterparty : RefusalTexts.CounterpartyUnknown), .. refusals]);
        }

        var (orders, unknown) = await guards.Additions.OrdersAsync(draft, cancellation);
        refusals = [.. refusals, .. await guards.Place.CheckAsync(draft, cancellation), .. unknown];
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
        InteractionText.Apply(draft, interaction, now);
        InteractionParticipants.Apply(draft, interaction);
        interaction.BasisOrderId = await guards.Place.OrderAsync(draft.CounterpartyId, draft.Basis, cancellation);

        // What fails here rolls everything back: savepoints between the parts would be two more statements each.
        database.Database.AutoSavepointsEnabled = false;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await guards.Conflicts.FindAsync(interaction, cancellation) is { Count: > 0 } conflicts)
        {
            return Refused(0, conflicts);
        }

        var (following, inTheWay) = await guards.Additions.FollowingAsync(interaction, draft, user.Zone, now, cancellation);
        if (inTheWay.Count > 0)
        {
            return Refused(0, inTheWay);
        }

        database.Add(interaction);
        database.AddRange(following);
        await database.SaveChangesAsync(cancellation);
        guards.Additions.Add(interaction, following, draft, orders);
        audit.Note(database, interaction.State == InteractionState.Planned ? "interaction.planned" : "interaction.logged", "interaction", InteractionAudit.Id(interaction.Id));
        if (InteractionText.NextStep(interaction, draft.NextAt, usual, user.Id, now) is { } next)
        {
            database.Add(next);
        }

        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new(InteractionVerdict.Saved, interaction.Id, []) { Created = interaction };
    }

    private static InteractionOutcome Refused(long id, IReadOnlyList<Refusal> refusals) => new(InteractionVerdict.Refused, id, refusals);
}
