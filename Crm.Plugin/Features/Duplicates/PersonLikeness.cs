using Crm.Contracts;
using Crm.Plugin.Features.People;
using Crm.Plugin.Search;

namespace Crm.Plugin.Features.Duplicates;

/// <summary>Somebody whom a person who is being entered may be.</summary>
/// <param name="Who">The known one.</param>
/// <param name="Reasons">What both share.</param>
/// <param name="Score">See <see cref="DuplicateRule.Score"/>.</param>
public sealed record LikelyPerson(KnownPerson Who, DuplicateReasons Reasons, int Score);

/// <summary>Finds whom somebody may be who is being entered; scored like counterparties.</summary>
internal sealed class PersonLikeness(PersonStore persons, KnownPeople known)
{
    private const int Most = 5;

    /// <summary>The likeliest first; empty for somebody new.</summary>
    /// <param name="counterpartyId">Where the new one is entered.</param>
    /// <param name="name">As typed.</param>
    /// <param name="phone">As typed; "" for none.</param>
    /// <param name="email">As typed; "" for none.</param>
    /// <param name="today">In the user's zone.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<IReadOnlyList<LikelyPerson>> OfPersonAsync(long counterpartyId, string name, string phone, string email, DateOnly today, CancellationToken cancellation)
    {
        var found = new Dictionary<(long, long?, long?), (KnownPerson Who, DuplicateReasons Reasons)>();
        var key = NameKey.Of(name);
        foreach (var person in key.Length == 0 ? [] : await persons.OfCounterpartyAsync(counterpartyId, today, cancellation))
        {
            // Here a name alone tells, also in other letters or in another order.
            if (NameKey.Of(person.Name) == key)
            {
                Add(found, new(counterpartyId, "", person.ContactPersonId, person.ContactPersonId is null ? person.Card?.Id : null, person.Name), DuplicateReasons.Name);
            }
        }

        foreach (var one in await known.ByNameAsync(name, cancellation))
        {
            Add(found, one, DuplicateReasons.Name);
        }

        foreach (var one in phone.Length == 0 ? [] : await known.ByPhoneAsync(phone, cancellation))
        {
            Add(found, one, DuplicateReasons.Phone);
        }

        foreach (var one in email.Length == 0 ? [] : await known.ByEmailAsync(email, cancellation))
        {
            Add(found, one, DuplicateReasons.Email);
        }

        // Whoever speaks for a company may well have the company's own number. Its name need not be told here.
        return Rank(found.Values.Where(f => f.Who.CounterpartyId != counterpartyId || f.Who.Name is not null).Select(f => f.Who.CounterpartyId == counterpartyId ? (f.Who with { Counterparty = "" }, f.Reasons) : f));
    }

    /// <summary>Who else has a number or an address that is being added to a counterparty or to one of its persons.</summary>
    public async Task<IReadOnlyList<LikelyPerson>> OfMechanismAsync(long counterpartyId, ContactMechanismKind kind, string value, CancellationToken cancellation)
    {
        var (owners, reason) = kind switch
        {
            ContactMechanismKind.Phone => (await known.ByPhoneAsync(value, cancellation), DuplicateReasons.Phone),
            ContactMechanismKind.Email => (await known.ByEmailAsync(value, cancellation), DuplicateReasons.Email),
            _ => ([], DuplicateReasons.None),
        };
        return Rank(owners.Where(o => o.CounterpartyId != counterpartyId).Select(o => (o, reason)));
    }

    private static void Add(Dictionary<(long, long?, long?), (KnownPerson Who, DuplicateReasons Reasons)> found, KnownPerson who, DuplicateReasons reason)
    {
        var key = (who.CounterpartyId, who.PersonId, who.CardId);
        found[key] = found.TryGetValue(key, out var before) ? (before.Who, before.Reasons | reason) : (who, reason);
    }

    private static IReadOnlyList<LikelyPerson> Rank(IEnumerable<(KnownPerson Who, DuplicateReasons Reasons)> found) =>
        [.. found.Select(f => new LikelyPerson(f.Who, f.Reasons, DuplicateRule.Score(f.Reasons))).Where(l => l.Score >= DuplicateRule.Least).OrderByDescending(l => l.Score).ThenBy(l => l.Who.Name, StringComparer.CurrentCulture).Take(Most)];
}
