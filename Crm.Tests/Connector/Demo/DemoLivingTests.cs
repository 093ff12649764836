using Crm.Contracts;
using Crm.Tests.Conformance;
using Xunit;

namespace Crm.Tests.Connector.Demo;

/// <summary>The company goes on living, and what a reader knows stays true whatever the day of installation.</summary>
public sealed class DemoLivingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(45)]
    public async Task ReadChanged_DaysLater_DeliversOnlyWhatHappened(int days)
    {
        var world = new DemoWorld();
        await using var host = world.Open();
        await Check<ISalesOrderSource, SalesOrder>();
        await Check<ISalesOrderLineSource, SalesOrderLineSet>();
        await Check<IPaymentSource, Payment>();
        await Check<ICounterpartySource, Counterparty>();
        await Check<IContactPersonSource, ContactPerson>();
        await Check<IPurchaseOrderSource, PurchaseOrder>();
        await Check<IPurchaseOrderLineSource, PurchaseOrderLineSet>();
        await Check<IProductSource, Product>();

        async Task Check<TPort, T>()
            where TPort : class, IHostSource<T>
            where T : class, IHostRecord
        {
            world.Clock.Time = DemoWorld.Noon;
            var first = await host.Find<TPort>()!.PagesAsync(null, Stop);
            world.Clock.Time += TimeSpan.FromDays(days);
            await using var restarted = world.Open();
            var later = await restarted.Find<TPort>()!.PagesAsync(first[^1].NextCursor, Stop);
            var told = later.Sum(p => p.Rows.Count);
            Assert.InRange(told, 0, first.Sum(p => p.Rows.Count) * 0.02 * days);

            // The mirror's state is what the ERP says of each record now.
            var known = later.Versions(first.Versions());
            foreach (var keys in known.Keys.Chunk(1000))
            {
                var now = await restarted.Find<TPort>()!.ReadAsync(keys, Stop);
                Assert.Empty(now.Gone);
                Assert.All(now.Rows, r => Assert.Equal(known[r.Key], r.Version));
            }

            // A reader who begins today sees the same records, only later in history.
            var fresh = (await restarted.Find<TPort>()!.PagesAsync(null, Stop)).Versions();
            Assert.Empty(fresh.Except(known));
        }
    }

    [Fact]
    public async Task ReadChanged_HourByHour_EqualsOneReadAtTheEnd()
    {
        var world = new DemoWorld();
        await using var host = world.Open();
        var source = host.Find<ISalesOrderSource>()!;
        var start = await source.PagesAsync(null, Stop);
        var (known, cursor) = (start.Versions(), start[^1].NextCursor);
        for (var hour = 0; hour < 72; hour++)
        {
            world.Clock.Time += TimeSpan.FromHours(1);
            var pages = await source.PagesAsync(cursor, Stop);
            (known, cursor) = (pages.Versions(known), pages[^1].NextCursor);
        }

        var atOnce = (await source.PagesAsync(start[^1].NextCursor, Stop)).Versions(start.Versions());
        Assert.Equal(atOnce.OrderBy(p => p.Key.Value, StringComparer.Ordinal), known.OrderBy(p => p.Key.Value, StringComparer.Ordinal));
    }

    [Fact]
    public async Task ReadChanged_ClockTurnedBack_TellsNothing()
    {
        var world = new DemoWorld();
        await using var host = world.Open();
        var source = host.Find<ISalesOrderSource>()!;
        var cursor = (await source.PagesAsync(null, Stop))[^1].NextCursor;
        world.Clock.Time -= TimeSpan.FromDays(3);
        Assert.Empty((await source.PagesAsync(cursor, Stop)).SelectMany(p => p.Rows));
    }

    [Fact]
    public async Task ReadChanged_CursorOfAnotherSeed_StartsAgain()
    {
        await using var other = new DemoWorld(5).Open();
        var cursor = (await other.Find<IProductSource>()!.PagesAsync(null, Stop))[^1].NextCursor;
        await using var host = new DemoWorld().Open();
        Assert.Equal(400, (await host.Find<IProductSource>()!.PagesAsync(cursor, Stop)).Sum(p => p.Rows.Count));
    }

    [Theory]
    [InlineData(2024, 2, 29)]
    [InlineData(2027, 1, 1)]
    [InlineData(2031, 7, 13)]
    public async Task Read_AnyDay_HasThePromisedSizes(int year, int month, int day)
    {
        var world = new DemoWorld();
        world.Clock.Time = new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero);
        await using var host = world.Open();
        var books = await DemoBooks.ReadAsync(host);
        Assert.Equal(2000, books.Counterparties.Count);
        Assert.Equal(30_000, books.Sales.Count);
        Assert.Empty(books.Sales.Select(s => s.Counterparty).Except(books.Counterparties.Select(c => c.Key)));
        Assert.Equal(new DateOnly(year, month, day).AddDays(-1).DayNumber, books.Sales.Max(s => s.Date).DayNumber, 2.0);
    }
}
