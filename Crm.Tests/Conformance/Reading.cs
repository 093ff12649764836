using Crm.Contracts;

namespace Crm.Tests.Conformance;

/// <summary>Reads sources to their end.</summary>
internal static class Reading
{
    /// <summary>Every page after <paramref name="cursor"/>.</summary>
    public static async Task<List<HostPage<T>>> PagesAsync<T>(this IHostSource<T> source, string? cursor, CancellationToken cancellation)
        where T : IHostRecord
    {
        var pages = new List<HostPage<T>>();
        await foreach (var page in source.ReadChangedAsync(cursor, cancellation))
        {
            pages.Add(page);
        }

        return pages;
    }

    /// <summary>What a mirror knows after these pages: key to version, the later page wins.</summary>
    public static Dictionary<HostKey, string> Versions<T>(this IEnumerable<HostPage<T>> pages, Dictionary<HostKey, string>? before = null)
        where T : IHostRecord
    {
        var known = before is null ? [] : new Dictionary<HostKey, string>(before);
        foreach (var page in pages)
        {
            foreach (var row in page.Rows)
            {
                known[row.Key] = row.Version;
            }

            foreach (var key in page.Gone)
            {
                known.Remove(key);
            }
        }

        return known;
    }

    /// <summary>Key and version of every living record; null when the source has no sweep.</summary>
    public static async Task<List<KeyVersion>?> SweepAsync<T>(this IHostSource<T> source, CancellationToken cancellation)
        where T : IHostRecord
    {
        if (source.ReadKeys(cancellation) is not { } batches)
        {
            return null;
        }

        var keys = new List<KeyVersion>();
        await foreach (var batch in batches)
        {
            keys.AddRange(batch);
        }

        return keys;
    }

    /// <summary>Rows of every page.</summary>
    public static async Task<List<T>> RowsAsync<T>(this IHostSource<T> source, CancellationToken cancellation)
        where T : IHostRecord
    {
        var rows = new List<T>();
        await foreach (var page in source.ReadChangedAsync(null, cancellation))
        {
            rows.AddRange(page.Rows);
        }

        return rows;
    }

    /// <summary>Keys of every record of a kind; empty when the host does not offer the kind.</summary>
    public static async Task<HashSet<HostKey>> KeysAsync<T>(this IHostSource<T>? source, CancellationToken cancellation)
        where T : IHostRecord =>
        source is null ? [] : [.. (await source.RowsAsync(cancellation)).Select(r => r.Key)];
}
