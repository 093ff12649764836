using Crm.Contracts;
using Crm.Plugin.Features.People;
using Crm.Plugin.Jobs;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Duplicates;

/// <summary>Computes what counterparties can be recognised by, and who shares it. Safe to run twice: one transaction replaces all.</summary>
internal sealed class DuplicateSearch(CrmDbContext database)
{
    private const int Page = 2_000;
    private const int MostCandidates = 100_000;

    /// <returns>How many pairs may be one.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var sharing = new Dictionary<(DuplicateReasons, string), List<long>>();
        await foreach (var (id, kind, value) in KeysAsync(cancellation))
        {
            if (!sharing.TryGetValue((kind, value), out var ids))
            {
                sharing[(kind, value)] = ids = [];
            }

            if (ids.Count <= DuplicateRule.MostSharing && (ids.Count == 0 || ids[^1] != id))
            {
                ids.Add(id);
            }
        }

        var pairs = new Dictionary<(long, long), DuplicateReasons>();
        foreach (var ((kind, _), ids) in sharing.Where(s => s.Value.Count is > 1 and <= DuplicateRule.MostSharing))
        {
            for (var i = 0; i < ids.Count; i++)
            {
                for (var j = i + 1; j < ids.Count; j++)
                {
                    var pair = ids[i] < ids[j] ? (ids[i], ids[j]) : (ids[j], ids[i]);
                    pairs[pair] = pairs.GetValueOrDefault(pair) | kind;
                }
            }
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        await database.Set<DuplicateKey>().ExecuteDeleteAsync(cancellation);
        await database.Set<DuplicateCandidate>().ExecuteDeleteAsync(cancellation);
        foreach (var part in sharing.SelectMany(s => s.Value.Take(DuplicateRule.MostSharing).Distinct().Select(id => new DuplicateKey { Kind = s.Key.Item1, Value = s.Key.Item2, CounterpartyId = id })).Chunk(5_000))
        {
            await AddAsync(part, cancellation);
        }

        List<DuplicateCandidate> candidates =
        [
            .. pairs.Select(p => new DuplicateCandidate { CounterpartyId = p.Key.Item1, OtherId = p.Key.Item2, Reasons = p.Value, Score = DuplicateRule.Score(p.Value) })
                .Where(c => c.Score >= DuplicateRule.Least).OrderByDescending(c => c.Score).Take(MostCandidates),
        ];
        foreach (var part in candidates.Chunk(5_000))
        {
            await AddAsync(part, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return candidates.Count;
    }

    /// <summary>What a counterparty or somebody new can be recognised by.</summary>
    public static IEnumerable<(DuplicateReasons Kind, string Value)> KeysOf(string name, string? taxId, IEnumerable<ContactMechanism> mechanisms)
    {
        (DuplicateReasons, string)[] own = [(DuplicateReasons.Name, NameKey.Of(name)), (DuplicateReasons.TaxId, DuplicateRule.TaxKey(taxId))];
        return own.Concat(mechanisms.Select(m => m.Kind switch
        {
            ContactMechanismKind.Phone => (DuplicateReasons.Phone, DuplicateRule.PhoneKey(PhoneDigits.Normalise(m.Value))),
            ContactMechanismKind.Email => (DuplicateReasons.Email, MechanismRule.IsEmail(m.Value) && m.Value.Length <= 200 ? SearchText.Fold(m.Value) : ""),
            _ => (DuplicateReasons.None, ""),
        })).Where(k => k.Item2.Length > 0).Distinct();
    }

    private async Task AddAsync(IEnumerable<object> rows, CancellationToken cancellation)
    {
        database.AddRange(rows);
        await database.SaveChangesAsync(cancellation);
        database.ChangeTracker.Clear();
    }

    private async IAsyncEnumerable<(long Id, DuplicateReasons Kind, string Value)> KeysAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        for (long last = 0; ;)
        {
            var page = await database.Set<CounterpartyRecord>().Where(c => c.Id > last && c.GoneAt == null).OrderBy(c => c.Id).Take(Page)
                .Select(c => new { c.Id, c.Name, c.TaxId, c.Mechanisms }).ToListAsync(cancellation);
            if (page.Count == 0)
            {
                yield break;
            }

            var first = page[0].Id;
            last = page[^1].Id;
            var to = last;
            var typed = (await database.Set<OwnMechanism>().Where(m => m.CounterpartyId >= first && m.CounterpartyId <= to && m.ValidTo == null).Select(m => new { m.CounterpartyId, m.Kind, m.Value }).ToListAsync(cancellation))
                .ToLookup(m => m.CounterpartyId, m => new ContactMechanism(m.Kind, m.Value));
            foreach (var counterparty in page)
            {
                foreach (var (kind, value) in KeysOf(counterparty.Name, counterparty.TaxId, MirrorJson.ReadMechanisms(counterparty.Mechanisms).Concat(typed[counterparty.Id])))
                {
                    yield return (counterparty.Id, kind, value);
                }
            }
        }
    }
}

/// <summary>Looks for duplicates each night.</summary>
internal sealed class DuplicateNightly(IJobScheduler scheduler) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => scheduler.RecurAsync(
        "duplicates", JobTimes.At("0 10 3 * * ?"), (services, cancellation) => services.GetRequiredService<DuplicateSearch>().RunAsync(cancellation), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
