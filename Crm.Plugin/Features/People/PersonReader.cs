using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>The persons of many counterparties at once, each put together as <see cref="CounterpartyPeople"/> does it for one.</summary>
internal static class PersonReader
{
    /// <summary>The ERP's persons and the CRM's own of each, by name; those who have left last. A counterparty without any has no key.</summary>
    /// <param name="database">Where they are.</param>
    /// <param name="counterpartyIds">Each once.</param>
    /// <param name="today">Who has left by then, and what is no longer good.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<IReadOnlyDictionary<long, IReadOnlyList<Person>>> OfAsync(CrmDbContext database, IReadOnlyList<long> counterpartyIds, DateOnly today, CancellationToken cancellation)
    {
        var most = CounterpartyPeople.Most * counterpartyIds.Count;
        var erp = await database.Set<ContactPersonRecord>().Where(p => p.CounterpartyId != null && counterpartyIds.Contains(p.CounterpartyId.Value) && p.GoneAt == null)
            .OrderBy(p => p.NameFolded).ThenBy(p => p.Id).Take(most).ToListAsync(cancellation);
        var places = await (from p in database.Set<PersonPlace>()
                            where counterpartyIds.Contains(p.CounterpartyId)
                            join c in database.Set<PersonCard>() on p.PersonCardId equals c.Id
                            orderby c.NameFolded, c.Id
                            select new { Place = p, Card = c }).Take(2 * most).ToListAsync(cancellation);
        var here = erp.ConvertAll(p => p.Id);
        var added = here.Count == 0 ? [] : await database.Set<PersonCard>().Where(c => c.ContactPersonId != null && here.Contains(c.ContactPersonId.Value)).Take(most).ToListAsync(cancellation);
        var elsewhere = places.Select(x => x.Card.ContactPersonId).OfType<long>().Except(here).ToList();
        var guests = elsewhere.Count == 0 ? [] : await database.Set<ContactPersonRecord>().Where(p => elsewhere.Contains(p.Id) && p.GoneAt == null).Take(2 * most).ToListAsync(cancellation);
        var notes = await NotesAsync(database, [.. here, .. elsewhere], 4 * most, cancellation);
        var own = await OwnAsync(database, [.. here, .. elsewhere], [.. places.Select(x => x.Card.Id).Concat(added.Select(c => c.Id)).Distinct()], most, today, cancellation);
        var (ownOfPerson, ownOfCard) = (own.ToLookup(m => m.ContactPersonId), own.ToLookup(m => m.CardId));
        var (erpOf, placesOf, addedTo, known) = (erp.ToLookup(p => p.CounterpartyId!.Value), places.ToLookup(x => x.Place.CounterpartyId), added.ToLookup(c => c.ContactPersonId!.Value), erp.Concat(guests).ToDictionary(p => p.Id, ErpPerson.Of));
        return counterpartyIds.Where(id => erpOf.Contains(id) || placesOf.Contains(id)).ToDictionary(id => id, id =>
        {
            var cards = erpOf[id].SelectMany(p => addedTo[p.Id]).ToList();
            var all = placesOf[id].Select(x => x.Card).Concat(cards).ToList();
            var typed = erpOf[id].Select(p => (long?)p.Id).Concat(all.Select(c => c.ContactPersonId)).OfType<long>().Distinct().SelectMany(p => ownOfPerson[p]).Concat(all.Select(c => c.Id).Distinct().SelectMany(c => ownOfCard[c]));
            return CounterpartyPeople.Join(
                [.. erpOf[id].Select(p => known[p.Id])], [.. placesOf[id].Select(x => (x.Card, x.Place))], cards, known, [.. typed.DistinctBy(m => m.Id).OrderByDescending(m => m.IsMain).ThenBy(m => m.Id)], notes, today);
        });
    }

    /// <summary>What is noted here of the mechanisms of some persons.</summary>
    private static async Task<List<MechanismNote>> NotesAsync(CrmDbContext database, IReadOnlyList<long> persons, int most, CancellationToken cancellation) => persons.Count == 0 ? [] : await database.Set<MechanismNote>()
        .Where(n => n.ContactPersonId != null && persons.Contains(n.ContactPersonId.Value)).OrderBy(n => n.Id).Take(most).ToListAsync(cancellation);

    /// <summary>What was typed here of some persons, at whatever counterparty it was.</summary>
    private static async Task<List<OwnMechanism>> OwnAsync(CrmDbContext database, IReadOnlyList<long> persons, IReadOnlyList<long> cards, int most, DateOnly today, CancellationToken cancellation) =>
        persons.Count + cards.Count == 0 ? [] : await database.Set<OwnMechanism>()
            .Where(m => ((m.ContactPersonId != null && persons.Contains(m.ContactPersonId.Value)) || (m.CardId != null && cards.Contains(m.CardId.Value))) && (m.ValidTo == null || m.ValidTo >= today))
            .OrderByDescending(m => m.IsMain).ThenBy(m => m.Id).Take(4 * most).ToListAsync(cancellation);
}
