using Crm.Contracts;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.Mail.Mime;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>Whom a letter belongs to.</summary>
internal sealed record MailMatch(long CounterpartyId, long? PersonId);

/// <summary>Finds out whom a letter belongs to: by the conversation that it goes on, else by its other side's address.</summary>
internal sealed class MailMatcher(CrmDbContext database, CounterpartySearch search)
{
    private const int MostCandidates = 20;

    /// <summary>Null when nobody is known, or when several are and a user has to choose.</summary>
    public async Task<MailMatch?> FindAsync(MimeMessage letter, bool isOutgoing, CancellationToken cancellation)
    {
        if (await ByConversationAsync(letter, cancellation) is { } known)
        {
            return known;
        }

        foreach (var address in isOutgoing ? letter.Recipients.Take(20).Select(r => r.Address) : letter.From is { } from ? [from.Address] : Array.Empty<string>())
        {
            var found = await OfAddressAsync(address, cancellation);
            if (found.Count == 1)
            {
                return found[0];
            }
        }

        return null;
    }

    /// <summary>Everybody who has the address, each counterparty once.</summary>
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
        return [.. near.Lines.Where(l => Has(l.Mechanisms, folded) || persons.Contains(l.Id)).Select(l => new MailMatch(l.Id, persons[l.Id].Select(p => (long?)p).FirstOrDefault()))];
    }

    private async Task<MailMatch?> ByConversationAsync(MimeMessage letter, CancellationToken cancellation)
    {
        var ids = letter.References.Append(letter.InReplyTo ?? "").Where(i => i.Length > 0).Distinct().ToList();
        if (ids.Count == 0)
        {
            return null;
        }

        var received = await database.Set<MailIn>().Where(m => ids.Contains(m.MessageId) && m.CounterpartyId != null).OrderByDescending(m => m.Id).Select(m => new MailMatch(m.CounterpartyId!.Value, m.PersonId)).FirstOrDefaultAsync(cancellation);
        return received ?? await database.Set<MailOut>().Where(m => ids.Contains(m.MessageId) && m.CounterpartyId != null).OrderByDescending(m => m.Id)
            .Select(m => new MailMatch(m.CounterpartyId!.Value, database.Set<ContactLog.Interaction>().Where(i => i.Id == m.InteractionId).Select(i => i.PersonId).FirstOrDefault())).FirstOrDefaultAsync(cancellation);
    }

    private static bool Has(string mechanisms, string folded) => MirrorJson.ReadMechanisms(mechanisms).Any(m => m.Kind == ContactMechanismKind.Email && MailAddressRule.Fold(m.Value) == folded);
}
