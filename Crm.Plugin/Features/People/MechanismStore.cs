using Crm.Contracts;
using Crm.Plugin.Features.Calls;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Searching;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>A contact mechanism as a form describes it.</summary>
internal sealed record MechanismDraft(ContactMechanismKind Kind, string Value, string? Label, bool IsMain, DateOnly? ValidFrom, DateOnly? ValidTo);

/// <summary>Keeps contact mechanisms that are typed here; those that the ERP shall have wait in the same table until it has them.</summary>
internal sealed class MechanismStore(CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock)
{
    /// <summary>Reads a form.</summary>
    public static MechanismDraft Read(InteractionForm form, List<Refusal> refusals)
    {
        var kind = Enum.TryParse<ContactMechanismKind>(form["kind"], out var listed) && Enum.IsDefined(listed) ? listed : ContactMechanismKind.Phone;
        if (MechanismRule.Check(kind, form["value"]) is { } wrong)
        {
            refusals.Add(wrong);
        }

        if (form["label"].Length > InteractionRule.LineLength)
        {
            refusals.Add(new("label", RefusalTexts.TooLong, InteractionRule.LineLength, form["label"].Length));
        }

        var (from, to) = (PersonDraft.Day(form, "validFrom", refusals), PersonDraft.Day(form, "validTo", refusals));
        if (to < from)
        {
            refusals.Add(new("validTo", PeopleTexts.EndBeforeStart));
        }

        return new(kind, CleanText.Of(form["value"].Trim()), PersonDraft.Text(form["label"]), form["main"] == "true", from, to);
    }

    /// <summary>Adds one to a counterparty or to a person of it.</summary>
    /// <returns>Why it was refused; empty when it is kept.</returns>
    public async Task<IReadOnlyList<Refusal>> AddAsync(CounterpartyRecord counterparty, Person? person, MechanismDraft draft, CancellationToken cancellation)
    {
        var normal = MechanismRule.Normal(draft.Kind, draft.Value);
        var (contact, card) = (person?.ContactPersonId, person?.ContactPersonId is null ? person?.Card?.Id : null);
        var read = person is null ? MirrorJson.ReadMechanisms(counterparty.Mechanisms) : [.. person.Held.Select(h => h.Read)];
        if (read.Any(r => r.Kind == draft.Kind && MechanismRule.Normal(r.Kind, r.Value) == normal)
            || await Of(counterparty.Id, person).AnyAsync(m => m.Kind == draft.Kind && m.Normal == normal && m.ValidTo == null, cancellation))
        {
            return [new("value", PeopleTexts.There)];
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (draft.IsMain)
        {
            await Of(counterparty.Id, person).Where(m => m.Kind == draft.Kind).ExecuteUpdateAsync(m => m.SetProperty(x => x.IsMain, false), cancellation);
            await MechanismNoteStore.ClearMainAsync(database, counterparty.Id, person, draft.Kind, 0, cancellation);
        }

        // A person's is the person's, whatever counterparty it is typed at.
        // A number that is only good for some days is nothing for the ERP, which knows no days.
        var goes = card is null && draft is { ValidFrom: null, ValidTo: null } && counterparty.GoneAt is null;
        var mechanism = new OwnMechanism
        {
            CounterpartyId = counterparty.Id,
            ContactPersonId = contact,
            CardId = card,
            Kind = draft.Kind,
            Value = draft.Value,
            Normal = normal,
            Tail = draft.Kind == ContactMechanismKind.Phone ? CallRule.Tail(normal) : null,
            Label = draft.Label,
            IsMain = draft.IsMain,
            ValidFrom = draft.ValidFrom,
            ValidTo = draft.ValidTo,
            Fate = goes ? MechanismFate.Waiting : MechanismFate.Own,
            IdempotencyKey = Guid.CreateVersion7(clock.GetUtcNow()),
            NextTryAt = goes ? clock.GetUtcNow() : null,
            CreatedBy = user.Id,
            CreatedAt = clock.GetUtcNow(),
        };
        database.Add(mechanism);
        if (goes)
        {
            database.Add(new LedgerRecord
            {
                ConnectionId = counterparty.ConnectionId, Entity = MirrorEntity.Counterparties, HostKey = counterparty.HostKey, Event = LedgerEvent.Decided,
                Detail = "contact mechanism", At = clock.GetUtcNow(),
            });
        }

        await database.SaveChangesAsync(cancellation);
        audit.Note(database, "mechanism.added", "counterparty", InteractionAudit.Id(counterparty.Id), InteractionAudit.Change(draft.Kind.ToString(), null, draft.Value));
        await database.SaveChangesAsync(cancellation);
        await SearchFollow.MarkAsync(database, counterparty.Id, person?.Card?.Id, contact, cancellation);
        await transaction.CommitAsync(cancellation);
        return [];
    }

    /// <summary>Yesterday was its last day; what the ERP has, stays there.</summary>
    /// <returns>False when there is none.</returns>
    public async Task<bool> RetireAsync(long counterpartyId, long id, DateOnly today, CancellationToken cancellation)
    {
        DateOnly? last = today.AddDays(-1);
        var found = await At(counterpartyId).AsTracking().FirstOrDefaultAsync(m => m.Id == id, cancellation);
        if (found is null)
        {
            return false;
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        found.ValidTo = last;
        if (found.Fate == MechanismFate.Waiting)
        {
            (found.Fate, found.NextTryAt) = (MechanismFate.Own, null);
        }

        audit.Note(database, "mechanism.retired", "counterparty", InteractionAudit.Id(counterpartyId), InteractionAudit.Change(found.Kind.ToString(), found.Value, null));
        await database.SaveChangesAsync(cancellation);
        await SearchFollow.MarkAsync(database, found.CounterpartyId, found.CardId, found.ContactPersonId, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Sends a refused one again, after somebody has mended what was wrong.</summary>
    public async Task RetryAsync(long counterpartyId, long id, CancellationToken cancellation)
    {
        DateTimeOffset? now = clock.GetUtcNow();
        await At(counterpartyId).Where(m => m.Id == id && m.Fate == MechanismFate.Refused)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.Fate, MechanismFate.Waiting).SetProperty(x => x.NextTryAt, now).SetProperty(x => x.Attempts, 0), cancellation);
    }

    /// <summary>The counterparty's own, or everything of a person, wherever it was typed.</summary>
    private IQueryable<OwnMechanism> Of(long counterpartyId, Person? person) => Of(database, counterpartyId, person);

    /// <inheritdoc cref="Of(long, Person?)"/>
    public static IQueryable<OwnMechanism> Of(CrmDbContext database, long counterpartyId, Person? person)
    {
        var (contact, card) = (person?.ContactPersonId ?? person?.Card?.ContactPersonId, person?.Card?.Id);
        return person is null
            ? database.Set<OwnMechanism>().Where(m => m.CounterpartyId == counterpartyId && m.ContactPersonId == null && m.CardId == null)
            : database.Set<OwnMechanism>().Where(m => (contact != null && m.ContactPersonId == contact) || (card != null && m.CardId == card));
    }

    /// <summary>Everything that the card of a counterparty shows: typed there, or of a person who speaks for it.</summary>
    private IQueryable<OwnMechanism> At(long counterpartyId)
    {
        var cards = database.Set<PersonPlace>().Where(p => p.CounterpartyId == counterpartyId).Select(p => p.PersonCardId);
        var contacts = database.Set<ContactPersonRecord>().Where(p => p.CounterpartyId == counterpartyId).Select(p => p.Id);
        return database.Set<OwnMechanism>().Where(m => m.CounterpartyId == counterpartyId || (m.CardId != null && cards.Contains(m.CardId.Value))
            || (m.ContactPersonId != null && contacts.Contains(m.ContactPersonId.Value))
            || database.Set<PersonCard>().Any(c => cards.Contains(c.Id) && c.ContactPersonId != null && c.ContactPersonId == m.ContactPersonId)
            || database.Set<PersonCard>().Any(c => c.Id == m.CardId && c.ContactPersonId != null && contacts.Contains(c.ContactPersonId.Value)));
    }
}
