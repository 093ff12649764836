using Crm.Connector.Hosts.Demo;
using Crm.Contracts;
using Crm.Tests.Conformance;

namespace Crm.Tests.Connector.Demo;

/// <summary>A clock that a test turns; in UTC, like the demo company.</summary>
internal sealed class DemoClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Time { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Time;
}

/// <summary>The demo company on Wednesday, 2026-11-18, at noon. Its records change by themselves: the world turns the clock.</summary>
internal sealed class DemoWorld(int seed = 20241) : ConformanceWorld
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 18, 12, 0, 0, TimeSpan.Zero);

    public DemoClock Clock { get; } = new(Noon);

    public override IHostConnector Connector { get; } = new DemoConnector();

    public override IReadOnlyList<BadSetting> BadSettings => [.. new[] { "many", "-1", "2147483648", "1.5" }.Select(seed => new BadSetting(Settings(seed), "seed"))];

    public override IHost Open() => Connector.Open(Settings(seed.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    public override async ValueTask<HostKey?> ApplyAsync(WorldChange change, Type record, CancellationToken cancellation) => (change, record.Name) switch
    {
        (WorldChange.Changed, nameof(SalesOrder)) => await DayPassesAsync<ISalesOrderSource, SalesOrder>(isNew: false, cancellation),
        (WorldChange.Changed, nameof(Payment)) => await DayPassesAsync<IPaymentSource, Payment>(isNew: false, cancellation),
        (WorldChange.Changed, nameof(PurchaseOrder)) => await DayPassesAsync<IPurchaseOrderSource, PurchaseOrder>(isNew: false, cancellation),
        (WorldChange.Changed, nameof(PurchaseOrderLineSet)) => await DayPassesAsync<IPurchaseOrderLineSource, PurchaseOrderLineSet>(isNew: false, cancellation),
        (WorldChange.Added, nameof(SalesOrder)) => await DayPassesAsync<ISalesOrderSource, SalesOrder>(isNew: true, cancellation),
        (WorldChange.Added, nameof(SalesOrderLineSet)) => await DayPassesAsync<ISalesOrderLineSource, SalesOrderLineSet>(isNew: true, cancellation),
        (WorldChange.Added, nameof(Payment)) => await DayPassesAsync<IPaymentSource, Payment>(isNew: true, cancellation),
        (WorldChange.Added, nameof(PurchaseOrder)) => await DayPassesAsync<IPurchaseOrderSource, PurchaseOrder>(isNew: true, cancellation),
        (WorldChange.Added, nameof(PurchaseOrderLineSet)) => await DayPassesAsync<IPurchaseOrderLineSource, PurchaseOrderLineSet>(isNew: true, cancellation),
        (WorldChange.Added, nameof(Counterparty)) => await DayPassesAsync<ICounterpartySource, Counterparty>(isNew: true, cancellation),
        (WorldChange.Added, nameof(ContactPerson)) => await DayPassesAsync<IContactPersonSource, ContactPerson>(isNew: true, cancellation),
        _ => null,
    };

    /// <summary>Turns the clock by some days and finds a record that is new or has another version since.</summary>
    private async Task<HostKey?> DayPassesAsync<TPort, T>(bool isNew, CancellationToken cancellation)
        where TPort : class, IHostSource<T>
        where T : class, IHostRecord
    {
        await using var host = Open();
        var source = host.Find<TPort>()!;
        var pages = await source.PagesAsync(null, cancellation);
        var before = pages.Versions();
        Clock.Time += TimeSpan.FromDays(5);
        var after = await source.PagesAsync(pages[^1].NextCursor, cancellation);
        return after.SelectMany(p => p.Rows).First(r => before.ContainsKey(r.Key) != isNew).Key;
    }

    private HostSettings Settings(string seedText) => new()
    {
        Connection = "demo",
        Address = "",
        Options = new Dictionary<string, string> { ["Seed"] = seedText },
        Clock = Clock,
    };
}
