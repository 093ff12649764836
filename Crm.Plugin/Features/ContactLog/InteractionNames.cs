using System.Globalization;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>A list's filter, with what was typed as names turned into numbers.</summary>
/// <param name="Filter">What the list is filtered by.</param>
/// <param name="TooMany">Names of fields whose text fits more records than are looked through.</param>
public sealed record NamedFilter(InteractionFilter Filter, IReadOnlyList<string> TooMany);

/// <summary>Finds whom a filter means: a number, or any part of a name.</summary>
internal sealed class InteractionNames(CrmDbContext database, CounterpartySearch search)
{
    /// <summary>Most counterparties or persons that one text may stand for; of more, the first are taken and the reader is told.</summary>
    public const int Most = 50;

    public async Task<NamedFilter> ResolveAsync(InteractionQuery query, InteractionFilter filter, CancellationToken cancellation)
    {
        var tooMany = new List<string>();
        if (Text(query.Party) is { } party)
        {
            var list = await search.ListAsync(CounterpartyFilter.None with { Text = party, Inactive = true }, null, Most, cancellation);
            filter = filter with { Counterparties = [.. list.Lines.Select(l => l.Id)] };
            AddIf(list.Next is not null, "party");
        }

        if (Text(query.Person) is { } person)
        {
            if (long.TryParse(person, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) && id is not (0 or long.MinValue))
            {
                return new(filter with { Persons = id > 0 ? [id] : [], Cards = id < 0 ? [-id] : [] }, tooMany);
            }

            string[] words = [.. SearchText.Fold(person).Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(4)];
            var persons = await Named(database.Set<ContactPersonRecord>(), words, filter.CounterpartyId).ToListAsync(cancellation);
            var cards = await words.Aggregate(database.Set<PersonCard>().AsQueryable(), (found, word) => found.Where(c => c.NameFolded.Contains(word)))
                .OrderBy(c => c.Id).Take(Most + 1).Select(c => c.Id).ToListAsync(cancellation);
            AddIf(persons.Count > Most || cards.Count > Most, "person");
            filter = filter with { Persons = [.. persons.Take(Most)], Cards = [.. cards.Take(Most)] };
        }

        return new(filter, tooMany);

        void AddIf(bool cut, string field)
        {
            if (cut)
            {
                tooMany.Add(field);
            }
        }
    }

    private static IQueryable<long> Named(IQueryable<ContactPersonRecord> persons, string[] words, long? counterparty)
    {
        if (counterparty is { } id)
        {
            persons = persons.Where(p => p.CounterpartyId == id);
        }

        // With words that are no letters at all nobody is meant.
        return words.Length == 0 ? persons.Where(_ => false).Select(p => p.Id)
            : words.Aggregate(persons, (found, word) => found.Where(p => p.NameFolded.Contains(word))).OrderBy(p => p.Id).Take(Most + 1).Select(p => p.Id);
    }

    private static string? Text(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim() is { Length: > 200 } longer ? longer[..200] : typed.Trim();
}
