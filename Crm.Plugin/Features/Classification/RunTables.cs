using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>Keeps the rows of the runs used last in memory: a million take about 85 MB.</summary>
internal sealed class RunTables(IDbContextFactory<CrmDbContext> contexts)
{
    private const int Most = 8;
    private const int MostRows = 2_500_000;

    private readonly Lock gate = new();
    private readonly List<(long RunId, int Revision, RunTable Table)> kept = [];

    /// <summary>The rows of a complete run as they are at its revision.</summary>
    public async Task<RunTable> GetAsync(ClassificationRun run, CancellationToken cancellation)
    {
        lock (gate)
        {
            var index = kept.FindIndex(k => k.RunId == run.Id && k.Revision == run.Revision);
            if (index >= 0)
            {
                var found = kept[index];
                kept.RemoveAt(index);
                kept.Add(found);
                return found.Table;
            }
        }

        var table = await LoadAsync(run, cancellation);
        Keep(run.Id, run.Revision, table);
        return table;
    }

    /// <summary>Keeps rows that were just made.</summary>
    public void Keep(long runId, int revision, RunTable table)
    {
        lock (gate)
        {
            kept.RemoveAll(k => k.RunId == runId);
            kept.Add((runId, revision, table));
            while (kept.Count > 1 && (kept.Count > Most || kept.Sum(k => (long)k.Table.Rows.Length) > MostRows))
            {
                kept.RemoveAt(0);
            }
        }
    }

    /// <summary>One row without the others, for looking back over many runs; null when there is none.</summary>
    public async Task<FillRow?> RowAsync(ClassificationRun run, long id, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var block = await database.Set<ClassificationBlock>().Where(b => b.RunId == run.Id && b.FirstId <= id).OrderByDescending(b => b.FirstId).Select(b => b.Data).FirstOrDefaultAsync(cancellation);
        var index = block is null ? -1 : Array.FindIndex(RunCodec.Unpack(block), r => r.Id == id);
        return index < 0 ? null : RunCodec.Unpack(block!)[index];
    }

    private async Task<RunTable> LoadAsync(ClassificationRun run, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var blocks = await database.Set<ClassificationBlock>().Where(b => b.RunId == run.Id).OrderBy(b => b.FirstId).Select(b => b.Data).ToListAsync(cancellation);
        var overrides = await database.Set<ClassificationOverride>().Where(o => o.RunId == run.Id).ToListAsync(cancellation);
        var parameters = ClassificationJson.ReadParameters(run.Parameters);
        var rows = RunCodec.Unpack(blocks);
        return RunCut.Restore(rows, overrides, parameters, run.IsRecut);
    }
}
