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
    private const int PageSize = 5_000;

    /// <summary>Whether the counterparty, or one of its persons, is not to be contacted.</summary>
    /// <param name="database">Where the preferences are.</param>
    /// <param name="counterpartyId">To whom.</param>
    /// <param name="contactPersonId">The ERP's person, where it goes to one.</param>
    /// <param name="cardId">The CRM's own person, where it goes to one.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<bool> HoldsAsync(CrmDbContext database, long counterpartyId, long? contactPersonId, long? cardId, CancellationToken cancellation) =>
        await database.Set<CounterpartyPreference>().AnyAsync(p => p.CounterpartyId == counterpartyId && p.DoNotContact, cancellation)
        || ((contactPersonId ?? cardId) is not null
            && await database.Set<PersonCard>().AnyAsync(c => ((contactPersonId != null && c.ContactPersonId == contactPersonId) || (cardId != null && c.Id == cardId)) && c.DoNotContact, cancellation));

    /// <summary>The same for a letter or a message in its outbox: the contact on the timeline tells which person it goes to.</summary>
    public static async Task<bool> HoldsQueuedAsync(CrmDbContext database, long? counterpartyId, long? interactionId, CancellationToken cancellation)
    {
        if (counterpartyId is not { } id)
        {
            return false;
        }

        var contact = await database.Set<Interaction>().Where(i => i.Id == interactionId).Select(i => new { i.PersonId, i.CardId }).FirstOrDefaultAsync(cancellation);
        return await HoldsAsync(database, id, contact?.PersonId, contact?.CardId, cancellation);
    }

    /// <summary>Which of these counterparties are not to be contacted.</summary>
    public static async Task<HashSet<long>> AmongAsync(CrmDbContext database, IReadOnlyCollection<long> counterpartyIds, CancellationToken cancellation) =>
        [.. await database.Set<CounterpartyPreference>().Where(p => p.DoNotContact && counterpartyIds.Contains(p.CounterpartyId)).Select(p => p.CounterpartyId).ToListAsync(cancellation)];

    /// <summary>Every e-mail address, in small letters, of counterparties and persons who are not to be contacted: the ERP's and those typed here.</summary>
    /// <remarks>Its cost follows how many of them there are: once for a mailing, never once for a letter.</remarks>
    public static async Task<HashSet<string>> EmailsAsync(CrmDbContext database, CancellationToken cancellation)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var whole = database.Set<CounterpartyPreference>().Where(p => p.DoNotContact).Select(p => p.CounterpartyId);
        await PagesAsync(
            last => database.Set<CounterpartyRecord>().Where(c => c.Id > last && whole.Contains(c.Id)).OrderBy(c => c.Id).Select(c => new Line(c.Id, c.Mechanisms)), AddRead, cancellation);
        await PagesAsync(
            last => database.Set<ContactPersonRecord>()
                .Where(p => p.Id > last && ((p.CounterpartyId != null && whole.Contains(p.CounterpartyId.Value)) || database.Set<PersonCard>().Any(c => c.DoNotContact && c.ContactPersonId == p.Id)))
                .OrderBy(p => p.Id).Select(p => new Line(p.Id, p.Mechanisms)),
            AddRead, cancellation);
        await PagesAsync(
            last => database.Set<OwnMechanism>()
                .Where(m => m.Id > last && m.Kind == ContactMechanismKind.Email
                    && (whole.Contains(m.CounterpartyId) || database.Set<PersonCard>().Any(c => c.DoNotContact && (c.Id == m.CardId || (c.ContactPersonId != null && c.ContactPersonId == m.ContactPersonId)))))
                .OrderBy(m => m.Id).Select(m => new Line(m.Id, m.Value)),
            address => found.Add(Mail.MailAddressRule.Fold(address)), cancellation);
        return found;

        void AddRead(string mechanisms) => found.UnionWith(MirrorJson.ReadMechanisms(mechanisms).Where(m => m.Kind == ContactMechanismKind.Email).Select(m => Mail.MailAddressRule.Fold(m.Value)));
    }

    private sealed record Line(long Id, string Text);

    private static async Task PagesAsync(Func<long, IQueryable<Line>> after, Action<string> take, CancellationToken cancellation)
    {
        List<Line> page;
        long last = 0;
        do
        {
            page = await after(last).Take(PageSize).ToListAsync(cancellation);
            page.ForEach(line => take(line.Text));
            last = page.Count > 0 ? page[^1].Id : last;
        }
        while (page.Count == PageSize);
    }
}
