using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>Who is not to be contacted gets nothing that they did not ask for: whatever sends, asks here at the last moment.</summary>
internal static class DoNotContact
{
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
}
