using Crm.Contracts;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.AddressHarvest;

/// <summary>An entry of a list as it stands now.</summary>
/// <param name="Entry">As gathered.</param>
/// <param name="Reason">Why no letter goes there, one of <see cref="MailRecipients"/>'; null when one may.</param>
/// <param name="Counterparty">Whose address it is; null when nobody's, or out of reach.</param>
public sealed record CheckedEntry(AddressListEntry Entry, string? Reason, string? Counterparty)
{
    /// <summary>Whether its counterparty may be written to by the reader's right; false when it is nobody's.</summary>
    public bool IsReached { get; init; }

    public AddressState State => Reason is not null ? AddressState.Refused : Counterparty is not null ? AddressState.Matched : AddressState.Valid;
}

/// <summary>What may become of an entry.</summary>
public enum AddressState
{
    /// <summary>May be written to; nobody known has it.</summary>
    Valid = 1,

    /// <summary>May be written to; a counterparty's.</summary>
    Matched = 2,

    /// <summary>No letter goes there.</summary>
    Refused = 3,
}

/// <summary>Decides which entries may be written to: for the sending and for the screen alike.</summary>
internal static class AddressListCheck
{
    /// <summary>Checks entries, in their order.</summary>
    /// <param name="database">Where they are.</param>
    /// <param name="entries">Of one list.</param>
    /// <param name="silent">The addresses of all who are not to be contacted, in small letters.</param>
    /// <param name="written">How far letters may go.</param>
    /// <param name="seen">How far names are told.</param>
    /// <param name="user">Whose rights.</param>
    /// <param name="today">Of that user: an address whose last day has passed is out of use.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<IReadOnlyList<CheckedEntry>> CheckAsync(CrmDbContext database, IReadOnlyList<AddressListEntry> entries, HashSet<string> silent, Scope written, Scope seen, CurrentUser user, DateOnly today, CancellationToken cancellation)
    {
        var addresses = entries.Select(e => MailAddressRule.Fold(e.Address)).ToList();
        var owners = entries.Select(e => e.CounterpartyId).OfType<long>().Distinct().ToList();
        var suppressed = await database.Set<MailSuppression>().Where(s => addresses.Contains(s.Address)).ToDictionaryAsync(s => s.Address, s => s.Reason, cancellation);
        var silentOwners = await DoNotContact.AmongAsync(database, owners, cancellation);
        var names = await database.Set<CounterpartyRecord>().Within(seen, user).Where(c => owners.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, cancellation);
        var reached = written == seen ? [.. names.Keys] : (await database.Set<CounterpartyRecord>().Within(written, user).Where(c => owners.Contains(c.Id)).Select(c => c.Id).ToListAsync(cancellation)).ToHashSet();
        var ended = (await EndedAddresses.AmongAsync(database, [.. entries.Select(Normal).Distinct()], today, cancellation)).ToHashSet();
        var endedAnywhere = ended.Select(e => e.Normal).ToHashSet(StringComparer.Ordinal); // nobody known has such a one in use
        return [.. entries.Zip(addresses, (entry, address) => new CheckedEntry(entry, Reason(entry, address), entry.CounterpartyId is { } id ? names.GetValueOrDefault(id) : null) { IsReached = entry.CounterpartyId is { } owner && reached.Contains(owner) })];

        string? Reason(AddressListEntry entry, string address) =>
            string.IsNullOrWhiteSpace(entry.LegalBasis) ? MailRecipients.NoBasis : !MailAddressRule.IsValid(address) ? MailRecipients.BadAddress
            : silent.Contains(address) || (entry.CounterpartyId is { } owner && silentOwners.Contains(owner)) ? MailRecipients.Suppressed
            : suppressed.TryGetValue(address, out var why) ? why == MailSuppressions.Bounced ? MailRecipients.ComesBack : MailRecipients.Suppressed
            : entry.CounterpartyId is { } whose ? ended.Contains((whose, Normal(entry))) ? MailRecipients.OutOfUse : reached.Contains(whose) ? null : MailRecipients.OutOfReach
            : endedAnywhere.Contains(Normal(entry)) ? MailRecipients.OutOfUse : null;
    }

    private static string Normal(AddressListEntry entry) => MechanismRule.Normal(ContactMechanismKind.Email, entry.Address);
}
