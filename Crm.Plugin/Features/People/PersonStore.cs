using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Searching;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>A person of a counterparty as screens show them.</summary>
/// <param name="ContactPersonId">The ERP's person; null for the CRM's own.</param>
/// <param name="Card">What the CRM adds; null when nothing.</param>
/// <param name="Place">Their part at this counterparty.</param>
/// <param name="Name">As the ERP has it, else as typed.</param>
/// <param name="Position">Job title.</param>
/// <param name="Birthday">The CRM's, else the ERP's.</param>
/// <param name="Mechanisms">The ERP's that are good today, also of one who belongs to another counterparty there.</param>
/// <param name="Own">Typed here at whatever counterparty, and not read back from the ERP yet.</param>
/// <param name="IsActive">False when the ERP hides them or they have left.</param>
public sealed record Person(
    long? ContactPersonId, PersonCard? Card, PersonPlace? Place, string Name, string? Position, DateOnly? Birthday,
    IReadOnlyList<ContactMechanism> Mechanisms, IReadOnlyList<OwnMechanism> Own, bool IsActive)
{
    /// <summary>All of the ERP's, with what is noted of them.</summary>
    public IReadOnlyList<HeldMechanism> Held { get; init; } = [];
}

/// <summary>Reads and keeps what the CRM knows of persons. The caller has checked that the user may read the counterparty.</summary>
internal sealed class PersonStore(CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock)
{
    private const int Most = 100;

    /// <summary>The ERP's persons and the CRM's own, by name; those who have left last.</summary>
    public async Task<IReadOnlyList<Person>> OfCounterpartyAsync(long counterpartyId, DateOnly today, CancellationToken cancellation) =>
        (await ReadAsync(counterpartyId, today, cancellation)).Persons;

    /// <summary>How the counterparty itself is reached, and its persons.</summary>
    public async Task<Reached> ReachedAsync(CounterpartyRecord counterparty, DateOnly today, CancellationToken cancellation) =>
        (await ReadAsync(counterparty.Id, today, cancellation)).Of(counterparty, today);

    /// <summary>One person at one counterparty, by the CRM's card or by the ERP's person; null when they do not belong there.</summary>
    public async Task<Person?> FindAsync(long counterpartyId, long? cardId, long? contactPersonId, DateOnly today, CancellationToken cancellation) =>
        Find(await OfCounterpartyAsync(counterpartyId, today, cancellation), cardId, contactPersonId);

    /// <inheritdoc cref="FindAsync"/>
    public static Person? Find(IEnumerable<Person> persons, long? cardId, long? contactPersonId) =>
        persons.FirstOrDefault(p => contactPersonId is null ? p.Card?.Id == cardId : p.ContactPersonId == contactPersonId);

    /// <summary>Other counterparties that a person speaks for, as far as the user may read them.</summary>
    public async Task<IReadOnlyList<Choice>> OthersAsync(long cardId, long counterpartyId, CancellationToken cancellation) =>
        await (from p in database.Set<PersonPlace>()
               where p.PersonCardId == cardId && p.CounterpartyId != counterpartyId
               join c in database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user) on p.CounterpartyId equals c.Id
               orderby c.NameFolded
               select new Choice(c.Id, c.Name)).Take(Most).ToListAsync(cancellation);

    /// <summary>Keeps a person: a new one, or what is added to a known one.</summary>
    /// <returns>The card's number.</returns>
    public async Task<long> SaveAsync(long counterpartyId, Person? known, PersonDraft draft, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var card = known?.Card is { } stored ? await database.Set<PersonCard>().AsTracking().SingleAsync(c => c.Id == stored.Id, cancellation) : null;
        var isNew = card is null;
        var name = known?.ContactPersonId is null ? draft.Name : known.Name;
        if (card is null)
        {
            card = new() { ContactPersonId = known?.ContactPersonId, Name = name, NameFolded = "", CreatedBy = user.Id, CreatedAt = clock.GetUtcNow() };
            database.Add(card);
        }

        card.Name = CleanText.Of(name);
        card.NameFolded = SearchText.Fold(name);
        (card.Birthday, card.Channel, card.Language, card.DoNotContact, card.Note) = (draft.Birthday, draft.Channel, draft.Language, draft.DoNotContact, draft.Note);
        var changes = AuditChange.Fields(database.Entry(card), nameof(PersonCard.NameFolded), nameof(PersonCard.CreatedAt), nameof(PersonCard.CreatedBy), nameof(PersonCard.ContactPersonId)).ToList();
        await database.SaveChangesAsync(cancellation);
        var place = await database.Set<PersonPlace>().AsTracking().FirstOrDefaultAsync(p => p.PersonCardId == card.Id && p.CounterpartyId == counterpartyId, cancellation);
        if (place is null)
        {
            database.Add(place = new() { PersonCardId = card.Id, CounterpartyId = counterpartyId });
        }

        (place.Role, place.Position, place.LeftOn) = (draft.Role, draft.Position, draft.LeftOn);
        changes.AddRange(AuditChange.Fields(database.Entry(place)));
        audit.Note(database, isNew ? "person.added" : "person.changed", "person", InteractionAudit.Id(card.Id), AuditChange.Of(changes));
        await database.SaveChangesAsync(cancellation);
        await SearchFollow.MarkAsync(database, counterpartyId, card.Id, card.ContactPersonId, cancellation);
        await transaction.CommitAsync(cancellation);
        return card.Id;
    }

    /// <summary>Lets a person speak for another counterparty too; the ERP's own as well, by the card that adds to them.</summary>
    /// <returns>False when they do already.</returns>
    public async Task<bool> PlaceAsync(long cardId, long counterpartyId, CancellationToken cancellation)
    {
        if (await database.Set<PersonPlace>().AnyAsync(p => p.PersonCardId == cardId && p.CounterpartyId == counterpartyId, cancellation))
        {
            return false;
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        database.Add(new PersonPlace { PersonCardId = cardId, CounterpartyId = counterpartyId });
        audit.Note(database, "person.placed", "person", InteractionAudit.Id(cardId), $"{{\"counterpartyId\":[null,{InteractionAudit.Id(counterpartyId)}]}}");
        await database.SaveChangesAsync(cancellation);
        await SearchFollow.MarkAsync(database, counterpartyId, cardId, null, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private async Task<Everybody> ReadAsync(long counterpartyId, DateOnly today, CancellationToken cancellation)
    {
        var batch = new ReadBatch(database);
        var people = CounterpartyPeople.Ask(batch, counterpartyId, today);
        await batch.RunAsync(cancellation);
        return people();
    }
}
