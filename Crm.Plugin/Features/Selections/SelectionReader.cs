using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Selections;

/// <summary>Finds whom a selection means, as far as a right reaches: the one way for letters, messages and paper.</summary>
internal sealed class SelectionReader(CrmDbContext database, CounterpartySearch search, ClassificationSegments segments, Shell.Show show)
{
    private const int PageSize = 1_000;
    private const int MostWords = 100;

    /// <param name="selection">Whom.</param>
    /// <param name="scope">Of the right that is used.</param>
    /// <param name="most">So many counterparties are looked at, and so many members are named.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<SelectionMembers> ReadAsync(Selection selection, Scope scope, int most, CancellationToken cancellation)
    {
        var members = new List<SelectionMember>();
        var (seen, after) = (0, default(string));
        do
        {
            var page = await search.ListAsync(selection.Filter, after, Math.Min(PageSize, most - seen), cancellation, scope);
            members.AddRange(await MembersAsync(selection, page.Lines, cancellation));
            (seen, after) = (seen + page.Lines.Count, page.Next);
        }
        while (after is not null && seen < most && members.Count < most);
        return new(members.Count > most ? members.GetRange(0, most) : members, after is not null || members.Count > most);
    }

    /// <summary>One counterparty, and its persons who still work there; null when the right does not reach it.</summary>
    public async Task<IReadOnlyList<SelectionMember>?> OneAsync(long counterpartyId, Scope scope, CancellationToken cancellation)
    {
        if (await search.FindAsync(counterpartyId, scope, cancellation) is not { } line)
        {
            return null;
        }

        return
        [
            .. await MembersAsync(new(CounterpartyFilter.None, false, "", ""), [line], cancellation),
            .. (await MembersAsync(new(CounterpartyFilter.None, true, "", ""), [line], cancellation)).Where(m => m.Reason is null),
        ];
    }

    /// <summary>What the fields of a selection offer.</summary>
    public async Task<SelectionChoices> ChoicesAsync(CancellationToken cancellation) => new(
        await segments.ListAsync(cancellation),
        await database.Set<PersonPlace>().Where(p => p.Role != null && p.Role != "").Select(p => p.Role!).Distinct().OrderBy(r => r).Take(MostWords).ToListAsync(cancellation),
        await database.Set<PersonPlace>().Where(p => p.Position != null && p.Position != "").Select(p => p.Position!).Distinct().OrderBy(r => r).Take(MostWords).ToListAsync(cancellation));

    private async Task<IEnumerable<SelectionMember>> MembersAsync(Selection selection, IReadOnlyList<CounterpartyLine> lines, CancellationToken cancellation)
    {
        var ids = lines.Select(l => l.Id).ToList();
        var today = show.Today;
        var silent = await DoNotContact.AmongAsync(database, ids, cancellation);
        if (selection.OfPersons)
        {
            var persons = await PersonReader.OfAsync(database, ids, today, cancellation);
            return lines.SelectMany(l => Persons(selection, l, persons.GetValueOrDefault(l.Id, []), silent.Contains(l.Id)));
        }

        var ways = await WaysToReach.OfAsync(database, [.. lines.Select(l => (l.Id, l.Mechanisms))], today, cancellation);
        var groups = await database.Set<IdentityMember>().Where(m => ids.Contains(m.CounterpartyId)).ToDictionaryAsync(m => m.CounterpartyId, m => (long?)m.GroupId, cancellation);
        return lines.Select(l => new SelectionMember(l, null, ways[l.Id], silent.Contains(l.Id), null) { GroupId = groups.GetValueOrDefault(l.Id) });

        IEnumerable<SelectionMember> Persons(Selection chosen, CounterpartyLine line, IReadOnlyList<Person> known, bool isSilent)
        {
            var meant = known.Where(p => SelectionRule.Admits(chosen, p)).ToList();
            return meant.Count == 0
                ? [new(line, null, [], isSilent, known.Count == 0 ? SelectionReasons.NoPerson : SelectionReasons.NoSuchPerson)]
                : meant.Select(p => new SelectionMember(
                    line, p, WaysToReach.Order(p.Mechanisms, p.Own.Where(m => !(m.ValidFrom > today))), isSilent || p.Card?.DoNotContact == true, p.IsActive ? null : SelectionReasons.HasLeft));
        }
    }
}

/// <summary>What the fields of a selection offer.</summary>
/// <param name="Segments">Saved ones, by name.</param>
/// <param name="Parts">Parts in deals that somebody has typed.</param>
/// <param name="Positions">Job titles that somebody has typed.</param>
public sealed record SelectionChoices(IReadOnlyList<ClassificationSegment> Segments, IReadOnlyList<string> Parts, IReadOnlyList<string> Positions);
