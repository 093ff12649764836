using Crm.Contracts;

namespace Crm.Connector.Hosts.Demo;

/// <summary>
/// Tells one kind of record of the company. What is told depends on the seed and the instant alone, so that a reader
/// may stop anywhere and another process goes on.
/// </summary>
/// <typeparam name="TItem">What the company knows for ever: all that has happened and will happen to the record.</typeparam>
/// <typeparam name="T">What the ERP shows of it at an instant.</typeparam>
internal abstract class DemoSource<TItem, T>(DemoCompany company) : IHostSource<T>
    where TItem : class
    where T : IHostRecord
{
    private const int PageSize = 2000;

    protected DemoCompany Company => company;

    /// <summary>Everything that a reader with this anchor sees until the instant, in an order that later additions do not disturb.</summary>
    protected abstract IEnumerable<TItem> All(DateOnly anchor, long until);

    /// <summary>The item with this key, whether it exists already or not; null when there never is one.</summary>
    protected abstract TItem? Find(string key);

    /// <summary>The last instant, at most <paramref name="at"/>, when the record changed; null when it does not exist by then.</summary>
    protected abstract long? LastChange(TItem item, long at);

    /// <summary>The record as the ERP shows it at the instant.</summary>
    protected abstract T Tell(TItem item, long at, string version);

    public IAsyncEnumerable<HostPage<T>> ReadChangedAsync(string? cursor, CancellationToken cancellation) =>
        Pages(cursor, cancellation).ToAsyncEnumerable();

    /// <summary>Nothing is ever deleted in this company, and no change is committed late: there is nothing for a sweep to find.</summary>
    public IAsyncEnumerable<IReadOnlyList<KeyVersion>>? ReadKeys(CancellationToken cancellation) => null;

    public Task<HostPage<T>> ReadAsync(IReadOnlyList<HostKey> keys, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var now = company.Now;
        var rows = new List<T>(keys.Count);
        var gone = new List<HostKey>();
        foreach (var key in keys)
        {
            if (Find(key.Value) is { } item && LastChange(item, now) is { } changed)
            {
                rows.Add(Tell(item, now, Version(changed)));
            }
            else
            {
                gone.Add(key);
            }
        }

        return Task.FromResult(new HostPage<T>(rows, gone, [], "", new ReadProgress(rows.Count, rows.Count)));
    }

    private IEnumerable<HostPage<T>> Pages(string? cursor, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var at = cursor is null ? DemoCursor.Start(company.Seed, company.Now) : DemoCursor.Parse(cursor, company.Seed, company.Now);
        var isFirst = true;
        do
        {
            if (at.From == at.To)
            {
                at = at with { To = Math.Max(at.From, company.Now) };
            }

            var changed = Changed(at);
            if (changed.Count == 0 && !isFirst)
            {
                yield break;
            }

            do
            {
                cancellation.ThrowIfCancellationRequested();
                var rows = changed.Skip(at.Offset).Take(PageSize).Select(c => Tell(c.Item, at.To, Version(c.At))).ToList();
                var done = Math.Min(at.Offset + rows.Count, changed.Count);
                at = done < changed.Count ? at with { Offset = done } : at.Finished;
                isFirst = false;
                yield return new HostPage<T>(rows, [], [], at.ToString(), new ReadProgress(done, changed.Count));
            }
            while (at.From != at.To);
        }
        while (at.To < company.Now);
    }

    private List<(TItem Item, long At)> Changed(DemoCursor at)
    {
        var changed = new List<(TItem, long)>();
        foreach (var item in All(at.Anchor, at.To))
        {
            if (LastChange(item, at.To) is { } last && last > at.From)
            {
                changed.Add((item, last));
            }
        }

        return changed;
    }

    private string Version(long changed) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{DemoCursor.Revision}.{company.Seed}.{changed}");
}
