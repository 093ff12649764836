using System.Data.Common;
using Crm.Contracts;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.People;

/// <summary>Who speaks for a counterparty, and how it and they are reached. Its questions are asked together with those of others.</summary>
internal static class CounterpartyPeople
{
    /// <summary>So many persons of one counterparty.</summary>
    public const int Most = 100;
    private const string PersonColumns = "p.id, p.name, p.position, p.birthday, p.mechanisms, p.is_active, p.read_at";

    /// <summary>Asks for everybody; the caller has checked that the user may read the counterparty.</summary>
    /// <returns>Gives the persons when the batch has run, and what was typed and noted here of the counterparty itself.</returns>
    public static Func<Everybody> Ask(ReadBatch batch, long counterpartyId, DateOnly today)
    {
        (string, object?)[] id = [("@id", counterpartyId)];
        var erp = batch.Ask($"SELECT {PersonColumns} FROM contact_person p WHERE p.counterparty_id = @id AND p.gone_at IS NULL ORDER BY p.name_folded, p.id LIMIT {Most}", id, ErpPerson.Read);
        var places = batch.Ask(
            $"SELECT {PersonCard.Columns}, w.role, w.position, w.left_on FROM person_place w JOIN person_card k ON k.id = w.person_card_id WHERE w.counterparty_id = @id ORDER BY k.name_folded, k.id LIMIT {2 * Most}",
            id, row => (Card: PersonCard.Read(row), Place: new PersonPlace { PersonCardId = row.GetInt64(0), CounterpartyId = counterpartyId, Role = row.Text(11), Position = row.Text(12), LeftOn = row.DayOrNull(13) }));
        // The ERP may have moved a person here whose card names another place; a card may name a person of another counterparty's.
        var added = batch.Ask($"SELECT {PersonCard.Columns} FROM contact_person p JOIN person_card k ON k.contact_person_id = p.id WHERE p.counterparty_id = @id AND p.gone_at IS NULL LIMIT {Most}", id, PersonCard.Read);
        var guests = batch.Ask(
            $"""
            SELECT {PersonColumns} FROM person_place w JOIN person_card k ON k.id = w.person_card_id JOIN contact_person p ON p.id = k.contact_person_id
            WHERE w.counterparty_id = @id AND (p.counterparty_id IS NULL OR p.counterparty_id <> @id) AND p.gone_at IS NULL LIMIT {2 * Most}
            """,
            id, ErpPerson.Read);
        var own = batch.Ask(
            $"""
            SELECT {OwnMechanism.Columns} FROM own_mechanism m WHERE (m.valid_to IS NULL OR m.valid_to >= @today) AND m.id IN (
                SELECT o.id FROM own_mechanism o WHERE o.counterparty_id = @id AND o.contact_person_id IS NULL AND o.card_id IS NULL
                UNION SELECT o.id FROM contact_person p JOIN own_mechanism o ON o.contact_person_id = p.id WHERE p.counterparty_id = @id
                UNION SELECT o.id FROM contact_person p JOIN person_card k ON k.contact_person_id = p.id JOIN own_mechanism o ON o.card_id = k.id WHERE p.counterparty_id = @id
                UNION SELECT o.id FROM person_place w JOIN own_mechanism o ON o.card_id = w.person_card_id WHERE w.counterparty_id = @id
                UNION SELECT o.id FROM person_place w JOIN person_card k ON k.id = w.person_card_id JOIN own_mechanism o ON o.contact_person_id = k.contact_person_id WHERE w.counterparty_id = @id
            ) ORDER BY m.is_main DESC, m.id LIMIT {5 * Most}
            """,
            [.. id, ("@today", today.DayNumber)], OwnMechanism.Read);
        var notes = batch.Ask(
            $"""
            SELECT {MechanismNote.Columns} FROM mechanism_note n WHERE n.id IN (
                SELECT x.id FROM mechanism_note x WHERE x.counterparty_id = @id AND x.contact_person_id IS NULL
                UNION SELECT x.id FROM contact_person p JOIN mechanism_note x ON x.contact_person_id = p.id WHERE p.counterparty_id = @id
                UNION SELECT x.id FROM person_place w JOIN person_card k ON k.id = w.person_card_id JOIN mechanism_note x ON x.contact_person_id = k.contact_person_id WHERE w.counterparty_id = @id
            ) ORDER BY n.id LIMIT {5 * Most}
            """,
            id, MechanismNote.Read);
        return () => new(
            Join(erp.Rows, places.Rows, added.Rows, guests.Rows.DistinctBy(g => g.Id).ToDictionary(g => g.Id), own.Rows, notes.Rows, today),
            [.. own.Rows.Where(m => m is { ContactPersonId: null, CardId: null })], [.. notes.Rows.Where(n => n.ContactPersonId is null)]);
    }

    /// <summary>Without those that the mirror has read back since.</summary>
    public static IReadOnlyList<OwnMechanism> Unread(IEnumerable<OwnMechanism> own, IReadOnlyList<ContactMechanism> read) =>
        [.. own.Where(m => m.Fate != MechanismFate.Written || read.All(r => MechanismRule.Normal(r.Kind, r.Value) != m.Normal))];

    /// <summary>Puts the persons of one counterparty together.</summary>
    /// <param name="erp">The ERP's, by name.</param>
    /// <param name="places">The cards that name this counterparty, by name.</param>
    /// <param name="added">What the CRM adds to the ERP's persons, wherever they are placed.</param>
    /// <param name="guests">The ERP's persons of other counterparties, by number.</param>
    /// <param name="own">What was typed here of all of them, to use first in front.</param>
    /// <param name="notes">What is noted here of the ERP's persons' mechanisms.</param>
    /// <param name="today">Who has left by then, and what is no longer good.</param>
    internal static IReadOnlyList<Person> Join(
        IReadOnlyList<ErpPerson> erp, IReadOnlyList<(PersonCard Card, PersonPlace Place)> places, IReadOnlyList<PersonCard> added, Dictionary<long, ErpPerson> guests, IReadOnlyList<OwnMechanism> own,
        IReadOnlyList<MechanismNote> notes, DateOnly today)
    {
        var known = erp.Select(p => p.Id).ToHashSet();
        var cards = places.Select(x => x.Card).Concat(added).DistinctBy(c => c.Id).Where(c => c.ContactPersonId is not null).DistinctBy(c => c.ContactPersonId).ToDictionary(c => c.ContactPersonId!.Value);
        var noted = notes.ToLookup(n => n.ContactPersonId);
        var persons = erp.Select(p =>
        {
            var card = cards.GetValueOrDefault(p.Id);
            var place = card is null ? null : places.FirstOrDefault(x => x.Card.Id == card.Id).Place;
            var (held, typed) = Held(p, own.Where(m => m.ContactPersonId == p.Id || (card is not null && m.CardId == card.Id)));
            return new Person(
                p.Id, card, place, p.Name, place?.Position ?? p.Position, card?.Birthday ?? p.Birthday, MechanismNoteRule.Offered(held), typed, p.IsActive && !(place?.LeftOn <= today)) { Held = held };
        }).Concat(places.Where(x => x.Card.ContactPersonId is not { } id || !known.Contains(id)).Select(x =>
        {
            var guest = x.Card.ContactPersonId is { } id ? guests.GetValueOrDefault(id) : null;
            var (held, typed) = Held(guest, own.Where(m => m.CardId == x.Card.Id || (x.Card.ContactPersonId is not null && m.ContactPersonId == x.Card.ContactPersonId)));
            return new Person(
                null, x.Card, x.Place, guest?.Name ?? x.Card.Name, x.Place.Position ?? guest?.Position, x.Card.Birthday ?? guest?.Birthday, MechanismNoteRule.Offered(held), typed, !(x.Place.LeftOn <= today)) { Held = held };
        }));
        return [.. persons.OrderByDescending(p => p.IsActive)];

        (IReadOnlyList<HeldMechanism> Held, IReadOnlyList<OwnMechanism> Own) Held(ErpPerson? person, IEnumerable<OwnMechanism> typed)
        {
            if (person is null)
            {
                return ([], [.. typed]);
            }

            var read = MirrorJson.ReadMechanisms(person.Mechanisms);
            var unread = Unread(typed, read);
            return (MechanismNoteRule.Of(read, [.. noted[person.Id]], unread, person.ReadAt, today), unread);
        }
    }
}

/// <summary>Who speaks for a counterparty, and what is known here of its own contact mechanisms.</summary>
/// <param name="Persons">Those who have left last.</param>
/// <param name="Own">Typed here, of the counterparty itself; also what the ERP has by now.</param>
/// <param name="Notes">Of what the ERP has of the counterparty itself.</param>
internal sealed record Everybody(IReadOnlyList<Person> Persons, IReadOnlyList<OwnMechanism> Own, IReadOnlyList<MechanismNote> Notes)
{
    public Reached Of(CounterpartyRecord counterparty, DateOnly today)
    {
        var read = MirrorJson.ReadMechanisms(counterparty.Mechanisms);
        var own = CounterpartyPeople.Unread(Own, read);
        return new(MechanismNoteRule.Of(read, Notes, own, counterparty.ReadAt, today), own, Persons);
    }
}

/// <summary>How a counterparty and its persons are reached.</summary>
/// <param name="Held">The ERP's, with what is noted of them.</param>
/// <param name="Own">Typed here, and not read back from the ERP yet.</param>
/// <param name="Persons">Those who have left last.</param>
public sealed record Reached(IReadOnlyList<HeldMechanism> Held, IReadOnlyList<OwnMechanism> Own, IReadOnlyList<Person> Persons);

/// <summary>What is read of one of the ERP's persons.</summary>
internal sealed record ErpPerson(long Id, string Name, string? Position, DateOnly? Birthday, string Mechanisms, bool IsActive, DateTimeOffset ReadAt)
{
    public static ErpPerson Read(DbDataReader row) => new(row.GetInt64(0), row.GetString(1), row.Text(2), row.DayOrNull(3), row.GetString(4), row.GetBoolean(5), Instant.FromMicroseconds(row.GetInt64(6)));

    public static ErpPerson Of(ContactPersonRecord record) => new(record.Id, record.Name, record.Position, record.Birthday, record.Mechanisms, record.IsActive, record.ReadAt);
}
