using Crm.Contracts;
using Crm.Tests.Conformance;

namespace Crm.Tests.Connector.Files;

/// <summary>Does with pages what the mirror does, in memory.</summary>
internal sealed class TestMirror<T> where T : IHostRecord
{
    public Dictionary<HostKey, T> Records { get; } = [];

    public List<RowProblem> Problems { get; } = [];

    public string? Cursor { get; private set; }

    /// <summary>Rows of the last <see cref="PollAsync"/>.</summary>
    public int Delivered { get; private set; }

    /// <summary>Keys told as gone by the last <see cref="PollAsync"/>, before any sweep.</summary>
    public List<HostKey> Gone { get; } = [];

    public bool Swept { get; private set; }

    /// <param name="source">Of a host just opened.</param>
    /// <param name="stopAfter">Dies after so many pages.</param>
    public async Task PollAsync(IHostSource<T> source, int stopAfter = int.MaxValue)
    {
        Delivered = 0;
        Gone.Clear();
        Swept = false;
        await foreach (var page in source.ReadChangedAsync(Cursor, CancellationToken.None))
        {
            foreach (var row in page.Rows)
                Records[row.Key] = row;
            foreach (var key in page.Gone)
                Records.Remove(key);
            Delivered += page.Rows.Count;
            Gone.AddRange(page.Gone);
            Problems.AddRange(page.Problems);
            Cursor = page.NextCursor;
            Swept |= page.SweepAdvised;
            if (--stopAfter == 0)
                break;
        }

        if (Swept)
            await SweepAsync(source);
    }

    public async Task SweepAsync(IHostSource<T> source)
    {
        var living = (await source.SweepAsync(CancellationToken.None))!.ToDictionary(k => k.Key, k => k.Version);
        foreach (var key in Records.Keys.Where(k => !living.ContainsKey(k)).ToList())
            Records.Remove(key);
        var stale = living.Where(l => !Records.TryGetValue(l.Key, out var r) || r.Version != l.Value).Select(l => l.Key).ToList();
        foreach (var keys in stale.Chunk(1000))
        {
            foreach (var row in (await source.ReadAsync(keys, CancellationToken.None)).Rows)
                Records[row.Key] = row;
        }
    }
}
