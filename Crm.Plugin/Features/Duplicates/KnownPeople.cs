using Crm.Contracts;
using Crm.Plugin.Features.Calls;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Duplicates;

/// <summary>Somebody who is known already.</summary>
/// <param name="CounterpartyId">Where.</param>
/// <param name="Counterparty">Its name.</param>
/// <param name="PersonId">The ERP's person; null with <paramref name="CardId"/> for the counterparty itself.</param>
/// <param name="CardId">The CRM's own person.</param>
/// <param name="Name">Of the person; null for the counterparty itself.</param>
public sealed record KnownPerson(long CounterpartyId, string Counterparty, long? PersonId, long? CardId, string? Name);

/// <summary>Who has a number, an address or a name, among those whom the user may read. A few short ranges of indexes each.</summary>
internal sealed class KnownPeople(CrmDbContext database, CurrentUser user, CallerLookup lookup, CounterpartySearch search)
{
    private const int Most = 20;
    private const int LongestText = 200;

    /// <summary>Those whose number has the same nine digits or more at its end.</summary>
    public async Task<IReadOnlyList<KnownPerson>> ByPhoneAsync(string phone, CancellationToken cancellation) =>
        [.. (await lookup.FindAsync(phone, cancellation)).Where(c => c.Likeness >= 2).Select(c => new KnownPerson(c.CounterpartyId, c.Name, c.PersonId, c.CardId, c.PersonName))];

    public async Task<IReadOnlyList<KnownPerson>> ByEmailAsync(string email, CancellationToken cancellation)
    {
        var folded = SearchText.Fold(email.Trim());
        if (folded.Length > LongestText)
        {
            return [];
        }

        var near = await search.ListAsync(CounterpartyFilter.None with { Text = folded }, null, Most, cancellation);
        var found = near.Lines.Where(l => Has(l.Mechanisms, folded)).Select(l => new KnownPerson(l.Id, l.Name, null, null, null)).ToList();
        found.AddRange((await PersonsAsync(near, cancellation)).Where(p => Has(p.Record.Mechanisms, folded)).Select(p => p.Known));
        var typed = await (from m in database.Set<OwnMechanism>()
                           where m.Normal == folded && m.Kind == ContactMechanismKind.Email && m.ValidTo == null
                           join c in database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user) on m.CounterpartyId equals c.Id
                           where c.GoneAt == null
                           orderby m.Id
                           select new
                           {
                               Counterparty = c.Id, c.Name, m.ContactPersonId, m.CardId,
                               Person = database.Set<ContactPersonRecord>().Where(p => p.Id == m.ContactPersonId).Select(p => p.Name).FirstOrDefault() ?? database.Set<PersonCard>().Where(p => p.Id == m.CardId).Select(p => p.Name).FirstOrDefault(),
                           }).Take(Most).ToListAsync(cancellation);
        return [.. found.Concat(typed.Select(t => new KnownPerson(t.Counterparty, t.Name, t.ContactPersonId, t.CardId, t.Person))).Distinct()];
    }

    /// <summary>Persons of any counterparty with the same name, of at least two words: one alone is anybody's.</summary>
    public async Task<IReadOnlyList<KnownPerson>> ByNameAsync(string name, CancellationToken cancellation)
    {
        var key = NameKey.Of(name);
        if (!key.Contains(' ', StringComparison.Ordinal) || name.Length > LongestText)
        {
            return [];
        }

        var near = await search.ListAsync(CounterpartyFilter.None with { Text = name.Trim() }, null, Most, cancellation);
        var folded = SearchText.Fold(name.Trim());
        var own = await (from k in database.Set<PersonCard>()
                         where k.NameFolded == folded && k.ContactPersonId == null
                         join p in database.Set<PersonPlace>() on k.Id equals p.PersonCardId
                         join c in database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user) on p.CounterpartyId equals c.Id
                         where c.GoneAt == null
                         orderby k.Id, c.Id
                         select new KnownPerson(c.Id, c.Name, null, k.Id, k.Name)).Take(Most).ToListAsync(cancellation);
        return [.. (await PersonsAsync(near, cancellation)).Where(p => NameKey.Of(p.Record.Name) == key).Select(p => p.Known), .. own];
    }

    private async Task<IReadOnlyList<(ContactPersonRecord Record, KnownPerson Known)>> PersonsAsync(CounterpartyList near, CancellationToken cancellation)
    {
        var names = near.Lines.ToDictionary(l => l.Id, l => l.Name);
        var ids = names.Keys.ToList();
        var persons = await database.Set<ContactPersonRecord>().Where(p => p.CounterpartyId != null && ids.Contains(p.CounterpartyId.Value) && p.GoneAt == null).OrderBy(p => p.Id).Take(1_000).ToListAsync(cancellation);
        return [.. persons.Select(p => (p, new KnownPerson(p.CounterpartyId!.Value, names[p.CounterpartyId.Value], p.Id, null, p.Name)))];
    }

    private static bool Has(string mechanisms, string folded) => MirrorJson.ReadMechanisms(mechanisms).Any(m => m.Kind == ContactMechanismKind.Email && SearchText.Fold(m.Value.Trim()) == folded);
}
