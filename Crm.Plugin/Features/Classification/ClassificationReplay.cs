using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>What a replay found.</summary>
internal sealed record ReplayResult
{
    public required ClassificationRun Run { get; init; }

    /// <summary>SHA-256 of the rows as stored.</summary>
    public required string StoredHash { get; init; }

    /// <summary>SHA-256 of the rows as the mirror gives them now.</summary>
    public required string ReplayedHash { get; init; }

    /// <summary>Fingerprint of what the mirror gives now.</summary>
    public required string InputsHash { get; init; }

    public required int Rows { get; init; }

    /// <summary>Keys of rows that are new, the first of them.</summary>
    public required ReplayDifference Added { get; init; }

    /// <summary>Keys of rows that are missing now.</summary>
    public required ReplayDifference Removed { get; init; }

    /// <summary>Keys of rows whose own documents or facts give another result.</summary>
    public required ReplayDifference Changed { get; init; }

    /// <summary>Keys of rows that only moved because others changed.</summary>
    public required ReplayDifference Moved { get; init; }

    /// <summary>The same bytes.</summary>
    public bool IsSame => StoredHash == ReplayedHash;

    /// <summary>The mirror gives the same documents and counterparties.</summary>
    public bool HasSameInputs => InputsHash == Run.InputsHash;
}

/// <summary>How many, and some of them.</summary>
internal sealed record ReplayDifference(int Count, IReadOnlyList<string> Examples);

/// <summary>Computes a run again from the mirror as it is now and compares byte by byte. Stores nothing.</summary>
internal sealed class ClassificationReplay(IDbContextFactory<CrmDbContext> contexts, ClassificationMeasuring measuring, RunTables tables)
{
    private const int Examples = 10;

    /// <exception cref="ClassificationRefusedException">There is no such complete run, or the mirror holds several currencies by now.</exception>
    public async Task<ReplayResult> ReplayAsync(long runId, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var run = await database.Set<ClassificationRun>().FirstOrDefaultAsync(r => r.Id == runId && r.Totals != null && r.State != RunState.Abandoned, cancellation)
            ?? throw new ClassificationRefusedException(ClassificationProblem.Of("classification.unknown-run", "There is no run {0}.", runId));
        var stored = await tables.GetAsync(run, cancellation);
        var filled = await measuring.MeasureAsync(run, null, cancellation);
        var differences = Compare(stored.Rows, filled.Rows);
        async Task<ReplayDifference> Named(List<long> ids) => new(ids.Count, await KeysAsync(database, run.Population, [.. ids.Take(Examples)], cancellation));
        return new()
        {
            Run = run,
            // Rows in memory carry the mark of what was set by hand; packed rows do not.
            StoredHash = RunCodec.Hash(RunCodec.Pack(Unmarked(stored))),
            ReplayedHash = RunCodec.Hash(RunCodec.Pack(filled.Rows)),
            InputsHash = filled.InputsHash,
            Rows = stored.Rows.Length,
            Added = await Named(differences.Added),
            Removed = await Named(differences.Removed),
            Changed = await Named(differences.Changed),
            Moved = await Named(differences.Moved),
        };
    }

    private static FillRow[] Unmarked(RunTable table) => table.Overrides.Count == 0 ? table.Rows : table.With([]).Rows;

    private static (List<long> Added, List<long> Removed, List<long> Changed, List<long> Moved) Compare(FillRow[] stored, FillRow[] now)
    {
        var (added, removed, changed, moved) = (new List<long>(), new List<long>(), new List<long>(), new List<long>());
        var (i, j) = (0, 0);
        while (i < stored.Length || j < now.Length)
        {
            if (j == now.Length || (i < stored.Length && stored[i].Id < now[j].Id))
            {
                removed.Add(stored[i++].Id);
            }
            else if (i == stored.Length || now[j].Id < stored[i].Id)
            {
                added.Add(now[j++].Id);
            }
            else
            {
                var (old, fresh) = (stored[i++], now[j++]);
                if (!HasSameFacts(old, fresh))
                {
                    changed.Add(old.Id);
                }
                else if (old.Place != fresh.Place || old.Importance != fresh.Importance)
                {
                    moved.Add(old.Id);
                }
            }
        }

        return (added, removed, changed, moved);
    }

    private static bool HasSameFacts(in FillRow a, in FillRow b) =>
        (a.ValueE4, a.Cv, a.Purchases, a.PurchasesInPeriod, a.PurchasesEver, a.FirstDay, a.LastDay, a.LossAfterDays, a.Stage, a.Regularity, a.Reason, a.Previous, a.Marks & ~RowMarks.ByHand)
        == (b.ValueE4, b.Cv, b.Purchases, b.PurchasesInPeriod, b.PurchasesEver, b.FirstDay, b.LastDay, b.LossAfterDays, b.Stage, b.Regularity, b.Reason, b.Previous, b.Marks & ~RowMarks.ByHand);

    private static async Task<IReadOnlyList<string>> KeysAsync(CrmDbContext database, Population population, IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        var members = await RunMembers.FindAsync(database, population, ids, Security.Scope.All, Security.CurrentUser.System, cancellation);
        return [.. ids.Select(i => members.TryGetValue(i, out var member) ? member.Key : $"#{i}")];
    }
}
