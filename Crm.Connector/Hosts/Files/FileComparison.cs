using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>What changed in a file since a cursor, to the row.</summary>
/// <param name="Added">Hashes of new or changed elements.</param>
/// <param name="Removed">Elements that are gone or were changed; without those that were changed and whose key is known.</param>
/// <param name="Candidates">Chunks in which the added ones are, in the file's order.</param>
/// <param name="Scan">Of the whole file, ended.</param>
internal sealed record FileComparison<T>(
    HashSet<ulong> Added, IReadOnlyList<SketchChange> Removed, IReadOnlyList<ChunkPlace> Candidates, FileScan<T> Scan)
    where T : IHostRecord
{
    /// <summary>Reads the file at memory speed and parses nothing.</summary>
    /// <returns>Null when more has changed than the cursor can tell to the row.</returns>
    public static FileComparison<T>? Make(DataFile file, FileFormat<T> format, FileCursor.Delivered before, CancellationToken cancellation)
    {
        var scan = new FileScan<T>(file, format, new RowSketch(before.Sketch.KeyWords));
        var candidates = new List<ChunkPlace>();
        while (scan.Skim())
        {
            cancellation.ThrowIfCancellationRequested();
            if (!scan.IsIndependent)
                candidates.Add(new(scan.Chunk.Offset, scan.Chunk.FirstLine, scan.Elements.ToArray()));
            else if (Array.BinarySearch(before.Chunks, scan.Chunk.Fingerprint) < 0)
                candidates.Add(new(scan.Chunk.Offset, scan.Chunk.FirstLine, null));
        }

        if (scan.Sketch.Minus(before.Sketch).Decode() is not { } changes)
            return null;
        var added = changes.Where(c => c.IsAdded).ToList();
        var keys = added.Where(c => c.Key is not null).Select(c => Convert.ToHexString(c.Key!)).ToHashSet();
        var removed = changes.Where(c => !c.IsAdded && (c.Key is null || !keys.Contains(Convert.ToHexString(c.Key))));
        return new([.. added.Select(c => c.Hash)], [.. removed], candidates, scan);
    }
}

/// <summary>A chunk to look at again.</summary>
/// <param name="Elements">As they were found, where they depend on earlier chunks; null: cut the chunk again.</param>
internal readonly record struct ChunkPlace(long Offset, int Line, Element[]? Elements);
