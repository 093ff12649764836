using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>Finds rows by key: the whole file is gone through, for there is no index.</summary>
internal static class KeySearch<T> where T : class, IHostRecord
{
    /// <summary>Puts the last row of each key into the page, and the keys of no row into its <see cref="PageBuilder{T}.Gone"/>.</summary>
    /// <remarks>A row of a wanted key that cannot be read is a problem, and its key is not gone.</remarks>
    public static void Run(
        DataFile file, FileFormat<T> format, IReadOnlyList<HostKey> keys, PageBuilder<T> page, CancellationToken cancellation)
    {
        if (keys.Count == 0)
            return;
        var missing = keys.ToHashSet();
        var wanted = keys.ToHashSet();
        var shapes = keys.SelectMany(k => HashesOf(k.Value)).ToHashSet();
        var scan = new FileScan<T>(file, format);
        var row = new Row(file);
        var ignored = new List<RowProblem>();
        while (scan.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (ref readonly var element in scan.Elements)
            {
                var key = scan.Chunk.Bytes.Slice(element.KeyStart, element.KeyLength);
                if (format.KeysRepeat && !key.IsEmpty && !shapes.Contains(RowHash.Of(key, 0)))
                    continue;
                if (!format.KeysRepeat && !wanted.Contains(format.KeyOf(element.Hash, key, file)!.Value))
                    continue;
                ignored.Clear();
                var built = format.Build(scan.Chunk, element, row, ignored);
                if (built is not null && wanted.Contains(built.Key))
                {
                    page.Put(built, row.Line);
                    page.AddProblems(ignored);
                    missing.Remove(built.Key);
                }
                else if (built is null && format.KeyOf(element.Hash, key, file) is { } unreadable && missing.Remove(unreadable))
                {
                    page.AddProblems(ignored);
                }
            }
        }

        page.Gone.AddRange(keys.Where(missing.Contains).Distinct());
    }

    private static IEnumerable<ulong> HashesOf(string key)
    {
        yield return RowHash.Of(System.Text.Encoding.UTF8.GetBytes(key), 0);
        yield return RowHash.Of(Windows1251.Encoding.GetBytes(key), 0);
    }
}
