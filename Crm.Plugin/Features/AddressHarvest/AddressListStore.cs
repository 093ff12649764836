using System.Globalization;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.AddressHarvest;

/// <summary>What a list's screen is narrowed to.</summary>
/// <param name="Text">A part of the address; "" for all.</param>
/// <param name="State">Null for all.</param>
public sealed record AddressFilter(string Text, AddressState? State)
{
    public static AddressFilter From(IQueryCollection query) => new(
        query["q"].ToString().Trim() is { Length: <= 200 } text ? text : query["q"].ToString()[..200],
        query["state"].ToString() switch { "valid" => AddressState.Valid, "matched" => AddressState.Matched, "refused" => AddressState.Refused, _ => null });

    /// <summary>The same as a query string that begins with "?", or "".</summary>
    public string ToQuery()
    {
        var parts = new[] { Text.Length > 0 ? "q=" + Uri.EscapeDataString(Text) : "", State is { } state ? "state=" + HarvestWords.Parameter(state) : "" }.Where(p => p.Length > 0).ToList();
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }
}

/// <summary>One entry as the screen and the file show it.</summary>
/// <param name="Checked">The entry and what may become of it.</param>
/// <param name="AddedBy">Name of who added it.</param>
/// <param name="MayRemove">Whether the reader may take it off the list.</param>
public sealed record AddressLine(CheckedEntry Checked, string AddedBy, bool MayRemove);

/// <summary>A part of a list.</summary>
/// <param name="Lines">By address.</param>
/// <param name="Next">The address after which it goes on; null at the end.</param>
public sealed record AddressPart(IReadOnlyList<AddressLine> Lines, string? Next);

/// <summary>Reads and weeds gathered lists. Addresses of counterparties out of the reader's reach are not shown: they would tell who has which.</summary>
internal sealed class AddressListStore(CrmDbContext database, CurrentUser user, AuditLog audit, Shell.Show show)
{
    private const int Portion = 500;

    /// <summary>So many entries are looked through for one page of those in a rare state; the page then says where it goes on.</summary>
    private const int MostLooked = 5_000;

    /// <summary>Null when there is no such list.</summary>
    public Task<AddressList?> FindAsync(long id, CancellationToken cancellation) => database.Set<AddressList>().FirstOrDefaultAsync(l => l.Id == id, cancellation);

    /// <summary>Whether the list has addresses that the reader may not see.</summary>
    public Task<bool> HidesAsync(long id, CancellationToken cancellation) => database.Set<AddressListEntry>()
        .AnyAsync(e => e.AddressListId == id && e.CounterpartyId != null && !database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Any(c => c.Id == e.CounterpartyId), cancellation);

    /// <summary>One page.</summary>
    /// <param name="id">Of the list.</param>
    /// <param name="filter">Which of its entries.</param>
    /// <param name="after">A <see cref="AddressPart.Next"/>; null to begin.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="scope">Of the right that is used: to see, or to export.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<AddressPart> ReadAsync(long id, AddressFilter filter, string? after, int limit, Scope scope, CancellationToken cancellation)
    {
        var silent = await DoNotContact.EmailsAsync(database, cancellation);
        var written = user.Rights.WriteScope < scope ? user.Rights.WriteScope : scope;
        var (lines, looked, last, isEnd) = (new List<AddressLine>(), 0, after ?? "", false);
        while (lines.Count < limit && looked < MostLooked && !isEnd)
        {
            var portion = await PortionAsync(id, filter.Text, last, scope, cancellation);
            var names = await NamesAsync(portion, cancellation);
            foreach (var entry in await AddressListCheck.CheckAsync(database, portion, silent, written, scope, user, show.Today, cancellation))
            {
                if (lines.Count == limit)
                {
                    return new(lines, last);
                }

                last = entry.Entry.Address;
                if (filter.State is null || filter.State == entry.State)
                {
                    lines.Add(new(entry, names.GetValueOrDefault(entry.Entry.AddedBy, ""), MayRemove(entry.Entry, entry.IsReached)));
                }
            }

            (looked, isEnd) = (looked + portion.Count, portion.Count < Portion);
        }

        return new(lines, isEnd ? null : last);
    }

    /// <summary>Takes one address off a list; what was known of it stays in the audit log.</summary>
    /// <returns>False when there is no such entry, or the user may not.</returns>
    public async Task<bool> RemoveAsync(long id, string address, CancellationToken cancellation)
    {
        var entry = await Within(id, user.Rights.ReadScope).AsTracking().FirstOrDefaultAsync(e => e.Address == address, cancellation);
        if (entry is null || !MayRemove(entry, entry.CounterpartyId is { } c && await database.Set<CounterpartyRecord>().Within(user.Rights.WriteScope, user).AnyAsync(x => x.Id == c, cancellation)))
        {
            return false;
        }

        database.Remove(entry);
        audit.Note(database, "addresses.removed", "address-list", id.ToString(CultureInfo.InvariantCulture), AuditChange.Of(("address", entry.Address, null), ("legalBasis", entry.LegalBasis, null), ("source", entry.Source, null)));
        await database.SaveChangesAsync(cancellation);
        return true;
    }

    /// <summary>Who added it, whoever may write to its counterparty, and who may write to everybody.</summary>
    private bool MayRemove(AddressListEntry entry, bool isReached) => user.Rights.WriteScope == Scope.All || entry.AddedBy == user.Id || isReached;

    private IQueryable<AddressListEntry> Within(long id, Scope scope) => database.Set<AddressListEntry>()
        .Where(e => e.AddressListId == id && (e.CounterpartyId == null || database.Set<CounterpartyRecord>().Within(scope, user).Any(c => c.Id == e.CounterpartyId)));

    private Task<List<AddressListEntry>> PortionAsync(long id, string text, string after, Scope scope, CancellationToken cancellation)
    {
        var part = Mail.MailAddressRule.Fold(text);
#pragma warning disable CA1309 // Translated to SQL, where the column's own order counts.
        var entries = Within(id, scope).Where(e => string.Compare(e.Address, after) > 0);
#pragma warning restore CA1309
        return (part.Length == 0 ? entries : entries.Where(e => e.Address.Contains(part))).OrderBy(e => e.Address).Take(Portion).ToListAsync(cancellation);
    }

    private async Task<Dictionary<long, string>> NamesAsync(IReadOnlyList<AddressListEntry> entries, CancellationToken cancellation)
    {
        var ids = entries.Select(e => e.AddedBy).Distinct().ToList();
        return await database.Set<UserAccount>().Where(a => ids.Contains(a.Id)).ToDictionaryAsync(a => a.Id, a => a.Name, cancellation);
    }
}
