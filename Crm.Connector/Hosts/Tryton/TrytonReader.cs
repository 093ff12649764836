using System.Runtime.CompilerServices;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>
/// Reads one entity: first all of it by id, from then on what changed. The watermark is taken before the first page, so changes made
/// during the first read are caught by the next; an overlap catches transactions that commit late.
/// </summary>
internal class TrytonReader<T>(TrytonReads reads, ITrytonEntity<T> entity) : IHostSource<T> where T : IHostRecord
{
    public async IAsyncEnumerable<HostPage<T>> ReadChangedAsync(string? cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var start = cursor is null
            ? new TrytonCursor { Watermark = await reads.WatermarkAsync(entity.Model, cancellation), First = 0 }
            : TrytonCursor.Parse(cursor);
        await foreach (var page in (start.IsFirst ? ReadAllAsync(start, cancellation) : ReadChangesAsync(start, cancellation)).WithCancellation(cancellation))
            yield return page;
    }

    public IAsyncEnumerable<IReadOnlyList<KeyVersion>> ReadKeys(CancellationToken cancellation) => ReadKeysAsync(cancellation);

    private async IAsyncEnumerable<IReadOnlyList<KeyVersion>> ReadKeysAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var rows in PagesAsync(0, versionsOnly: true, cancellation))
            yield return [.. (await JoinAsync(rows, versionsOnly: true, cancellation)).Select(KeyVersionOf)];
    }

    public async Task<HostPage<T>> ReadAsync(IReadOnlyList<HostKey> keys, CancellationToken cancellation)
    {
        var (joined, _) = await LoadAsync([.. keys.Select(TrytonKey.IdOf).OfType<long>().Distinct()], cancellation);
        var wanted = keys.ToHashSet();
        var problems = new List<RowProblem>();
        var rows = Map(joined.Where(j => wanted.Contains(j.Key)), problems);
        var alive = joined.Select(j => j.Key).ToHashSet();
        return new HostPage<T>(rows, [.. wanted.Where(k => !alive.Contains(k))], problems, "", new ReadProgress(rows.Count, keys.Count));
    }

    private async IAsyncEnumerable<HostPage<T>> ReadAllAsync(TrytonCursor cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var total = await reads.CountAsync(entity.Model, entity.Filter, cancellation);
        await foreach (var (rows, joined) in JoinedPagesAsync(cursor.First, cancellation))
        {
            var problems = new List<RowProblem>();
            var records = Map(joined, problems);
            var isLast = rows.Count < reads.PageSize;
            cursor = isLast
                ? new TrytonCursor { Watermark = cursor.Watermark }
                : cursor with { First = rows[^1].Id, Done = cursor.Done + rows.Count };
            var done = isLast ? total ?? 0 : cursor.Done;
            yield return new HostPage<T>(records, [], problems, cursor.ToString(), new ReadProgress(done, total));
        }
    }

    /// <summary>What belongs to a page is asked for while the page before is still waited for: a server that answers two requests at a time has two.</summary>
    private async IAsyncEnumerable<(IReadOnlyList<TrytonRow> Rows, IReadOnlyList<Joined<T>> Joined)> JoinedPagesAsync(
        long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waiting = new Queue<(IReadOnlyList<TrytonRow> Rows, Task<IReadOnlyList<Joined<T>>> Joined)>();
        try
        {
            await foreach (var rows in PagesAsync(after, versionsOnly: false, stop.Token))
            {
                waiting.Enqueue((rows, JoinAsync(rows, versionsOnly: false, stop.Token)));
                if (waiting.Count > 1)
                {
                    var (first, joined) = waiting.Peek();
                    yield return (first, await joined);
                    waiting.Dequeue();
                }
            }

            while (waiting.TryPeek(out var page))
            {
                cancellation.ThrowIfCancellationRequested();   // it may have come before the caller gave up
                yield return (page.Rows, await page.Joined);
                waiting.Dequeue();
            }
        }
        finally
        {
            // One that failed or was not taken must neither run on nor fail unseen.
            await stop.CancelAsync();
            await Task.WhenAll(waiting.Select(w => w.Joined.ContinueWith(
                static t => t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)));
        }
    }

    /// <summary>Pages by id; the next is asked for while the caller works on this one. The last page is the one that is not full.</summary>
    private async IAsyncEnumerable<IReadOnlyList<TrytonRow>> PagesAsync(long after, bool versionsOnly, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var fields = entity.Fields(versionsOnly);
        var next = reads.PageAsync(entity.Model, entity.Filter, after, fields, stop.Token);
        try
        {
            while (true)
            {
                var rows = await next;
                cancellation.ThrowIfCancellationRequested();   // the page may have come before the caller gave up
                var isLast = rows.Count < reads.PageSize;
                if (!isLast)
                    next = reads.PageAsync(entity.Model, entity.Filter, rows[^1].Id, fields, stop.Token);
                yield return rows;
                if (isLast)
                    yield break;
            }
        }
        finally
        {
            // The caller may have stopped early: the page under way must neither run on nor fail unseen.
            await stop.CancelAsync();
            await next.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async IAsyncEnumerable<HostPage<T>> ReadChangesAsync(TrytonCursor cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (cursor.Target == 0)
            cursor = cursor with { Target = await reads.WatermarkAsync(entity.Model, cancellation), Step = 0, After = 0, Done = 0 };
        var since = Math.Max(0, cursor.Watermark - (long)reads.Options.Overlap.TotalMicroseconds);
        var delivered = new HashSet<long>();
        HostPage<T>? page = null;
        while (cursor.Step < entity.Steps.Count)
        {
            var step = entity.Steps[cursor.Step];
            if (!reads.CanRead(step.Model))
            {
                cursor = cursor with { Step = cursor.Step + 1, After = 0 };
                continue;
            }

            var changed = await reads.PageAsync(
                step.Model, [TrytonReads.ChangedSince(since), .. step.Filter ?? []], cursor.After, step.Field == "id" ? ["id"] : [step.Field], cancellation);
            var ids = await MainIdsAsync(step, changed, cancellation);
            var before = cursor;
            cursor = changed.Count < reads.PageSize ? cursor with { Step = cursor.Step + 1, After = 0 } : cursor with { After = changed[^1].Id };
            var parts = ids.Where(delivered.Add).Chunk(reads.PageSize).ToList();
            for (var i = 0; i < parts.Count; i++)
            {
                // Held back by one: the last page carries the cursor that ends this read.
                if (page is not null)
                    yield return page;
                var (joined, gone) = await LoadAsync(parts[i], cancellation);
                var problems = new List<RowProblem>();
                var records = Map(joined, problems);
                cursor = cursor with { Done = cursor.Done + records.Count };
                // Only the last part of a step's page may say that the page is done.
                var position = i == parts.Count - 1 ? cursor : before;
                page = new HostPage<T>(records, gone, problems, position.ToString(), new ReadProgress(cursor.Done, null));
            }
        }

        var end = new TrytonCursor { Watermark = Math.Max(cursor.Watermark, cursor.Target) }.ToString();
        yield return page is null ? new HostPage<T>([], [], [], end, new ReadProgress(0, 0)) : page with { NextCursor = end };
    }

    private static async Task<IReadOnlyCollection<long>> MainIdsAsync(ChangeStep step, IReadOnlyList<TrytonRow> changed, CancellationToken cancellation)
    {
        var ids = changed.Select(r => r.Reference(step.Field)).OfType<long>().Distinct().ToList();
        return ids.Count == 0 || step.Resolve is null ? ids : await step.Resolve(ids, cancellation);
    }

    private async Task<(List<Joined<T>> Joined, List<HostKey> Gone)> LoadAsync(IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        var joined = new List<Joined<T>>();
        var rows = await reads.WhereInAsync(entity.Model, "id", ids, entity.Fields(versionsOnly: false), cancellation, [.. entity.Filter]);
        foreach (var part in rows.Chunk(reads.PageSize))
            joined.AddRange(await JoinAsync(part, versionsOnly: false, cancellation));
        var alive = joined.Select(j => j.Id).ToHashSet();
        return (joined, [.. ids.Where(id => !alive.Contains(id)).Select(id => TrytonKey.Of(id))]);
    }

    private async Task<IReadOnlyList<Joined<T>>> JoinAsync(IReadOnlyList<TrytonRow> rows, bool versionsOnly, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return [];
        try
        {
            return await entity.JoinAsync(rows, versionsOnly, cancellation);
        }
        catch (TrytonRowException e)
        {
            // A reference that ties rows together is not an id: nobody can tell whose rows they are.
            throw new HostException(HostFailure.Unreadable, "tryton.bad-answer", $"{entity.Model}: {e.Message}", inner: e);
        }
    }

    private KeyVersion KeyVersionOf(Joined<T> one)
    {
        using var version = new TrytonVersion();
        try
        {
            one.Version(version);
            return new KeyVersion(one.Key, version.Take());
        }
        catch (TrytonRowException)
        {
            return new KeyVersion(one.Key, "malformed");   // alive; reading it tells what is wrong
        }
    }

    private List<T> Map(IEnumerable<Joined<T>> joined, List<RowProblem> problems)
    {
        var records = new List<T>();
        using var version = new TrytonVersion();
        foreach (var one in joined)
        {
            try
            {
                one.Version(version);
                records.Add(one.Map(version.Take()));
            }
            catch (TrytonRowException e)
            {
                version.Take();
                problems.Add(new RowProblem($"{entity.Model},{one.Id}", "tryton.bad-row", e.Message));
            }
        }

        return records;
    }
}
