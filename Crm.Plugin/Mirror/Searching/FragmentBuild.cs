using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Search;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>
/// Fills the fragment index of a connection's phones in its own order: appending to a tree is many times faster than
/// throwing millions of entries into its middle. Memory is bounded: what does not fit one sort is taken range by range.
/// </summary>
/// <param name="session">Where the phones are and the entries go.</param>
/// <param name="connectionId">Whose phones; null for all there are.</param>
internal sealed class FragmentBuild(MirrorSession session, int? connectionId)
{
    private const int Room = 2_000_000;
    private const int FirstRoom = 200_000;
    private const int Commit = 250_000;
    private const int Prefixes = 11 * 11 * 11;

    private readonly List<long> entries = [];

    public async Task RunAsync(CancellationToken cancellation)
    {
        var counts = new int[Prefixes];
        long all = 0;
        await ScanAsync(
            (id, value) =>
            {
                counts[Prefix(value)]++;
                if (++all <= Room)
                {
                    Add(PhoneFragment.Entry(value, id));
                }
            },
            cancellation);
        if (all <= Room)
        {
            await WriteAsync(cancellation);
            return;
        }

        var from = 0;
        while (from < Prefixes)
        {
            var to = from;
            for (long sum = counts[to++]; to < Prefixes && sum + counts[to] <= Room; to++)
            {
                sum += counts[to];
            }

            await WriteRangeAsync(from, to, cancellation);
            from = to;
        }
    }

    private async Task WriteRangeAsync(int from, int to, CancellationToken cancellation)
    {
        entries.Clear();
        await ScanAsync(
            (id, value) =>
            {
                if (Prefix(value) is var prefix && prefix >= from && prefix < to)
                {
                    Add(PhoneFragment.Entry(value, id));
                }
            },
            cancellation);
        await WriteAsync(cancellation);
    }

    /// <summary>Grows at once to all that it is meant to hold: doubling leaves as much again behind for the collector.</summary>
    private void Add(long entry)
    {
        if (entries.Count == entries.Capacity && entries.Count < Room)
        {
            entries.Capacity = entries.Count < FirstRoom ? FirstRoom : Room;
        }

        entries.Add(entry);
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        entries.Sort();
        for (var start = 0; start < entries.Count; start += Commit)
        {
            await session.InTransactionAsync(
                async () =>
                {
                    await session.LoadAsync("phone_fragment", SearchTables.Fragment, load => Fill(load, start), cancellation);
                    return 0;
                },
                cancellation);
        }
    }

    private void Fill(IBulkLoad load, int start)
    {
        var end = Math.Min(start + Commit, entries.Count);
        for (var i = start; i < end; i++)
        {
            if (i > 0 && entries[i] == entries[i - 1])
            {
                continue; // 1111111111 holds the same run twice
            }

            load.Begin();
            load.Long(entries[i]);
            load.End();
        }
    }

    private async Task ScanAsync(Action<long, uint> take, CancellationToken cancellation)
    {
        long last = 0;
        while (true)
        {
            var part = await session.QueryAsync(
                connectionId is null
                    ? "SELECT p.id, p.digits FROM phone p WHERE p.id > @last ORDER BY p.id LIMIT 20000"
                    : $"SELECT p.id, p.digits FROM phone p JOIN counterparty c ON c.id = p.counterparty_id WHERE p.id > @last AND {SearchBuild.OfConnection("c")} ORDER BY p.id LIMIT 20000",
                r => (Id: r.GetInt64(0), Digits: r.GetString(1)),
                cancellation,
                ("@last", last),
                ("@c", connectionId ?? 0));
            if (part.Count == 0)
            {
                return;
            }

            foreach (var (id, digits) in part)
            {
                for (var start = 0; start + PhoneDigits.ShortestFragment <= digits.Length; start++)
                {
                    take(id, PhoneFragment.Run(digits, start));
                }
            }

            last = part[^1].Id;
        }
    }

    private static int Prefix(uint value) => (int)(value / 161_051); // 11 to the fifth: the first three of eight digits
}
