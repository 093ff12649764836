using Crm.Plugin.Features.Channels;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>One entry of a list to choose from.</summary>
public sealed record Choice(long Id, string Name);

/// <summary>What the fields of a form offer.</summary>
/// <param name="Counterparty">Null when it is still to be chosen, or out of reach.</param>
/// <param name="Persons">Contact persons of the counterparty, by name.</param>
/// <param name="Users">Colleagues who may sign in, by name.</param>
/// <param name="Orders">Numbers of the counterparty's latest orders.</param>
/// <param name="Found">Counterparties to choose from while none is chosen.</param>
public sealed record InteractionOffer(Choice? Counterparty, IReadOnlyList<Choice> Persons, IReadOnlyList<Choice> Users, IReadOnlyList<string> Orders, IReadOnlyList<Choice> Found)
{
    /// <summary>How the counterparty would like to be dealt with; null when nobody has said.</summary>
    public CounterpartyPreference? Preference { get; init; }

    /// <summary>The company's channels that are offered, by kind and name.</summary>
    public IReadOnlyList<InteractionChannel> Channels { get; init; } = [];
}

/// <summary>Reads what the form's fields offer, each list bounded.</summary>
internal sealed class InteractionChoices(CrmDbContext database, CounterpartySearch search, CurrentUser user, TimeProvider clock)
{
    private const int Longest = 200;

    public async Task<InteractionOffer> OfferAsync(long? counterpartyId, string? find, CancellationToken cancellation)
    {
        var counterparty = counterpartyId is { } id ? await CounterpartyAsync(id, cancellation) : null;
        return new(
            counterparty,
            counterparty is null ? [] : await PersonsAsync(counterparty.Id, cancellation),
            await UsersAsync(cancellation),
            counterparty is null ? [] : await database.Set<SalesOrderRecord>().Where(o => o.CounterpartyId == counterparty.Id && o.Number != null && o.GoneAt == null)
                .OrderByDescending(o => o.Date).Take(20).Select(o => o.Number!).ToListAsync(cancellation),
            counterparty is null ? await FindAsync(find, cancellation) : [])
        {
            Channels = await ChannelList.ReadAsync(database, withRetired: false, cancellation),
            Preference = counterparty is null ? null : await database.Set<CounterpartyPreference>().FirstOrDefaultAsync(p => p.CounterpartyId == counterparty.Id, cancellation),
        };
    }

    /// <summary>Null when it is unknown or out of reach.</summary>
    public async Task<Choice?> CounterpartyAsync(long id, CancellationToken cancellation) =>
        await Reachable().Where(c => c.Id == id).Select(c => new Choice(c.Id, c.Name)).FirstOrDefaultAsync(cancellation);

    /// <summary>The ERP's persons and, with a minus before their number, the CRM's own; without those who have left.</summary>
    public async Task<IReadOnlyList<Choice>> PersonsAsync(long counterpartyId, CancellationToken cancellation) =>
        await database.ReadAsync(
            """
            SELECT p.id, p.name, p.position, p.name_folded FROM contact_person p
            WHERE p.counterparty_id = @id AND p.gone_at IS NULL AND p.is_active = TRUE AND NOT EXISTS (
                SELECT 1 FROM person_card k JOIN person_place w ON w.person_card_id = k.id AND w.counterparty_id = p.counterparty_id WHERE k.contact_person_id = p.id AND w.left_on <= @today)
            UNION ALL
            SELECT -k.id, k.name, w.position, k.name_folded FROM person_place w JOIN person_card k ON k.id = w.person_card_id
            WHERE w.counterparty_id = @id AND (w.left_on IS NULL OR w.left_on > @today)
            AND NOT EXISTS (SELECT 1 FROM contact_person p WHERE p.id = k.contact_person_id AND p.counterparty_id = w.counterparty_id)
            ORDER BY 4 LIMIT @limit
            """,
            [("@id", counterpartyId), ("@limit", Longest), ("@today", LocalTime.DayOf(clock.GetUtcNow(), user.Zone).DayNumber)],
            row => new Choice(row.GetInt64(0), row.Text(2) is { } position ? $"{row.GetString(1)}, {position}" : row.GetString(1)), cancellation);

    public async Task<IReadOnlyList<Choice>> UsersAsync(CancellationToken cancellation) =>
        await database.Set<UserAccount>().Where(u => u.IsActive).OrderBy(u => u.Name).Take(Longest).Select(u => new Choice(u.Id, u.Name)).ToListAsync(cancellation);

    /// <summary>
    /// Counterparties whose code is what was typed or whose name begins with it, then what the list would find by it: a fragment of a name,
    /// code, tax number, phone, e-mail or contact person.
    /// </summary>
    public async Task<IReadOnlyList<Choice>> FindAsync(string? typed, CancellationToken cancellation)
    {
        var text = SearchText.Fold(typed ?? "");
        if (text.Length < 2)
        {
            return [];
        }

        const int enough = 8;
        var living = Reachable().Where(c => c.GoneAt == null);
        var code = typed!.Trim();
        var upper = text + '\uffff';
        var found = await living.Where(c => c.Code == code).Take(enough).Select(c => new Choice(c.Id, c.Name)).ToListAsync(cancellation);
#pragma warning disable CA1309 // The database compares letter by letter; it has no notion of the framework's comparisons.
        found.AddRange(await living.Where(c => string.Compare(c.NameFolded, text) >= 0 && string.Compare(c.NameFolded, upper) < 0)
            .OrderBy(c => c.NameFolded).Take(enough).Select(c => new Choice(c.Id, c.Name)).ToListAsync(cancellation));
#pragma warning restore CA1309
        if (found.Count < enough)
        {
            // Who may be written to may be read too, so the narrower of the two rights is the one to search by.
            var scope = (Scope)Math.Min((int)user.Rights.ReadScope, (int)user.Rights.WriteScope);
            var list = await search.ListAsync(CounterpartyFilter.None with { Text = typed.Trim() }, null, enough, cancellation, scope);
            found.AddRange(list.Lines.Select(l => new Choice(l.Id, l.Name)));
        }

        return [.. found.DistinctBy(c => c.Id).Take(enough)];
    }

    private IQueryable<CounterpartyRecord> Reachable() =>
        database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Within(user.Rights.WriteScope, user);
}
