using System.Globalization;
using System.Runtime.CompilerServices;
using Crm.Contracts;

namespace Crm.Tests.Mirror;

/// <summary>
/// Records of an ERP in memory. Every change gets the next number; the cursor is the number of the last change that was read, so
/// an answer depends on the request alone.
/// </summary>
internal class MemorySource<T> : IHostSource<T>
    where T : class, IHostRecord
{
    private readonly Dictionary<string, (long Change, T? Record)> records = new(StringComparer.Ordinal);
    private long changes;

    public int PageSize { get; set; } = 100;

    /// <summary>False: deletes are found by sweeps only.</summary>
    public bool ReportsDeletes { get; set; }

    /// <summary>False: the ERP cannot list keys.</summary>
    public bool ListsKeys { get; set; } = true;

    public bool AdvisesSweep { get; set; }

    /// <summary>Called before each page with the cursor before it; may throw or change records.</summary>
    public Action<string?>? BeforePage { get; set; }

    /// <summary>Changes what the list of keys says.</summary>
    public Func<IEnumerable<KeyVersion>, IEnumerable<KeyVersion>>? Keys { get; set; }

    /// <summary>Reported with the page that follows this cursor.</summary>
    public Dictionary<string, List<RowProblem>> Problems { get; } = [];

    /// <summary>Repeats these rows of the first page in it.</summary>
    public bool RepeatsRows { get; set; }

    public int PagesRead { get; private set; }

    public List<int> ReadSizes { get; } = [];

    public void Put(params IEnumerable<T> rows)
    {
        foreach (var row in rows)
        {
            records[row.Key.Value] = (++changes, row);
        }
    }

    public void Delete(string key) => records[key] = (++changes, null);

    /// <summary>A change that no cursor will ever show: committed late, behind one that was read.</summary>
    public void PutLate(T row) => records[row.Key.Value] = (0, row);

    public IEnumerable<T> Living => records.Values.Where(r => r.Record is not null).Select(r => r.Record!);

    public async IAsyncEnumerable<HostPage<T>> ReadChangedAsync(string? cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var first = true;
        while (true)
        {
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
            BeforePage?.Invoke(cursor);
            var from = cursor is null ? -1 : long.Parse(cursor, CultureInfo.InvariantCulture);
            var part = records.Where(r => r.Value.Change > from).OrderBy(r => r.Value.Change).Take(PageSize).ToList();
            if (part.Count == 0 && !first)
            {
                yield break;
            }

            PagesRead++;
            var next = part.Count == 0 ? cursor ?? "0" : part[^1].Value.Change.ToString(CultureInfo.InvariantCulture);
            List<T> rows = [.. part.Where(p => p.Value.Record is not null).Select(p => p.Value.Record!)];
            if (RepeatsRows)
            {
                rows.AddRange([.. rows]);
            }

            yield return new HostPage<T>(
                rows,
                ReportsDeletes ? [.. part.Where(p => p.Value.Record is null).Select(p => new HostKey(p.Key))] : [],
                Problems.GetValueOrDefault(cursor ?? "") ?? [],
                next,
                new(long.Parse(next, CultureInfo.InvariantCulture), changes)) { SweepAdvised = AdvisesSweep };
            first = false;
            cursor = next;
        }
    }

    public IAsyncEnumerable<IReadOnlyList<KeyVersion>>? ReadKeys(CancellationToken cancellation) => ListsKeys ? ListAsync() : null;

    public Task<HostPage<T>> ReadAsync(IReadOnlyList<HostKey> keys, CancellationToken cancellation)
    {
        ReadSizes.Add(keys.Count);
        var found = keys.Select(k => (Key: k, Record: records.GetValueOrDefault(k.Value).Record)).ToList();
        return Task.FromResult(new HostPage<T>(
            [.. found.Where(f => f.Record is not null).Select(f => f.Record!)], [.. found.Where(f => f.Record is null).Select(f => f.Key)], [], "", default));
    }

    private async IAsyncEnumerable<IReadOnlyList<KeyVersion>> ListAsync()
    {
        await Task.Yield();
        var all = Living.Select(r => new KeyVersion(r.Key, r.Version));
        foreach (var part in (Keys?.Invoke(all) ?? all).Chunk(50))
        {
            yield return part;
        }
    }
}
