using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Conformance;

/// <summary>The promises of <see cref="IHostSource{T}"/>, tested on one kind of record of one host.</summary>
public abstract class SourceConformance<T> : IAsyncLifetime
    where T : class, IHostRecord
{
    private const int LargestPage = 12_000; // "about 10,000"
    private ConformanceWorld? world;
    private IHost? host;

    /// <summary>Starts the ERP of this test, or skips with the reason.</summary>
    protected abstract ValueTask<ConformanceWorld> StartAsync();

    /// <summary>The source under test.</summary>
    protected abstract IHostSource<T>? Find(IHost host);

    /// <summary>What must hold for the content of a record, beyond key and version.</summary>
    protected abstract void CheckRecord(T record);

    /// <summary>What must hold for all records together: references, one way to name currencies.</summary>
    protected virtual Task CheckWholeAsync(IReadOnlyList<T> records) => Task.CompletedTask;

    protected ConformanceWorld World => world!;

    protected IHost Host => host!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IHostSource<T> Source => Offered(Host);

    public async ValueTask InitializeAsync()
    {
        world = await StartAsync();
        host = world.Open();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        if (world is not null)
        {
            await world.DisposeAsync();
        }
    }

    [Fact]
    public async Task ReadChanged_FromStart_YieldsRowsWithUniqueKeysAndUsableCursors()
    {
        var pages = await Source.PagesAsync(null, Cancellation);
        Assert.NotEmpty(pages);
        Assert.All(pages, p => Assert.False(string.IsNullOrEmpty(p.NextCursor), "A cursor is empty."));
        Assert.All(pages, p => Assert.InRange(p.Rows.Count, 0, LargestPage));
        Assert.All(pages, p => Assert.InRange(p.Progress.Done, 0, long.MaxValue));
        Assert.Equal(pages.Select(p => p.Progress.Done).Order(), pages.Select(p => p.Progress.Done));
        Assert.All(pages.SelectMany(p => p.Problems), CheckProblem);

        var rows = pages.SelectMany(p => p.Rows).ToList();
        Assert.NotEmpty(rows); // the known data has every kind that the host offers
        Assert.All(rows, r => Assert.InRange(r.Key.Value?.Length ?? 0, 1, 200));
        Assert.All(rows, r => Assert.False(string.IsNullOrEmpty(r.Version), $"The version of {r.Key} is empty."));
        Assert.Empty(rows.GroupBy(r => r.Key).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public async Task ReadChanged_FromStart_YieldsSoundRecords()
    {
        var rows = await Source.RowsAsync(Cancellation);
        Assert.All(rows, CheckRecord);
        await CheckWholeAsync(rows);
    }

    [Fact]
    public async Task ReadChanged_FromEachCursorInNewHost_YieldsTheRest()
    {
        var pages = await Source.PagesAsync(null, Cancellation);
        var whole = pages.Versions();
        foreach (var at in Spread(pages.Count))
        {
            await using var restarted = World.Open();
            var rest = await Offered(restarted).PagesAsync(pages[at].NextCursor, Cancellation);
            Assert.NotEmpty(rest);
            AssertSame(whole, rest.Versions(pages.Take(at + 1).Versions()));
        }
    }

    [Fact]
    public async Task ReadChanged_FromLastCursorOfQuietHost_YieldsNothingNew()
    {
        var pages = await Source.PagesAsync(null, Cancellation);
        var whole = pages.Versions();
        var again = await Source.PagesAsync(pages[^1].NextCursor, Cancellation);
        Assert.NotEmpty(again);
        Assert.All(again.SelectMany(p => p.Rows), r => Assert.Equal(whole.GetValueOrDefault(r.Key), r.Version));
        AssertSame(whole, again.Versions(whole));
    }

    [Fact]
    public async Task ReadChanged_FromForeignCursor_LosesNothing()
    {
        var whole = (await Source.PagesAsync(null, Cancellation)).Versions();
        try
        {
            AssertSame(whole, (await Source.PagesAsync("not a cursor of this host", Cancellation)).Versions());
        }
        catch (HostException refused)
        {
            Assert.False(string.IsNullOrEmpty(refused.Code));
        }
    }

    [Fact]
    public async Task ReadChanged_CancelledBetweenPages_LeavesAValidCursor()
    {
        var whole = (await Source.PagesAsync(null, Cancellation)).Versions();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var read = new List<HostPage<T>>();
        var more = true;
        try
        {
            await foreach (var page in Source.ReadChangedAsync(null, stop.Token))
            {
                read.Add(page);
                await stop.CancelAsync();
            }

            more = false;
        }
        catch (OperationCanceledException)
        {
            Assert.False(Cancellation.IsCancellationRequested);
        }

        var first = Assert.Single(read); // no page after the cancellation
        if (!more)
        {
            AssertSame(whole, read.Versions()); // ended, because the only page was the last one
        }

        AssertSame(whole, (await Source.PagesAsync(first.NextCursor, Cancellation)).Versions(read.Versions()));
    }

    [Fact]
    public async Task ReadChanged_CancelledBefore_Throws()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source.PagesAsync(null, stop.Token));
    }

    [Fact]
    public async Task ReadKeys_InQuietHost_EqualsTheFullRead()
    {
        var sweep = await Source.SweepAsync(Cancellation);
        Assert.SkipWhen(sweep is null, "This source finds deletes without a sweep.");
        Assert.Empty(sweep.GroupBy(k => k.Key).Where(g => g.Count() > 1).Select(g => g.Key));
        AssertSame((await Source.PagesAsync(null, Cancellation)).Versions(), sweep.ToDictionary(k => k.Key, k => k.Version));
    }

    [Fact]
    public async Task Read_ByKeys_ReturnsTheRowsAndUnknownKeysAsGone()
    {
        var whole = (await Source.PagesAsync(null, Cancellation)).Versions();
        var wanted = Spread(whole.Count).Select(i => whole.Keys.ElementAt(i)).ToList();
        var unknown = new HostKey("987654321");
        Assert.DoesNotContain(unknown, whole.Keys);

        var page = await Source.ReadAsync([.. wanted, unknown], Cancellation);
        AssertSame(wanted.ToDictionary(k => k, k => whole[k]), page.Rows.ToDictionary(r => r.Key, r => r.Version));
        Assert.Equal([unknown], page.Gone);
        Assert.Equal("", page.NextCursor);
    }

    [Fact]
    public async Task Read_ThousandKeys_ReturnsThemAll()
    {
        var whole = (await Source.PagesAsync(null, Cancellation)).Versions();
        var wanted = whole.Keys.Take(1000).ToList();
        var page = await Source.ReadAsync(wanted, Cancellation);
        Assert.Equal(wanted.Select(k => k.Value).Order(), page.Rows.Select(r => r.Key.Value).Order());
        Assert.Empty(page.Gone);
    }

    [Fact]
    public async Task Read_NoKeys_ReturnsAnEmptyPage()
    {
        var page = await Source.ReadAsync([], Cancellation);
        Assert.Empty(page.Rows);
        Assert.Empty(page.Gone);
    }

    [Fact]
    public async Task ReadChanged_AfterAChange_DeliversAnotherVersion()
    {
        var (before, cursor) = await ReadAllAsync();
        var key = await ChangeOrSkipAsync(WorldChange.Changed);
        Assert.Contains(key, before.Keys);

        var changed = (await Source.PagesAsync(cursor, Cancellation)).SelectMany(p => p.Rows).Last(r => r.Key == key);
        Assert.NotEqual(before[key], changed.Version);
        CheckRecord(changed);
        var page = await Source.ReadAsync([key], Cancellation);
        Assert.Equal(changed.Version, Assert.Single(page.Rows).Version);
    }

    [Fact]
    public async Task ReadChanged_AfterAnAddition_DeliversIt()
    {
        var (before, cursor) = await ReadAllAsync();
        var key = await ChangeOrSkipAsync(WorldChange.Added);
        Assert.DoesNotContain(key, before.Keys);

        var after = (await Source.PagesAsync(cursor, Cancellation)).Versions(before);
        Assert.Contains(key, after.Keys);
        if (await Source.SweepAsync(Cancellation) is { } sweep)
        {
            Assert.Contains(new KeyVersion(key, after[key]), sweep);
        }
    }

    [Fact]
    public async Task ReadChangedOrSweep_AfterADelete_FindsIt()
    {
        var (before, cursor) = await ReadAllAsync();
        var key = await ChangeOrSkipAsync(WorldChange.Deleted);
        Assert.Contains(key, before.Keys);

        var after = (await Source.PagesAsync(cursor, Cancellation)).Versions(before);
        var sweep = await Source.SweepAsync(Cancellation);
        Assert.True(
            !after.ContainsKey(key) || (sweep is not null && sweep.TrueForAll(k => k.Key != key)),
            $"{key} was deleted, but neither the next read nor the sweep tells.");
        var page = await Source.ReadAsync([key], Cancellation);
        Assert.Equal([key], page.Gone);
        Assert.Empty(page.Rows);
    }

    private async Task<(Dictionary<HostKey, string> Versions, string Cursor)> ReadAllAsync()
    {
        var pages = await Source.PagesAsync(null, Cancellation);
        return (pages.Versions(), pages[^1].NextCursor);
    }

    private async Task<HostKey> ChangeOrSkipAsync(WorldChange change)
    {
        var key = await World.ApplyAsync(change, typeof(T), Cancellation);
        Assert.SkipWhen(key is null, $"This host's records of the kind {typeof(T).Name} are never {change.ToString().ToLowerInvariant()}.");
        return key.Value;
    }

    private IHostSource<T> Offered(IHost from)
    {
        var source = Find(from);
        Assert.SkipWhen(source is null, $"This host does not offer the kind {typeof(T).Name}.");
        return source;
    }

    /// <summary>At most eight positions below <paramref name="count"/>, the first and the last among them.</summary>
    private static IEnumerable<int> Spread(int count) =>
        count <= 8 ? Enumerable.Range(0, count) : Enumerable.Range(0, 8).Select(i => i * (count - 1) / 7);

    private static void AssertSame(Dictionary<HostKey, string> expected, Dictionary<HostKey, string> actual)
    {
        var different = expected.Except(actual).Concat(actual.Except(expected)).Select(p => p.Key.Value).Distinct().Order().ToList();
        Assert.True(different.Count == 0, $"{different.Count} of {expected.Count} records differ, such as {string.Join(", ", different.Take(5))}.");
    }

    private static void CheckProblem(RowProblem problem)
    {
        Assert.False(string.IsNullOrWhiteSpace(problem.Place));
        Assert.Matches("^[a-z0-9]+\\.[a-z0-9-]+$", problem.Code);
        Assert.False(string.IsNullOrWhiteSpace(problem.Reason));
    }
}
