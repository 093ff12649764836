using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Duplicates;

/// <summary>
/// Keeps what counterparties can be recognised by, and which of them share it. Writes differences only, so that it may be repeated at
/// will and two processes that do the same do no harm.
/// </summary>
internal sealed class DuplicateKeys(CrmDbContext database)
{
    /// <summary>So many counterparties at once: short transactions let others write between them.</summary>
    public const int Part = 1_000;

    private const int RowsAtOnce = 200;

    /// <summary>What a counterparty or somebody new can be recognised by.</summary>
    public static IEnumerable<(DuplicateReasons Kind, string Value)> Of(string name, string? taxId, IEnumerable<ContactMechanism> mechanisms)
    {
        (DuplicateReasons, string)[] own = [(DuplicateReasons.Name, NameKey.Of(name)), (DuplicateReasons.TaxId, DuplicateRule.TaxKey(taxId))];
        return own.Concat(mechanisms.Select(m => m.Kind switch
        {
            ContactMechanismKind.Phone => (DuplicateReasons.Phone, DuplicateRule.PhoneKey(PhoneDigits.Normalise(m.Value))),
            ContactMechanismKind.Email => (DuplicateReasons.Email, MechanismRule.IsEmail(m.Value) && m.Value.Length <= 200 ? SearchText.Fold(m.Value) : ""),
            _ => (DuplicateReasons.None, ""),
        })).Where(k => k.Item2.Length > 0).Distinct();
    }

    /// <summary>Brings the keys of some counterparties up to date.</summary>
    /// <param name="ids">At most <see cref="Part"/>; those that are gone lose their keys.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task RefreshAsync(IReadOnlyCollection<long> ids, CancellationToken cancellation)
    {
        var living = await database.Set<CounterpartyRecord>().Where(c => ids.Contains(c.Id) && c.GoneAt == null)
            .Select(c => new { c.Id, c.Name, c.TaxId, c.Mechanisms }).ToListAsync(cancellation);
        var typed = (await database.Set<OwnMechanism>().Where(m => ids.Contains(m.CounterpartyId) && m.ValidTo == null).Select(m => new { m.CounterpartyId, m.Kind, m.Value }).ToListAsync(cancellation))
            .ToLookup(m => m.CounterpartyId, m => new ContactMechanism(m.Kind, m.Value));
        var wanted = living.SelectMany(c => Of(c.Name, c.TaxId, MirrorJson.ReadMechanisms(c.Mechanisms).Concat(typed[c.Id])).Select(k => (CounterpartyId: c.Id, k.Kind, k.Value))).ToHashSet();
        var kept = (await database.Set<DuplicateKey>().Where(k => ids.Contains(k.CounterpartyId)).ToListAsync(cancellation)).Select(k => (k.CounterpartyId, k.Kind, k.Value)).ToHashSet();
        await RunAsync("DELETE FROM duplicate_key WHERE (kind, value, counterparty_id) IN (VALUES {0})", kept.Except(wanted), k => [(int)k.Kind, k.Value, k.CounterpartyId], cancellation);
        await RunAsync("INSERT INTO duplicate_key (kind, value, counterparty_id) VALUES {0} ON CONFLICT DO NOTHING", wanted.Except(kept), k => [(int)k.Kind, k.Value, k.CounterpartyId], cancellation);
    }

    /// <summary>Compares some counterparties, whose keys are up to date, with everybody.</summary>
    /// <returns>How many pairs they are in.</returns>
    public async Task<int> CompareAsync(IReadOnlyCollection<long> ids, CancellationToken cancellation)
    {
        var list = string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));
        if (list.Length == 0)
        {
            return 0;
        }

        // What very many share is looked at no further than to see that it is so.
        var found = await database.ReadAsync(
            $"""
            WITH mine AS MATERIALIZED (
                SELECT k.counterparty_id, k.kind, k.value FROM duplicate_key k WHERE k.counterparty_id IN ({list})
                AND (SELECT COUNT(*) FROM (SELECT 1 FROM duplicate_key s WHERE s.kind = k.kind AND s.value = k.value LIMIT {DuplicateRule.MostSharing + 1}) t) <= {DuplicateRule.MostSharing}
            )
            SELECT DISTINCT m.counterparty_id, o.counterparty_id, m.kind FROM mine m
            JOIN duplicate_key o ON o.kind = m.kind AND o.value = m.value AND o.counterparty_id <> m.counterparty_id
            """,
            [], row => (First: Math.Min(row.GetInt64(0), row.GetInt64(1)), Second: Math.Max(row.GetInt64(0), row.GetInt64(1)), Kind: (DuplicateReasons)row.GetInt32(2)), cancellation);
        var wanted = found.GroupBy(f => (f.First, f.Second), (pair, shared) => (pair.First, pair.Second, Reasons: shared.Aggregate(DuplicateReasons.None, (sum, s) => sum | s.Kind)))
            .Where(p => DuplicateRule.Score(p.Reasons) >= DuplicateRule.Least).ToHashSet();
        var kept = (await database.Set<DuplicateCandidate>().Where(c => ids.Contains(c.CounterpartyId) || ids.Contains(c.OtherId)).ToListAsync(cancellation))
            .Select(c => (First: c.CounterpartyId, Second: c.OtherId, c.Reasons)).ToHashSet();
        await RunAsync("DELETE FROM duplicate_candidate WHERE (counterparty_id, other_id) IN (VALUES {0})", kept.Except(wanted), c => [c.First, c.Second], cancellation);
        await RunAsync(
            "INSERT INTO duplicate_candidate (counterparty_id, other_id, reasons, score) VALUES {0} ON CONFLICT (counterparty_id, other_id) DO UPDATE SET reasons = excluded.reasons, score = excluded.score",
            wanted.Except(kept), c => [c.First, c.Second, (int)c.Reasons, DuplicateRule.Score(c.Reasons)], cancellation);
        return wanted.Count;
    }

    private async Task RunAsync<T>(string sql, IEnumerable<T> rows, Func<T, object[]> values, CancellationToken cancellation)
    {
        foreach (var part in rows.Chunk(RowsAtOnce))
        {
            var parameters = new List<(string, object?)>();
            var tuples = part.Select(row => $"({string.Join(", ", values(row).Select(value => { parameters.Add(($"@p{parameters.Count}", value)); return parameters[^1].Item1; }))})").ToList();
            await using var command = await database.CommandAsync(string.Format(CultureInfo.InvariantCulture, sql, string.Join(", ", tuples)), parameters, cancellation);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
