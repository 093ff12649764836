using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>Reads one file. Keeps nothing between calls: the cursor alone says what has been delivered.</summary>
/// <remarks>Derived from only to give the contracts' source interfaces a type each.</remarks>
internal abstract class FileSource<T>(FilesOptions options, FileFormat<T> format) : IHostSource<T>, IRowProblemSource where T : class, IHostRecord
{
    public async IAsyncEnumerable<HostPage<T>> ReadChangedAsync(string? cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var page in FileFailure.Guard(format.Schema, ReadChanged(cursor, cancellation)))
        {
            yield return page;
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<KeyVersion>> ReadKeys([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var keys in FileFailure.Guard(format.Schema, KeyScan<T>.Read(options, format, cancellation)))
        {
            yield return keys;
            await Task.Yield();
        }
    }

    public async IAsyncEnumerable<RowProblem> ReadProblemsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in ReadChangedAsync(null, cancellation))
        {
            foreach (var problem in page.Problems)
                yield return problem;
        }
    }

    public async Task<HostPage<T>> ReadAsync(IReadOnlyList<HostKey> keys, CancellationToken cancellation)
    {
        await Task.Yield();
        return FileFailure.Guard(format.Schema, ReadOnce(keys, cancellation)).Single();
    }

    private IEnumerable<HostPage<T>> ReadOnce(IReadOnlyList<HostKey> keys, CancellationToken cancellation)
    {
        using var file = Open();
        var page = new PageBuilder<T>(file);
        KeySearch<T>.Run(file, format, keys, page, cancellation);
        file.RequireUnchanged();
        yield return page.ToPage("", file.Stamp.Length, false);
    }

    private IEnumerable<HostPage<T>> ReadChanged(string? text, CancellationToken cancellation)
    {
        var cursor = FileCursor.Parse(text);
        using var file = Open();
        if (cursor is FileCursor.Delivered before)
        {
            if (before.Seed == file.Layout.Seed && before.Stamp.IsSameAs(file.Stamp))
            {
                yield return new PageBuilder<T>(file).ToPage(text!, file.Stamp.Length, false);
                yield break;
            }

            var comparison = before.Seed == file.Layout.Seed ? FileComparison<T>.Make(file, format, before, cancellation) : null;
            if (comparison is not null)
            {
                foreach (var page in ReadDifference(file, comparison, before, cancellation))
                    yield return page;
                yield break;
            }

            cursor = new FileCursor.Position(before.Chunks, 0, 0, SweepAdvised: true);
        }

        foreach (var page in ReadForward(file, (FileCursor.Position)cursor, cancellation))
            yield return page;
    }

    /// <summary>Delivers every chunk from a place on, but those known.</summary>
    private IEnumerable<HostPage<T>> ReadForward(DataFile file, FileCursor.Position start, CancellationToken cancellation)
    {
        var scan = new FileScan<T>(file, format);
        while (scan.Chunk.NextOffset < start.Offset && scan.Next())
            cancellation.ThrowIfCancellationRequested();
        if (start.Offset > 0 && (scan.Chunk.NextOffset != start.Offset || scan.Fold != start.Fold))
        {
            // What was delivered before the place is not what the file holds now: from the top, and look for what is gone.
            scan = new FileScan<T>(file, format);
            start = start with { Offset = 0, SweepAdvised = true };
        }

        var page = new PageBuilder<T>(file);
        var row = new Row(file);
        while (scan.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            if (scan.IsIndependent && Array.BinarySearch(start.Known, scan.Chunk.Fingerprint) >= 0)
                continue;
            if (page.Records > 0 && page.Records + scan.Chunk.Count > PageBuilder<T>.MostRecords)
            {
                var here = start with { Offset = scan.Chunk.Offset, Fold = scan.FoldBefore };
                yield return page.ToPage(here.ToText(), here.Offset, false);
            }

            foreach (ref readonly var element in scan.Elements)
                page.Add(format, scan.Chunk, element, row);
        }

        yield return page.ToPage(scan.Delivered().ToText(), scan.Chunk.NextOffset, start.SweepAdvised);
    }

    /// <summary>Delivers the rows that differ, and the keys that are gone.</summary>
    private IEnumerable<HostPage<T>> ReadDifference(
        DataFile file, FileComparison<T> comparison, FileCursor.Delivered before, CancellationToken cancellation)
    {
        var page = new PageBuilder<T>(file);
        var row = new Row(file);
        var chunk = new ChunkReader(file);
        var elements = new List<Element>();
        var found = new HashSet<ulong>();
        foreach (var place in comparison.Added.Count == 0 ? [] : comparison.Candidates)
        {
            cancellation.ThrowIfCancellationRequested();
            chunk.Seek(place.Offset, place.Line);
            chunk.Read();
            elements.Clear();
            if (place.Elements is not null)
                elements.AddRange(place.Elements);
            else
                CutAdded(file, chunk, comparison.Added, elements);
            if (page.Records >= PageBuilder<T>.MostRecords)
            {
                // The mirror has these rows now, whatever becomes of the file before a broken read goes on.
                yield return page.ToPage((before with { Stamp = default }).ToText(), place.Offset, false);
            }

            foreach (ref readonly var element in CollectionsMarshal.AsSpan(elements))
            {
                if (!comparison.Added.Contains(element.Hash))
                    continue;
                if (found.Add(element.Hash))
                    before.Sketch.Add(element.Hash, chunk.Bytes.Slice(element.KeyStart, element.KeyLength));
                page.Add(format, chunk, element, row);
            }
        }

        if (found.Count < comparison.Added.Count)
            throw DataFile.Changed(file.Schema);
        var sweepAdvised = false;
        if (comparison.Removed.Count > 0 && comparison.Scan.Chunk.HeldBack)
        {
            // The end of the file is still to come, and these rows may come with it.
            foreach (var removed in comparison.Removed)
                comparison.Scan.Sketch.Add(removed.Hash, removed.Key);
        }
        else if (comparison.Removed.Count > 0)
        {
            sweepAdvised = TellGone(file, comparison.Removed, page, cancellation);
        }

        yield return page.ToPage(comparison.Scan.Delivered().ToText(), file.Stamp.Length, sweepAdvised);
    }

    /// <summary>Finds a chunk's elements; where records stand alone, only those that were added.</summary>
    private void CutAdded(DataFile file, ChunkReader chunk, HashSet<ulong> added, List<Element> elements)
    {
        if (!format.RecordsStandAlone)
        {
            format.Cut(chunk.Bytes, chunk.Records, file, [], elements);
            return;
        }

        var one = new List<Element>(1);
        for (var i = 0; i < chunk.Count; i++)
        {
            if (added.Contains(chunk.Records[i].Hash))
            {
                format.Cut(chunk.Bytes, chunk.Records.Slice(i, 1), file, [], one);
                elements.Add(one[0] with { First = i });
            }
        }
    }

    /// <returns>True when some of them have no known key.</returns>
    private bool TellGone(DataFile file, IReadOnlyList<SketchChange> removed, PageBuilder<T> page, CancellationToken cancellation)
    {
        var keys = removed.Select(r => format.KeyOf(r.Hash, r.Key, file)).OfType<HostKey>().Distinct().ToList();
        // A key may live on in another row of the same key: then that row counts, and nothing is gone.
        if (format.KeysRepeat)
            KeySearch<T>.Run(file, format, keys, page, cancellation);
        else
            page.Gone.AddRange(keys);
        file.RequireUnchanged();
        return removed.Any(r => format.KeyOf(r.Hash, r.Key, file) is null);
    }

    private DataFile Open()
    {
        var file = DataFile.Open(format.Schema, options);
        try
        {
            file.Layout.Require(format.Schema);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
