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

    /// <summary>So many of the latest entries are looked through before the index of words is asked: a common word fills the page from them.</summary>
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
    public async Task<InteractionSlice> ListAsync(InteractionFilter filter, InteractionCursor? after, int limit, CancellationToken cancellation)
    {
        var wanted = Latest(Filtered(filter), after);
        if (string.IsNullOrWhiteSpace(filter.Text))
        {
            return Page(await Entries(wanted.Take(limit + 1)).ToListAsync(cancellation), limit, null);
        }

        string[] words = [.. SearchText.Fold(filter.Text).Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().Take(8)];
        var found = await LookedThroughAsync(wanted.Take(ProbeDepth), words, limit + 1, cancellation);
        if (found.Count > limit)
        {
            return Page(found, limit, null);
        }

        if (await search.FindAsync(words, cancellation) is { } hits)
        {
            return Page(await HitAsync(hits, filter, after, words, limit + 1, cancellation), limit, null);
        }

        found = await LookedThroughAsync(wanted.Take(SearchDepth), words, limit + 1, cancellation);
        var edge = found.Count > limit ? null
            : await wanted.Skip(SearchDepth - 1).Take(1).Select(i => new { i.At, i.Id }).FirstOrDefaultAsync(cancellation);
        return Page(found, limit, edge is null ? null : new(edge.At, edge.Id));
    }

    /// <summary>The whole record with its participants; null when there is none or it is out of reach.</summary>
    public async Task<Interaction?> FindAsync(long id, CancellationToken cancellation) =>
        await Filtered(new InteractionFilter()).Include(i => i.Users).Include(i => i.Persons).FirstOrDefaultAsync(i => i.Id == id, cancellation);

    /// <summary>One entry; null when there is none or it is out of reach.</summary>
    public async Task<InteractionEntry?> FindEntryAsync(long id, CancellationToken cancellation) =>
        await Entries(Filtered(new InteractionFilter()).Where(i => i.Id == id)).FirstOrDefaultAsync(cancellation);

    /// <summary>Everything this user may read.</summary>
    public IQueryable<Interaction> Readable() => Filtered(new InteractionFilter());

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

    private Task<List<InteractionEntry>> LookedThroughAsync(IQueryable<Interaction> interactions, string[] words, int limit, CancellationToken cancellation) =>
        Entries(Latest(Containing(interactions, words), null).Take(limit)).ToListAsync(cancellation);

    /// <summary>The latest of the places that the index knows, as far as filter and rights let them be seen.</summary>
    private async Task<List<InteractionEntry>> HitAsync(
        IReadOnlyList<InteractionHit> hits, InteractionFilter filter, InteractionCursor? after, string[] words, int limit, CancellationToken cancellation)
    {
        var found = new List<InteractionEntry>();
        var places = hits.Where(h => InteractionSearch.Fits(h, filter) && (after is not { } cursor || h.At < cursor.At || (h.At == cursor.At && h.Id < cursor.Id)))
            .OrderByDescending(h => h.At).ThenByDescending(h => h.Id).Select(h => h.Id);
        foreach (var part in places.Chunk(200))
        {
            found.AddRange(await Entries(Containing(Filtered(filter).Where(i => part.Contains(i.Id)), words)).ToListAsync(cancellation));
            if (found.Count >= limit)
            {
                break;
            }
        }

        return [.. found.Take(limit)];
    }

    private static IQueryable<Interaction> Containing(IQueryable<Interaction> interactions, string[] words) =>
        words.Aggregate(interactions, (looked, word) => looked.Where(i => i.TextFolded.Contains(word)));

    private IQueryable<Interaction> Filtered(InteractionFilter filter)
    {
        IQueryable<Interaction> found = database.Set<Interaction>();
        if (user.Rights.ReadScope != Scope.All)
        {
            var reachable = database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user);
            found = found.Where(i => reachable.Any(c => c.Id == i.CounterpartyId));
        }

        if (filter.CounterpartyId is { } counterparty)
            found = found.Where(i => i.CounterpartyId == counterparty);
        if (filter.ResponsibleId is { } responsible)
            found = found.Where(i => i.ResponsibleId == responsible);
        if (filter.Kind is { } kind)
            found = found.Where(i => i.Kind == kind);
        found = filter.State switch
        {
            null => found,
            // Written as a constant, so that the index of open plans serves.
            InteractionState.Planned => found.Where(i => i.State == InteractionState.Planned),
            { } state => found.Where(i => i.State == state),
        };
        if (filter.From is { } from)
            found = found.Where(i => i.At >= from);
        if (filter.Before is { } before)
            found = found.Where(i => i.At < before);
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
