using System.Text.Json.Nodes;
using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

public sealed class TrytonReadTests
{
    [Fact]
    public async Task ReadChangedAsync_ThreePages_DeliversEachRowOnceAndCountsUp()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(25);
        await using var host = fake.Open(("pageSize", "10"));

        var pages = await host.Find<IProductSource>()!.PagesAsync();

        Assert.Equal([10, 10, 5], pages.Select(p => p.Rows.Count));
        Assert.Equal(25, pages.SelectMany(p => p.Rows).Select(r => r.Key).Distinct().Count());
        Assert.Equal([10L, 20L, 25L], pages.Select(p => p.Progress.Done));
        Assert.Equal(25, pages[0].Progress.Total);
        Assert.Equal(new Product
        {
            Key = new HostKey("1"), Version = pages[0].Rows[0].Version, Name = "Product 1", Code = "P1", Unit = "u", Price = 12.50m,
        }, pages[0].Rows[0]);
    }

    [Fact]
    public async Task ReadChangedAsync_ResumedAfterFirstPage_DeliversTheRest()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(25);
        string cursor;
        await using (var host = fake.Open(("pageSize", "10")))
            cursor = (await host.Find<IProductSource>()!.PagesAsync())[0].NextCursor;
        await using var other = fake.Open(("pageSize", "10"));

        var rest = await other.Find<IProductSource>()!.PagesAsync(cursor);

        Assert.Equal(Enumerable.Range(11, 15).Select(i => $"{i}"), rest.SelectMany(p => p.Rows).Select(r => r.Key.Value));
    }

    [Fact]
    public async Task ReadChangedAsync_NothingChanged_YieldsOneEmptyPageForOneRequestPerModel()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(25);
        await using var host = fake.Open(("pageSize", "10"));
        var source = host.Find<IProductSource>()!;
        var cursor = (await source.PagesAsync())[^1].NextCursor;
        var before = fake.Requests.Count;

        var page = Assert.Single(await source.PagesAsync(cursor));

        Assert.Empty(page.Rows);
        Assert.Empty(page.Gone);
        Assert.Equal(3, fake.Requests.Count - before);   // the clock, changed variants, changed templates
    }

    [Fact]
    public async Task ReadChangedAsync_ChildChanged_DeliversItsParentWithAnotherVersion()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(25);
        await using var host = fake.Open(("pageSize", "10"));
        var source = host.Find<IProductSource>()!;
        var first = await source.PagesAsync();
        fake.Tables["product.template"][4]["name"] = "Renamed";
        fake.Tables["product.template"][4]["write_date"] = FakeTryton.Stamp(719);   // 11:59; the server's clock says 12:00

        var changed = Assert.Single(await source.PagesAsync(first[^1].NextCursor));

        var product = Assert.Single(changed.Rows);
        Assert.Equal("Renamed", product.Name);
        Assert.NotEqual(first[0].Rows[4].Version, product.Version);
    }

    [Fact]
    public async Task ReadChangedAsync_ChangedWhileOutsideTheOverlap_IsLeftToTheSweep()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(3);
        await using var host = fake.Open();
        var source = host.Find<IProductSource>()!;
        var cursor = (await source.PagesAsync())[^1].NextCursor;
        var before = await source.ReadKeys(TestContext.Current.CancellationToken)!.SingleAsync(TestContext.Current.CancellationToken);
        fake.Tables["product.product"][0]["write_date"] = FakeTryton.Stamp(700);   // 11:40, committed after 12:00

        var page = Assert.Single(await source.PagesAsync(cursor));
        var after = await source.ReadKeys(TestContext.Current.CancellationToken)!.SingleAsync(TestContext.Current.CancellationToken);

        Assert.Empty(page.Rows);
        Assert.Equal([new HostKey("1")], after.Except(before).Select(k => k.Key));
    }

    [Fact]
    public async Task ReadKeys_AfterFirstRead_GivesTheSameVersions()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(12);
        await using var host = fake.Open(("pageSize", "5"));
        var source = host.Find<IProductSource>()!;
        var read = (await source.PagesAsync()).SelectMany(p => p.Rows).ToDictionary(r => r.Key, r => r.Version);

        var swept = await source.ReadKeys(TestContext.Current.CancellationToken)!.SelectMany(k => k).ToDictionaryAsync(k => k.Key, k => k.Version);

        Assert.Equal(read, swept);
    }

    [Fact]
    public async Task ReadAsync_OneKnownOneDeletedOneForeignKey_TellsWhichAreGone()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(3);
        await using var host = fake.Open();

        var page = await host.Find<IProductSource>()!.ReadAsync([new("2"), new("77"), new("x")], TestContext.Current.CancellationToken);

        Assert.Equal("Product 2", Assert.Single(page.Rows).Name);
        Assert.Equal([new HostKey("77"), new HostKey("x")], page.Gone);
    }

    [Fact]
    public async Task ReadChangedAsync_MalformedRow_ReportsItAndLoadsTheRest()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(3);
        fake.Tables["product.template"][1]["list_price"] = "a lot";
        await using var host = fake.Open();

        var page = Assert.Single(await host.Find<IProductSource>()!.PagesAsync());

        Assert.Equal(["1", "3"], page.Rows.Select(r => r.Key.Value));
        Assert.Equal(new RowProblem("product.product,2", "tryton.bad-row", "Field list_price is not a number."), Assert.Single(page.Problems));
    }

    [Fact]
    public async Task ReadChangedAsync_CursorOfAnotherConnector_IsUnreadable()
    {
        await using var fake = await FakeTryton.StartAsync();
        await using var host = fake.Open();

        var e = await Assert.ThrowsAsync<HostException>(() => host.Find<IProductSource>()!.PagesAsync("file:3"));

        Assert.Equal((HostFailure.Unreadable, "tryton.bad-cursor"), (e.Failure, e.Code));
    }

    [Fact]
    public async Task ReadChangedAsync_TwoEntitiesAtOnce_NeverSendsMoreThanTwoRequestsTogether()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(40);
        var (now, most) = (0, 0);
        fake.Fault = async (_, method) =>
        {
            if (method.EndsWith("search_read", StringComparison.Ordinal))
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
                Interlocked.Decrement(ref now);
            }

            return false;
        };
        await using var host = fake.Open(("pageSize", "5"));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.Find<IProductSource>()!.PagesAsync()));

        Assert.InRange(most, 1, 2);
        Assert.Equal(1, fake.Count("common.db.login"));
    }
}
