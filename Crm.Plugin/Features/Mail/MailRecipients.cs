using Crm.Contracts;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>Somebody whom a letter goes to.</summary>
/// <param name="CounterpartyId">Whose timeline shows it.</param>
/// <param name="Counterparty">Its name.</param>
/// <param name="PersonId">The ERP's person; null for the counterparty itself and for the CRM's own persons.</param>
/// <param name="Person">Null for the counterparty itself.</param>
/// <param name="Address">As the ERP keeps it, or as it was typed here.</param>
public sealed record MailRecipient(long CounterpartyId, string Counterparty, long? PersonId, string? Person, string Address);

/// <summary>Who of a selection gets a letter, and why the others do not.</summary>
/// <param name="Recipients">Each address once.</param>
/// <param name="Skipped">Reason and name, in the order of the selection.</param>
/// <param name="IsCut">The selection is longer than one sending may be.</param>
public sealed record MailSelection(IReadOnlyList<MailRecipient> Recipients, IReadOnlyList<(string Reason, string Name)> Skipped, bool IsCut);

/// <summary>Finds addresses, as far as the user may write to counterparties.</summary>
internal sealed class MailRecipients(CrmDbContext database, CurrentUser user, CounterpartySearch search, PersonStore people, TimeProvider clock)
{
    /// <summary>A sending to more is a campaign's matter.</summary>
    public const int Most = 1_000;

    public const string NoAddress = "no e-mail address";
    public const string BadAddress = "the address is not valid";
    public const string Repeated = "the address is among those before";
    public const string Suppressed = "wants no letters";

    /// <summary>Addresses of one counterparty and its contact persons, the main one first; null out of reach.</summary>
    public async Task<IReadOnlyList<MailRecipient>?> OfAsync(long counterpartyId, CancellationToken cancellation)
    {
        var record = await database.Set<CounterpartyRecord>().Within(Scope, user).FirstOrDefaultAsync(c => c.Id == counterpartyId, cancellation);
        if (record is null)
        {
            return null;
        }

        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var own = await people.MechanismsAsync(record, today, cancellation);
        // The CRM's own persons who are not to be contacted are not offered; the ERP's are, and the form says why not.
        var persons = (await people.OfCounterpartyAsync(counterpartyId, today, cancellation)).Where(p => p.IsActive && (p.ContactPersonId is not null || p.Card is not { DoNotContact: true }));
        return
        [
            .. Addresses(record.Mechanisms).Concat(Addresses(own)).Select(a => new MailRecipient(record.Id, record.Name, null, null, a)),
            .. persons.SelectMany(p => Addresses(p.Mechanisms).Concat(Addresses(p.Own)).Select(a => new MailRecipient(record.Id, record.Name, p.ContactPersonId, p.Name, a))),
        ];
    }

    /// <summary>The main address of each counterparty of a selection; one letter for one address.</summary>
    public async Task<MailSelection> SelectAsync(CounterpartyFilter filter, CancellationToken cancellation)
    {
        var list = await search.ListAsync(filter, null, Most, cancellation, Scope);
        var (recipients, skipped, seen) = (new List<MailRecipient>(), new List<(string, string)>(), new HashSet<string>(StringComparer.Ordinal));
        var addresses = list.Lines.Select(l => l.Email is { } e ? MailAddressRule.Fold(e) : "").ToList();
        var suppressed = (await database.Set<MailSuppression>().Where(s => addresses.Contains(s.Address)).Select(s => s.Address).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        var silent = await People.DoNotContact.AmongAsync(database, [.. list.Lines.Select(l => l.Id)], cancellation);
        foreach (var line in list.Lines)
        {
            var address = line.Email is { } email ? MailAddressRule.Fold(email) : "";
            var reason = address.Length == 0 ? NoAddress : !MailAddressRule.IsValid(address) ? BadAddress : suppressed.Contains(address) || silent.Contains(line.Id) ? Suppressed : !seen.Add(address) ? Repeated : null;
            if (reason is null)
            {
                recipients.Add(new(line.Id, line.Name, null, null, address));
            }
            else
            {
                skipped.Add((reason, line.Name));
            }
        }

        return new(recipients, skipped, list.Next is not null);
    }

    private Scope Scope => user.Rights.WriteScope < user.Rights.ReadScope ? user.Rights.WriteScope : user.Rights.ReadScope;

    private static IEnumerable<string> Addresses(string mechanisms) => Addresses(MirrorJson.ReadMechanisms(mechanisms));

    private static IEnumerable<string> Addresses(IEnumerable<ContactMechanism> mechanisms) => mechanisms.Where(m => m.Kind == ContactMechanismKind.Email).Select(m => m.Value.Trim());

    private static IEnumerable<string> Addresses(IEnumerable<OwnMechanism> mechanisms) => mechanisms.Where(m => m.Kind == ContactMechanismKind.Email).Select(m => m.Value.Trim());
}
