using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>Who is not to be contacted gets nothing that they did not ask for: whatever sends, asks here at the last moment.</summary>
internal static class DoNotContact
{
    // Who is not to be contacted is the exception; beyond this many the base is no longer one of customers.
    private const int Most = 100_000;

    /// <summary>Whether the counterparty, or one of its persons, is not to be contacted.</summary>
    /// <param name="database">Where the preferences are.</param>
    /// <param name="counterpartyId">To whom.</param>
    /// <param name="contactPersonId">The ERP's person, where it goes to one.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<bool> HoldsAsync(CrmDbContext database, long counterpartyId, long? contactPersonId, CancellationToken cancellation) =>
        await database.Set<CounterpartyPreference>().AnyAsync(p => p.CounterpartyId == counterpartyId && p.DoNotContact, cancellation)
        || (contactPersonId is not null && await database.Set<PersonCard>().AnyAsync(c => c.ContactPersonId == contactPersonId && c.DoNotContact, cancellation));

    /// <summary>The same for a letter or a message in its outbox: the contact on the timeline tells which person it goes to.</summary>
    public static async Task<bool> HoldsQueuedAsync(CrmDbContext database, long? counterpartyId, long? interactionId, CancellationToken cancellation)
    {
        if (counterpartyId is not { } id)
        {
            return false;
        }

        var contact = await database.Set<Interaction>().Where(i => i.Id == interactionId).Select(i => new { i.PersonId, i.CardId }).FirstOrDefaultAsync(cancellation);
        return await HoldsAsync(database, id, contact?.PersonId, cancellation)
            || (contact?.CardId is { } card && await database.Set<PersonCard>().AnyAsync(c => c.Id == card && c.DoNotContact, cancellation));
    }

    /// <summary>Which of these counterparties are not to be contacted.</summary>
    public static async Task<HashSet<long>> AmongAsync(CrmDbContext database, IReadOnlyCollection<long> counterpartyIds, CancellationToken cancellation) =>
        [.. await database.Set<CounterpartyPreference>().Where(p => p.DoNotContact && counterpartyIds.Contains(p.CounterpartyId)).Select(p => p.CounterpartyId).ToListAsync(cancellation)];

    /// <summary>Every e-mail address, in small letters, of counterparties and persons who are not to be contacted: the ERP's and those typed here.</summary>
    public static async Task<HashSet<string>> EmailsAsync(CrmDbContext database, CancellationToken cancellation)
    {
        var whole = database.Set<CounterpartyPreference>().Where(p => p.DoNotContact).Select(p => p.CounterpartyId);
        var read = await database.Set<CounterpartyRecord>().Where(c => whole.Contains(c.Id)).Select(c => c.Mechanisms).Take(Most).ToListAsync(cancellation);
        read.AddRange(await database.Set<ContactPersonRecord>()
            .Where(p => (p.CounterpartyId != null && whole.Contains(p.CounterpartyId.Value)) || database.Set<PersonCard>().Any(c => c.DoNotContact && c.ContactPersonId == p.Id))
            .Select(p => p.Mechanisms).Take(Most).ToListAsync(cancellation));
        var typed = await database.Set<OwnMechanism>()
            .Where(m => m.Kind == ContactMechanismKind.Email
                && (whole.Contains(m.CounterpartyId) || database.Set<PersonCard>().Any(c => c.DoNotContact && (c.Id == m.CardId || (c.ContactPersonId != null && c.ContactPersonId == m.ContactPersonId)))))
            .Select(m => m.Value).Take(Most).ToListAsync(cancellation);
        return [.. read.SelectMany(MirrorJson.ReadMechanisms).Where(m => m.Kind == ContactMechanismKind.Email).Select(m => m.Value).Concat(typed).Select(Mail.MailAddressRule.Fold)];
    }
}
