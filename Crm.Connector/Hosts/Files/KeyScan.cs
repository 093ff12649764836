using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>Streams key and version of every row, each key once.</summary>
/// <remarks>
/// Keys that come twice are found in two passes and bounded memory: the first pass marks keys in a Bloom filter and notes
/// those that it had marked before (some of them by accident); the second holds the noted ones back until its end.
/// </remarks>
internal static class KeyScan<T> where T : class, IHostRecord
{
    private const int BatchKeys = 5000;
    private const int FewestBits = 1 << 16;
    private const int MostBits = 1 << 28; // 32 MB: one key in a hundred noted by accident at 25 million rows

    public static IEnumerable<IReadOnlyList<KeyVersion>> Read(FilesOptions options, FileFormat<T> format, CancellationToken cancellation)
    {
        using var file = DataFile.Open(format.Schema, options);
        file.Layout.Require(format.Schema);
        var repeated = format.KeysRepeat ? FindRepeated(file, format, cancellation) : [];
        var held = new Dictionary<string, string>();
        var batch = new List<KeyVersion>(BatchKeys);
        var row = new Row(file);
        var ignored = new List<RowProblem>();
        var scan = new FileScan<T>(file, format);
        while (scan.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (ref readonly var element in scan.Elements)
            {
                var bytes = scan.Chunk.Bytes.Slice(element.KeyStart, element.KeyLength);
                if ((format.KeyOf(element.Hash, bytes, file) ?? format.Build(scan.Chunk, element, row, ignored)?.Key) is not { } key)
                    continue;
                if (format.KeysRepeat && (bytes.IsEmpty || repeated.Contains(RowHash.Of(bytes, 0))))
                    held[key.Value] = RowHash.ToText(element.Hash);
                else
                    batch.Add(new(key, RowHash.ToText(element.Hash)));
            }

            ignored.Clear();
            if (batch.Count >= BatchKeys)
            {
                yield return batch;
                batch = new(BatchKeys);
            }
        }

        // Half a file would look like many deletes.
        if (scan.Chunk.HeldBack)
            throw DataFile.BeingWritten(format.Schema);
        file.RequireUnchanged();
        batch.AddRange(held.Select(h => new KeyVersion(new(h.Key), h.Value)));
        yield return batch;
    }

    private static HashSet<ulong> FindRepeated(DataFile file, FileFormat<T> format, CancellationToken cancellation)
    {
        var repeated = new HashSet<ulong>();
        // 16 bits a row, a row being taken for at least 32 bytes.
        var size = (uint)Math.Clamp(System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)file.Stamp.Length / 2), FewestBits, MostBits);
        var bits = new ulong[size / 64];
        var scan = new FileScan<T>(file, format);
        while (scan.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (ref readonly var element in scan.Elements)
            {
                if (element.KeyLength == 0)
                    continue;
                var hash = RowHash.Of(scan.Chunk.Bytes.Slice(element.KeyStart, element.KeyLength), 0);
                var first = Mark(bits, (uint)hash & (size - 1));
                var second = Mark(bits, (uint)(hash >> 32) & (size - 1));
                if (first && second)
                    repeated.Add(hash);
            }
        }

        return repeated;
    }

    /// <returns>Whether it was marked before.</returns>
    private static bool Mark(ulong[] bits, uint place)
    {
        ref var word = ref bits[place >> 6];
        var bit = 1ul << (int)(place & 63);
        var was = (word & bit) != 0;
        word |= bit;
        return was;
    }
}
