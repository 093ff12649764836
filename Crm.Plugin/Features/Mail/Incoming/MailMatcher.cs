using Crm.Contracts;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.Mail.Letters;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>Whom a letter belongs to.</summary>
/// <param name="CounterpartyId">Whose timeline shows it.</param>
/// <param name="PersonId">The ERP's person; null for the counterparty itself and for the CRM's own persons.</param>
/// <param name="CardId">The CRM's own person.</param>
internal sealed record MailMatch(long CounterpartyId, long? PersonId, long? CardId = null);

/// <summary>Finds out whom a letter belongs to: by the conversation that it goes on, else by its other side's address.</summary>
internal sealed class MailMatcher(CrmDbContext database, CounterpartySearch search, TimeProvider clock)
{
    private const int MostCandidates = 20;

    /// <returns>Empty when nobody is known; several when a user has to choose.</returns>
    public async Task<IReadOnlyList<MailMatch>> FindAsync(ReceivedLetter letter, bool isOutgoing, CancellationToken cancellation)
    {
        if (await ByConversationAsync(letter, cancellation) is { } known)
        {
            return [known];
        }

        IReadOnlyList<MailMatch> several = [];
        foreach (var address in isOutgoing ? letter.Recipients.Take(20).Select(r => r.Address) : letter.From is { } from ? [from.Address] : Array.Empty<string>())
        {
            var found = await OfAddressAsync(address, cancellation);
            if (found.Count == 1)
            {
                return found;
            }

            several = several.Count == 0 ? found : several;
        }

        return several;
    }

    /// <summary>Everybody who has the address, in the ERP or as it was typed here; each counterparty once, with the person where one has it.</summary>
    public async Task<IReadOnlyList<MailMatch>> OfAddressAsync(string address, CancellationToken cancellation)
    {
        var folded = MailAddressRule.Fold(address);
        if (!MailAddressRule.IsValid(folded))
        {
            return [];
        }

        var near = await search.ListAsync(CounterpartyFilter.None with { Text = folded }, null, MostCandidates, cancellation, Scope.All);
        var ids = near.Lines.Select(l => l.Id).ToList();
        var persons = (await database.Set<ContactPersonRecord>().Where(p => p.CounterpartyId != null && ids.Contains(p.CounterpartyId.Value) && p.GoneAt == null).Take(1_000).ToListAsync(cancellation))
            .Where(p => Has(p.Mechanisms, folded)).ToLookup(p => p.CounterpartyId!.Value, p => p.Id);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var typed = (await MechanismOwners.OfEmailAsync(database, folded, today, cancellation)).Where(o => MailAddressRule.Fold(o.Value) == folded)
            .Concat(await MechanismOwners.ElsewhereAsync(database, [.. persons.SelectMany(p => p)], today, cancellation));
        return
        [
            .. near.Lines.Where(l => Has(l.Mechanisms, folded) || persons.Contains(l.Id)).Select(l => new MailMatch(l.Id, persons[l.Id].Select(p => (long?)p).FirstOrDefault()))
                .Concat(MechanismOwners.Working([.. typed]).Select(o => new MailMatch(o.CounterpartyId, o.PersonId, o.CardId)))
                .GroupBy(m => m.CounterpartyId).Select(g => g.FirstOrDefault(m => (m.PersonId ?? m.CardId) is not null) ?? g.First()),
        ];
    }

    private async Task<MailMatch?> ByConversationAsync(ReceivedLetter letter, CancellationToken cancellation)
    {
        var ids = letter.References.Append(letter.InReplyTo ?? "").Where(i => i.Length > 0).Distinct().ToList();
        if (ids.Count == 0)
        {
            return null;
        }

        var received = await database.Set<MailIn>().Where(m => ids.Contains(m.MessageId) && m.CounterpartyId != null).OrderByDescending(m => m.Id).Select(m => new MailMatch(m.CounterpartyId!.Value, m.PersonId, m.CardId)).FirstOrDefaultAsync(cancellation);
        return received ?? await (from m in database.Set<MailOut>()
                                  where ids.Contains(m.MessageId) && m.CounterpartyId != null
                                  orderby m.Id descending
                                  join i in database.Set<ContactLog.Interaction>() on m.InteractionId equals i.Id into contacts
                                  from i in contacts.DefaultIfEmpty()
                                  select new MailMatch(m.CounterpartyId!.Value, i.PersonId, i.CardId)).FirstOrDefaultAsync(cancellation);
    }

    private static bool Has(string mechanisms, string folded) => MirrorJson.ReadMechanisms(mechanisms).Any(m => m.Kind == ContactMechanismKind.Email && MailAddressRule.Fold(m.Value) == folded);
}
