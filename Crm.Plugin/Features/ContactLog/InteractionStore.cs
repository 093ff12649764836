using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Reads the contact log, as far as the user's rights reach.</summary>
internal sealed class InteractionStore(CrmDbContext database, CurrentUser user, InteractionSearch search)
{
    /// <summary>How many entries one text search looks through before it asks the user to go on.</summary>
    public const int SearchDepth = 20_000;

    /// <summary>So many of the latest entries are looked through first: a common word, or what much fits, fills the page from them.</summary>
    private const int ProbeDepth = 2_000;

    /// <summary>The latest entries of one counterparty, for its timeline; planned ones stand first, being the latest.</summary>
    /// <param name="counterpartyId">Out of reach or unknown: nothing comes back.</param>
    /// <param name="after">The last entry of the page before; null for the first page.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<InteractionEntry>> LatestAsync(long counterpartyId, InteractionCursor? after, int limit, CancellationToken cancellation)
    {
        var batch = new ReadBatch(database);
        var found = AskLatest(batch, counterpartyId, after, limit);
        await batch.RunAsync(cancellation);
        return found.Rows;
    }

    /// <summary>The same, together with other questions.</summary>
    public ReadBatch.Answer<InteractionEntry> AskLatest(ReadBatch batch, long counterpartyId, InteractionCursor? after, int limit) => batch.Ask(
        $"""
        SELECT {InteractionEntry.Columns}
        FROM (
            SELECT * FROM interaction WHERE counterparty_id = @counterparty AND at <= @at AND (at < @at OR id < @after) ORDER BY at DESC, id DESC LIMIT @limit
        ) i JOIN counterparty c ON c.id = i.counterparty_id AND {Reach.Sql(user.Rights.ReadScope, "c", user)}
        LEFT JOIN contact_person p ON p.id = i.person_id LEFT JOIN person_card k ON k.id = i.card_id LEFT JOIN user_account u ON u.id = i.responsible_id
        ORDER BY i.at DESC, i.id DESC
        """,
        [
            ("@counterparty", counterpartyId), ("@at", after is { } cursor ? Instant.ToMicroseconds(cursor.At) : long.MaxValue), ("@after", after?.Id ?? long.MaxValue), ("@limit", limit),
            .. Reach.Parameters(user.Rights.ReadScope, user),
        ],
        InteractionEntry.Read);

    /// <summary>One page of a filtered list, latest first.</summary>
    /// <param name="filter">What is wanted.</param>
    /// <param name="after">The last entry of the page before; null for the first page.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <param name="scope">Whose; as far as the user may read when left out.</param>
    public async Task<InteractionSlice> ListAsync(InteractionFilter filter, InteractionCursor? after, int limit, CancellationToken cancellation, Scope? scope = null)
    {
        var reach = scope ?? user.Rights.ReadScope;
        string[] words = [.. SearchText.Fold(filter.Text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().Take(8)];
        // Of one counterparty either everything is within reach or nothing.
        if (words.Length == 0 && !filter.IsSparse && (reach == Scope.All || filter.CounterpartyId is not null))
        {
            return Page(await Entries(Latest(Within(Served(filter), reach), after).Take(limit + 1)).ToListAsync(cancellation), limit, null);
        }

        // What an index serves comes in its order, and so much of it is looked through for the rest: a filter that hardly anything
        // fits costs no more than one that much fits.
        var served = Latest(Served(filter), after);
        var probed = await LookedThroughAsync(served.Take(ProbeDepth), filter, reach, words, limit + 1, cancellation);
        if (probed.Count > limit)
        {
            return Page(probed, limit, null);
        }

        if (words.Length > 0 && await search.FindAsync(words, cancellation) is { } hits)
        {
            return Page(await HitAsync(hits, filter, reach, after, words, limit + 1, cancellation), limit, null);
        }

        var found = await LookedThroughAsync(served.Take(SearchDepth), filter, reach, words, limit + 1, cancellation);
        var edge = found.Count > limit ? null
            : await served.Skip(SearchDepth - 1).Take(1).Select(i => new { i.At, i.Id }).FirstOrDefaultAsync(cancellation);
        return Page(found, limit, edge is null ? null : new(edge.At, edge.Id));
    }

    /// <summary>The whole record with its participants; null when there is none or it is out of reach.</summary>
    public async Task<Interaction?> FindAsync(long id, CancellationToken cancellation) =>
        await Readable().Include(i => i.Users).Include(i => i.Persons).FirstOrDefaultAsync(i => i.Id == id, cancellation);

    /// <summary>One entry; null when there is none or it is out of reach.</summary>
    public async Task<InteractionEntry?> FindEntryAsync(long id, CancellationToken cancellation) =>
        await Entries(Readable().Where(i => i.Id == id)).FirstOrDefaultAsync(cancellation);

    /// <summary>Everything this user may read.</summary>
    public IQueryable<Interaction> Readable() => Within(database.Set<Interaction>(), user.Rights.ReadScope);

    /// <summary>Adds the names that a screen shows; keeps the order latest first.</summary>
    public IQueryable<InteractionEntry> Entries(IQueryable<Interaction> interactions) =>
        from i in interactions
        join c in database.Set<CounterpartyRecord>() on i.CounterpartyId equals c.Id
        join p in database.Set<ContactPersonRecord>() on i.PersonId equals p.Id into persons
        from p in persons.DefaultIfEmpty()
        join k in database.Set<People.PersonCard>() on i.CardId equals k.Id into cards
        from k in cards.DefaultIfEmpty()
        join u in database.Set<UserAccount>() on i.ResponsibleId equals u.Id into users
        from u in users.DefaultIfEmpty()
        orderby i.At descending, i.Id descending
        select InteractionEntry.Of(i, c.Name, p.Name ?? k.Name, u.Name);

    private Task<List<InteractionEntry>> LookedThroughAsync(IQueryable<Interaction> interactions, InteractionFilter filter, Scope reach, string[] words, int limit, CancellationToken cancellation) =>
        Entries(Latest(Containing(Within(Rest(interactions, filter), reach), words), null).Take(limit)).ToListAsync(cancellation);

    /// <summary>The latest of the places that the index knows, as far as filter and rights let them be seen.</summary>
    private async Task<List<InteractionEntry>> HitAsync(
        IReadOnlyList<InteractionHit> hits, InteractionFilter filter, Scope reach, InteractionCursor? after, string[] words, int limit, CancellationToken cancellation)
    {
        var found = new List<InteractionEntry>();
        var places = hits.Where(h => InteractionSearch.Fits(h, filter) && (after is not { } cursor || h.At < cursor.At || (h.At == cursor.At && h.Id < cursor.Id)))
            .OrderByDescending(h => h.At).ThenByDescending(h => h.Id).Select(h => h.Id);
        foreach (var part in places.Chunk(200))
        {
            found.AddRange(await Entries(Containing(Within(Rest(Served(filter), filter), reach).Where(i => part.Contains(i.Id)), words)).ToListAsync(cancellation));
            if (found.Count >= limit)
            {
                break;
            }
        }

        return [.. found.Take(limit)];
    }

    private static IQueryable<Interaction> Containing(IQueryable<Interaction> interactions, string[] words) =>
        words.Aggregate(interactions, (looked, word) => looked.Where(i => i.TextFolded.Contains(word)));

    private IQueryable<Interaction> Within(IQueryable<Interaction> interactions, Scope reach)
    {
        if (reach == Scope.All)
        {
            return interactions;
        }

        var reachable = database.Set<CounterpartyRecord>().Within(reach, user);
        return interactions.Where(i => reachable.Any(c => c.Id == i.CounterpartyId));
    }

    /// <summary>Conditions that an index serves.</summary>
    private IQueryable<Interaction> Served(InteractionFilter filter)
    {
        IQueryable<Interaction> found = database.Set<Interaction>();
        if (filter.CounterpartyId is { } counterparty)
            found = found.Where(i => i.CounterpartyId == counterparty);
        if (filter.Counterparties is { } several)
            found = found.Where(i => several.Contains(i.CounterpartyId));
        if (filter.ResponsibleId is { } responsible)
            found = found.Where(i => i.ResponsibleId == responsible);
        // Written as a constant, so that the index of open plans serves.
        if (filter.State == InteractionState.Planned)
            found = found.Where(i => i.State == InteractionState.Planned);
        if (filter.From is { } from)
            found = found.Where(i => i.At >= from);
        if (filter.Before is { } before)
            found = found.Where(i => i.At < before);
        if (filter.Persons is not null || filter.Cards is not null)
        {
            var with = With(filter.Persons ?? [], filter.Cards ?? []);
            found = found.Where(i => with.Contains(i.Id));
        }

        if (filter.Order is { } number)
        {
            // The links are few beside the orders: each link's own order is looked up, never a number among all orders.
            var about = database.Set<InteractionOrder>().Where(o => database.Set<SalesOrderRecord>().Where(s => s.Id == o.OrderId).Select(s => s.Number).FirstOrDefault() == number).Select(o => o.InteractionId)
                .Union(database.Set<Interaction>().Where(i => i.Basis == number).Select(i => i.Id));
            found = found.Where(i => about.Contains(i.Id));
        }

        return found;
    }

    private IQueryable<long> With(IReadOnlyList<long> persons, IReadOnlyList<long> cards)
    {
        var (all, parts) = (database.Set<Interaction>(), database.Set<InteractionPerson>());
        var byPerson = all.Where(i => i.PersonId != null && persons.Contains(i.PersonId.Value)).Select(i => i.Id)
            .Union(parts.Where(p => p.PersonId != null && persons.Contains(p.PersonId.Value)).Select(p => p.InteractionId));
        return cards.Count == 0 ? byPerson : byPerson
            .Union(all.Where(i => i.CardId != null && cards.Contains(i.CardId.Value)).Select(i => i.Id))
            .Union(parts.Where(p => p.CardId != null && cards.Contains(p.CardId.Value)).Select(p => p.InteractionId));
    }

    /// <summary>The other conditions.</summary>
    private static IQueryable<Interaction> Rest(IQueryable<Interaction> found, InteractionFilter filter)
    {
        if (filter.Kind is { } kind)
            found = found.Where(i => i.Kind == kind);
        if (filter.Channel is { } channel)
            found = found.Where(i => i.Channel == channel);
        if (filter.Direction is { } direction)
            found = found.Where(i => i.Direction == direction);
        if (filter.Importance is { } importance)
            found = found.Where(i => i.Importance == importance);
        if (filter.State is { } state and not InteractionState.Planned)
            found = found.Where(i => i.State == state);
        return found;
    }

    private static IQueryable<Interaction> Latest(IQueryable<Interaction> interactions, InteractionCursor? after)
    {
        if (after is { } cursor)
        {
            // The first condition alone bounds the index; the second only parts entries of the same instant.
            var (at, id) = (cursor.At, cursor.Id);
            interactions = interactions.Where(i => i.At <= at).Where(i => i.At < at || i.Id < id);
        }

        return interactions.OrderByDescending(i => i.At).ThenByDescending(i => i.Id);
    }

    private static InteractionSlice Page(List<InteractionEntry> found, int limit, InteractionCursor? searchedTo)
    {
        if (found.Count <= limit)
        {
            return new(found, searchedTo, searchedTo is not null);
        }

        found.RemoveAt(limit);
        return new(found, new(found[^1].At, found[^1].Id), false);
    }
}
