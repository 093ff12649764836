using Crm.Contracts;
using Crm.Plugin.Features.AddressHarvest;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Selections;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>Somebody whom a letter goes to.</summary>
/// <param name="CounterpartyId">Whose timeline shows it; null for an address of a list that nobody known has.</param>
/// <param name="Counterparty">Its name; "" for nobody known.</param>
/// <param name="PersonId">The ERP's person; null for the counterparty itself and for the CRM's own persons.</param>
/// <param name="Person">Null for the counterparty itself.</param>
/// <param name="Address">As the ERP keeps it, or as it was typed here.</param>
/// <param name="CardId">The CRM's own person, or one of the ERP's who also speaks for this counterparty.</param>
public sealed record MailRecipient(long? CounterpartyId, string Counterparty, long? PersonId, string? Person, string Address, long? CardId = null)
{
    /// <summary>What the CRM knows of the person's wishes; null when nothing, and for the counterparty itself.</summary>
    public PersonCard? Card { get; init; }
}

/// <summary>Who of a selection gets a letter, and why the others do not.</summary>
/// <param name="Recipients">Each address once.</param>
/// <param name="Skipped">Reason and name, in the order of the selection.</param>
/// <param name="IsCut">The selection is longer than one sending may be.</param>
public sealed record MailSelection(IReadOnlyList<MailRecipient> Recipients, IReadOnlyList<(string Reason, string Name)> Skipped, bool IsCut);

/// <summary>Finds addresses, as far as the user may write to counterparties.</summary>
internal sealed class MailRecipients(CrmDbContext database, CurrentUser user, SelectionReader selections, PersonStore people, Shell.Show show)
{
    /// <summary>A sending to more is a campaign's matter.</summary>
    public const int Most = 1_000;

    public const string NoAddress = "no e-mail address";
    public const string BadAddress = "the address is not valid";
    public const string Repeated = "the address is among those before";
    public const string Suppressed = "wants no letters";
    public const string ComesBack = "letters to this address come back";
    public const string OutOfUse = "the address is out of use";
    public const string NoBasis = "no legal basis is recorded";
    public const string OutOfReach = "belongs to a counterparty of others";

    /// <summary>Addresses of one counterparty and its contact persons, the main one first; null out of reach.</summary>
    public async Task<IReadOnlyList<MailRecipient>?> OfAsync(long counterpartyId, CancellationToken cancellation)
    {
        var record = await database.Set<CounterpartyRecord>().Within(Scope, user).FirstOrDefaultAsync(c => c.Id == counterpartyId, cancellation);
        if (record is null)
        {
            return null;
        }

        var today = show.Today;
        var reached = await people.ReachedAsync(record, today, cancellation);
        var persons = reached.Persons.Where(p => p.IsActive);
        return
        [
            .. Addresses(MechanismNoteRule.Offered(reached.Held)).Concat(Addresses(reached.Own)).Select(a => new MailRecipient(record.Id, record.Name, null, null, a)),
            .. persons.SelectMany(p => Addresses(p.Mechanisms).Concat(Addresses(p.Own)).Select(a => new MailRecipient(record.Id, record.Name, p.ContactPersonId, p.Name, a, p.ContactPersonId is null ? p.Card?.Id : null) { Card = p.Card })),
        ];
    }

    /// <summary>The main address of each counterparty of a selection, or of each of its persons who are meant; one letter for one address and one person.</summary>
    public async Task<MailSelection> SelectAsync(Selection selection, CancellationToken cancellation)
    {
        var members = await selections.ReadAsync(selection, Scope, Most, cancellation);
        var (recipients, skipped, seen) = (new List<MailRecipient>(), new List<(string, string)>(), new HashSet<string>(StringComparer.Ordinal));
        var addresses = members.Members.Select(m => m.Values(ContactMechanismKind.Email).FirstOrDefault() is { } e ? MailAddressRule.Fold(e) : "").ToList();
        var suppressed = await database.Set<MailSuppression>().Where(s => addresses.Contains(s.Address)).ToDictionaryAsync(s => s.Address, s => s.Reason, cancellation);
        var once = new OnceEach();
        foreach (var (member, address) in members.Members.Zip(addresses))
        {
            var reason = member.Reason ?? (address.Length == 0 ? NoAddress : !MailAddressRule.IsValid(address) ? BadAddress : member.IsSilent ? Suppressed : suppressed.TryGetValue(address, out var why) ? Word(why) : !seen.Add(address) ? Repeated : once.Refuse(member));
            if (reason is null)
            {
                recipients.Add(new(member.Counterparty.Id, member.Counterparty.Name, member.PersonId, member.Person?.Name, address, member.CardId) { Card = member.Person?.Card });
            }
            else
            {
                skipped.Add((reason, member.Name));
            }
        }

        return new(recipients, skipped, members.IsCut);
    }

    /// <summary>
    /// The addresses of a gathered list that may be written to: with a recorded legal basis, not unsubscribed, not of anybody who is not to be
    /// contacted, whatever was known of them when they were gathered. Null when there is no such list.
    /// </summary>
    public async Task<MailSelection?> OfListAsync(long listId, CancellationToken cancellation)
    {
        if (!await database.Set<AddressList>().AnyAsync(l => l.Id == listId, cancellation))
        {
            return null;
        }

        var entries = await database.Set<AddressListEntry>().Where(e => e.AddressListId == listId).OrderBy(e => e.Address).Take(Most + 1).ToListAsync(cancellation);
        var isCut = entries.Count > Most;
        entries = [.. entries.Take(Most)];
        var silent = await DoNotContact.EmailsAsync(database, cancellation);
        var (recipients, skipped, seen) = (new List<MailRecipient>(), new List<(string, string)>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (entry, refused, counterparty) in await AddressListCheck.CheckAsync(database, entries, silent, Scope, Scope, user, show.Today, cancellation))
        {
            var address = MailAddressRule.Fold(entry.Address);
            if ((refused ?? (seen.Add(address) ? null : Repeated)) is { } reason)
            {
                skipped.Add((reason, entry.Address));
            }
            else
            {
                recipients.Add(new(entry.CounterpartyId, counterparty ?? "", null, null, address));
            }
        }

        return new(recipients, skipped, isCut);
    }

    private static string Word(string reason) => reason == MailSuppressions.Bounced ? ComesBack : Suppressed;

    private Scope Scope => user.Rights.WriteScope < user.Rights.ReadScope ? user.Rights.WriteScope : user.Rights.ReadScope;

    private static IEnumerable<string> Addresses(IEnumerable<ContactMechanism> mechanisms) => mechanisms.Where(m => m.Kind == ContactMechanismKind.Email).Select(m => m.Value.Trim());

    private static IEnumerable<string> Addresses(IEnumerable<OwnMechanism> mechanisms) => mechanisms.Where(m => m.Kind == ContactMechanismKind.Email).Select(m => m.Value.Trim());
}
