using Crm.Contracts;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>What storing a page did.</summary>
/// <param name="Read">Rows that came; lines where the record is a set of lines.</param>
/// <param name="Changed">Of them new, changed or returned.</param>
/// <param name="Gone">Newly marked as gone.</param>
/// <param name="Problems">Rows that could not be read or kept.</param>
internal readonly record struct PageCounts(long Read, long Changed, long Gone, int Problems)
{
    public static PageCounts operator +(PageCounts a, PageCounts b) =>
        new(a.Read + b.Read, a.Changed + b.Changed, a.Gone + b.Gone, a.Problems + b.Problems);
}

/// <summary>How far the plugin is with a connection; decides what must be kept up with each page.</summary>
/// <param name="IsFirstRead">The entity is being read for the first time: its records fill the mirror, the ledger says nothing of them.</param>
/// <param name="SearchIsBuilt">Search and phones follow each page.</param>
/// <param name="IndexesAreBuilt">Waiting references can be found without reading whole tables.</param>
internal readonly record struct MirrorPhase(bool IsFirstRead, bool SearchIsBuilt, bool IndexesAreBuilt)
{
    /// <summary>The table has its unique key; see <see cref="MirrorKeys"/>.</summary>
    public bool IsKeyed { get; init; } = true;
}

/// <summary>Stores the pages of one kind of record of one connection. What has not changed is not written.</summary>
internal sealed class MirrorWriter<T>(MirrorSession session, MirrorTable<T> table, int connectionId, TimeProvider clock)
    where T : IHostRecord
{
    private readonly MirrorSql sql = new(table);
    private readonly LineSql? lines = table.Lines is { } l ? new(l.Name, l.Columns, new MirrorSql(table).Stage) : null;
    private readonly HashSet<string> keys = [];
    private readonly List<T> rows = [];
    private readonly List<RowProblem> problems = [];

    /// <summary>Stores rows, tombstones, problems and, by <paramref name="alsoAsync"/>, the cursor: all or nothing.</summary>
    /// <param name="page">Of the host.</param>
    /// <param name="phase">What to keep up.</param>
    /// <param name="alsoAsync">Writes the state in the same transaction; gets what the page did.</param>
    /// <param name="cancellation">Nothing of the page is kept.</param>
    public async Task<PageCounts> StoreAsync(
        HostPage<T> page, MirrorPhase phase, Func<PageCounts, Task>? alsoAsync, CancellationToken cancellation)
    {
        Sort(page);
        await PrepareAsync(page, cancellation);
        (string, object?)[] values =
            [("@c", connectionId), ("@e", (int)table.Entity), ("@now", Instant.ToMicroseconds(clock.GetUtcNow()))];
        return await session.InTransactionAsync(
            async () =>
            {
                var upkeep = new PageUpkeep(session, table, sql, phase, values);
                var counts = new PageCounts(CountRows(), 0, 0, problems.Count);
                if (rows.Count > 0)
                {
                    counts = counts with { Changed = await StoreRowsAsync(upkeep, phase, values, cancellation) };
                }

                if (page.Gone.Count > 0)
                {
                    counts = counts with { Gone = await StoreGoneAsync(page.Gone, upkeep, phase, values, cancellation) };
                }

                await ProblemList.StoreAsync(session, problems, keys, phase, values, cancellation);
                await upkeep.FinishAsync(cancellation);
                if (alsoAsync is not null)
                {
                    await alsoAsync(counts);
                }

                return counts;
            },
            cancellation);
    }

    /// <summary>Takes out rows that cannot be kept and, of a row that comes twice, all but the last.</summary>
    private void Sort(HostPage<T> page)
    {
        keys.Clear();
        rows.Clear();
        problems.Clear();
        problems.AddRange(page.Problems);
        for (var i = page.Rows.Count - 1; i >= 0; i--)
        {
            var row = page.Rows[i];
            if ((RowCheck.Record(row) ?? table.Check(row)) is { } wrong)
            {
                problems.Add(new(row.Key.Value is { Length: > 0 } key ? key : "?", "mirror.bad-row", $"The connector handed over a row that cannot be kept: {wrong}."));
            }
            else if (keys.Add(row.Key.Value))
            {
                rows.Add(row);
            }
        }

        rows.Reverse();
    }

    private async Task PrepareAsync(HostPage<T> page, CancellationToken cancellation)
    {
        await session.StageAsync(sql.Stage, sql.StageTable, "no", cancellation);
        await PageUpkeep.PrepareAsync(session, cancellation);
        if (lines is not null)
        {
            await session.StageAsync(lines.Stage, lines.StageColumns, null, cancellation);
        }

        if (page.Gone.Count > 0)
        {
            await session.StageAsync(MirrorSql.StagedGone, GoneColumns, "host_key", cancellation);
        }
    }

    private async Task<long> StoreRowsAsync(PageUpkeep upkeep, MirrorPhase phase, (string, object?)[] values, CancellationToken cancellation)
    {
        if (phase.IsFirstRead && lines is null && !upkeep.NeedsIds)
        {
            return await session.AddAsync(table, sql, phase.IsKeyed, values, Fill, cancellation);
        }

        await session.LoadAsync(sql.Stage, sql.StageColumns, Fill, cancellation);
        await session.ExecuteAsync(sql.LookUp, cancellation, values);
        var left = rows.Count - await session.ExecuteAsync(sql.DropUnchanged, cancellation);
        if (left == 0)
        {
            return 0;
        }

        if (!phase.IsFirstRead)
        {
            await session.ExecuteAsync(sql.Record, cancellation, values);
        }

        await upkeep.BeforeUpdateAsync(cancellation);
        var inserted = await session.ExecuteAsync(sql.Insert, cancellation, values);
        if (inserted < left)
        {
            await session.ExecuteAsync(sql.Update, cancellation, values);
        }

        if (inserted > 0 && (lines is not null || upkeep.NeedsIds))
        {
            await session.ExecuteAsync(sql.NumberNew, cancellation, values);
        }

        await upkeep.AfterUpdateAsync(inserted > 0, cancellation);
        return lines is null ? left : await StoreLinesAsync(inserted < left, values, cancellation);
    }

    private async Task<long> StoreLinesAsync(bool someWereThere, (string, object?)[] values, CancellationToken cancellation)
    {
        var removed = someWereThere ? await session.ExecuteAsync(lines!.Delete, cancellation) : 0;
        await session.LoadAsync(lines!.Stage, lines.StageColumns, FillLines, cancellation);
        var written = await session.ExecuteAsync(lines.Insert, cancellation, values);
        return Math.Max(removed, written);
    }

    private async Task<long> StoreGoneAsync(
        IReadOnlyList<HostKey> gone, PageUpkeep upkeep, MirrorPhase phase, (string, object?)[] values, CancellationToken cancellation)
    {
        var named = new HashSet<string>(gone.Count);
        await session.LoadAsync(
            MirrorSql.StagedGone,
            GoneColumns,
            load =>
            {
                foreach (var key in gone)
                {
                    // A key that came as a row too is alive: a host may hand over the old and the new record of one key.
                    if (!string.IsNullOrEmpty(key.Value) && !keys.Contains(key.Value) && named.Add(key.Value))
                    {
                        load.Begin();
                        load.Text(key.Value);
                        load.End();
                    }
                }
            },
            cancellation);
        if (!phase.IsFirstRead)
        {
            await session.ExecuteAsync(sql.RecordGone, cancellation, values);
        }

        if (lines is not null)
        {
            await session.ExecuteAsync($"{lines.DeleteOfGone}{sql.GoneIds})", cancellation, values);
        }

        await upkeep.BeforeGoneAsync(cancellation);
        return await session.ExecuteAsync(sql.MarkGone, cancellation, values);
    }

    private long CountRows() => table.Lines is { } own ? rows.Sum(r => (long)own.Count(r)) : rows.Count;

    private void Fill(IBulkLoad load)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            load.Begin();
            load.Int(i);
            load.Text(rows[i].Key.Value);
            load.Text(rows[i].Version);
            table.Write(rows[i], load);
            load.End();
        }
    }

    private void FillLines(IBulkLoad load)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var count = table.Lines!.Count(rows[i]);
            for (var line = 0; line < count; line++)
            {
                load.Begin();
                load.Int(i);
                load.Int(line);
                table.Lines.Write(rows[i], line, load);
                load.End();
            }
        }
    }

    private static readonly IReadOnlyList<MirrorColumn> GoneColumns = [MirrorColumn.Text("host_key")];
}
