using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Searching;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>Keeps what is noted of the ERP's contact mechanisms; what the ERP shall have of it waits in the same row.</summary>
internal sealed class MechanismNoteStore(CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock)
{
    /// <summary>Reads a form.</summary>
    public static MechanismDraft Read(InteractionForm form, HeldMechanism held, List<Refusal> refusals)
    {
        if (form["label"].Length > InteractionRule.LineLength)
        {
            refusals.Add(new("label", RefusalTexts.TooLong, InteractionRule.LineLength, form["label"].Length));
        }

        var (from, to) = (PersonDraft.Day(form, "validFrom", refusals), PersonDraft.Day(form, "validTo", refusals));
        if (to < from)
        {
            refusals.Add(new("validTo", PeopleTexts.EndBeforeStart));
        }

        return new(held.Read.Kind, held.Read.Value, PersonDraft.Text(form["label"]), form["main"] == "true", from, to);
    }

    /// <summary>Notes what a form says of one mechanism of a counterparty, or of one of the ERP's persons.</summary>
    public async Task SaveAsync(CounterpartyRecord counterparty, Person? person, HeldMechanism held, MechanismDraft draft, CancellationToken cancellation)
    {
        try
        {
            await NoteAsync(counterparty, person, held, draft, cancellation);
        }
        catch (DbUpdateException) when (!cancellation.IsCancellationRequested)
        {
            database.ChangeTracker.Clear(); // another click has noted something of it meanwhile: what was clicked last stays
            await NoteAsync(counterparty, person, held, draft, cancellation);
        }
    }

    private async Task NoteAsync(CounterpartyRecord counterparty, Person? person, HeldMechanism held, MechanismDraft draft, CancellationToken cancellation)
    {
        var (contact, normal) = (person?.ContactPersonId, MechanismRule.Normal(held.Read.Kind, held.Read.Value));
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var note = await Of(counterparty.Id, contact).AsTracking().FirstOrDefaultAsync(n => n.Kind == held.Read.Kind && n.Normal == normal, cancellation);
        var wish = Wish(held, note, draft);
        if (note is null)
        {
            if (wish.IsEmpty && draft is { ValidFrom: null, ValidTo: null })
            {
                return;
            }

            note = new()
            {
                CounterpartyId = counterparty.Id, ContactPersonId = contact, Kind = held.Read.Kind, Value = held.Read.Value, Normal = normal,
                IdempotencyKey = Guid.CreateVersion7(clock.GetUtcNow()), CreatedBy = user.Id, CreatedAt = clock.GetUtcNow(),
            };
            database.Add(note);
        }

        var hasNewDays = (note.ValidFrom, note.ValidTo) != (draft.ValidFrom, draft.ValidTo);
        (note.Label, note.IsMain, note.ValidFrom, note.ValidTo) = (wish.Label, wish.IsMain, draft.ValidFrom, draft.ValidTo);
        Queue(note, wish, counterparty);
        var changes = AuditChange.Of(AuditChange.Fields(database.Entry(note)).Where(f => f.Field is "label" or "isMain" or "validFrom" or "validTo").Select(f => ($"{held.Read.Kind} {normal}: {f.Field}", f.Before, f.After)));
        if (note is { Label: null, IsMain: false, ValidFrom: null, ValidTo: null })
        {
            database.Remove(note);
        }

        if (wish.IsMain)
        {
            await OnlyMainAsync(counterparty.Id, person, note, cancellation);
        }

        audit.Note(database, "mechanism.noted", "counterparty", InteractionAudit.Id(counterparty.Id), changes);
        await database.SaveChangesAsync(cancellation);
        if (hasNewDays)
        {
            // What was typed here and is the ERP's by now is the same number: it ends with it.
            await MechanismStore.Of(database, counterparty.Id, person).Where(m => m.Kind == note.Kind && m.Normal == normal && m.Fate == MechanismFate.Written)
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.ValidFrom, draft.ValidFrom).SetProperty(x => x.ValidTo, draft.ValidTo), cancellation);
            await SearchFollow.MarkAsync(database, counterparty.Id, person?.Card?.Id, contact, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        database.ChangeTracker.Clear();
    }

    /// <summary>Sends a refused one again, after somebody has mended what was wrong.</summary>
    public Task<int> RetryAsync(long counterpartyId, long id, CancellationToken cancellation)
    {
        DateTimeOffset? now = clock.GetUtcNow();
        var persons = database.Set<ContactPersonRecord>().Where(p => p.CounterpartyId == counterpartyId).Select(p => p.Id);
        return database.Set<MechanismNote>()
            .Where(n => n.Id == id && n.Fate == MechanismFate.Refused && (n.ContactPersonId == null ? n.CounterpartyId == counterpartyId : persons.Contains(n.ContactPersonId.Value)))
            .ExecuteUpdateAsync(n => n.SetProperty(x => x.Fate, MechanismFate.Waiting).SetProperty(x => x.NextTryAt, now).SetProperty(x => x.Attempts, 0), cancellation);
    }

    /// <summary>Takes the main flag from whatever else is noted or typed of one kind and owner.</summary>
    public static async Task ClearMainAsync(CrmDbContext database, long counterpartyId, Person? person, ContactMechanismKind kind, long except, CancellationToken cancellation) =>
        await Of(database, counterpartyId, person?.ContactPersonId).Where(n => n.Kind == kind && n.Id != except && n.IsMain).ExecuteUpdateAsync(n => n.SetProperty(x => x.IsMain, false), cancellation);

    private async Task OnlyMainAsync(long counterpartyId, Person? person, MechanismNote note, CancellationToken cancellation)
    {
        await ClearMainAsync(database, counterpartyId, person, note.Kind, note.Id, cancellation);
        await MechanismStore.Of(database, counterpartyId, person).Where(m => m.Kind == note.Kind && m.IsMain).ExecuteUpdateAsync(m => m.SetProperty(x => x.IsMain, false), cancellation);
    }

    /// <summary>What differs from the ERP's, or was said to it and is not read back yet.</summary>
    private static MechanismWish Wish(HeldMechanism held, MechanismNote? note, MechanismDraft draft)
    {
        var said = note is not null && held.IsOwn ? new MechanismWish(note.Label, note.IsMain) : default;
        var label = draft.Label == held.Label ? said.Label : note?.Fate != MechanismFate.Written && draft.Label == held.Read.Label ? null : draft.Label ?? "";
        var wish = new MechanismWish(label, draft.IsMain && (said.IsMain || !held.IsMain));
        return wish with { IsSaid = wish == said };
    }

    private void Queue(MechanismNote note, MechanismWish wish, CounterpartyRecord counterparty)
    {
        if (wish.IsSaid && !wish.IsEmpty)
        {
            return; // on its way, there, or refused: only days were changed
        }

        var goes = !wish.IsEmpty && counterparty.GoneAt is null;
        note.Fate = goes ? MechanismFate.Waiting : MechanismFate.Own;
        (note.NextTryAt, note.Attempts, note.Failure, note.FailureKind, note.WrittenAt) = (goes ? clock.GetUtcNow() : null, 0, null, null, null);
        note.IdempotencyKey = Guid.CreateVersion7(clock.GetUtcNow());
        if (goes)
        {
            database.Add(new LedgerRecord
            {
                ConnectionId = counterparty.ConnectionId, Entity = MirrorEntity.Counterparties, HostKey = counterparty.HostKey, Event = LedgerEvent.Decided,
                Detail = MechanismNoteOutbox.Ledger, At = clock.GetUtcNow(),
            });
        }
    }

    private IQueryable<MechanismNote> Of(long counterpartyId, long? contact) => Of(database, counterpartyId, contact);

    private static IQueryable<MechanismNote> Of(CrmDbContext database, long counterpartyId, long? contact) => contact is { } id
        ? database.Set<MechanismNote>().Where(n => n.ContactPersonId == id)
        : database.Set<MechanismNote>().Where(n => n.CounterpartyId == counterpartyId && n.ContactPersonId == null);

    /// <param name="Label">Null leaves the ERP's; "" takes it away.</param>
    /// <param name="IsMain">Shall be the first of its kind.</param>
    private readonly record struct MechanismWish(string? Label, bool IsMain)
    {
        /// <summary>Nothing for the ERP.</summary>
        public bool IsEmpty => Label is null && !IsMain;

        /// <summary>The note said it before.</summary>
        public bool IsSaid { get; init; }
    }
}
