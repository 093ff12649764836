using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Conformance;

/// <summary>The promises of <see cref="IHostConnector"/> and <see cref="IHost"/>.</summary>
public abstract class HostConformance : IAsyncLifetime
{
    private ConformanceWorld? world;

    /// <summary>Starts the ERP of this test, or skips with the reason.</summary>
    protected abstract ValueTask<ConformanceWorld> StartAsync();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ConformanceWorld World => world!;

    public async ValueTask InitializeAsync() => world = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (world is not null)
        {
            await world.DisposeAsync();
        }
    }

    [Fact]
    public void Open_BadSetting_IsRefusedAndNamesTheKey()
    {
        Assert.SkipWhen(World.BadSettings.Count == 0, "This host has no settings.");
        Assert.All(World.BadSettings, bad =>
        {
            var refused = Assert.Throws<HostException>(() => World.Connector.Open(bad.Settings));
            Assert.Equal(HostFailure.Refused, refused.Failure);
            Assert.Matches("^[a-z0-9]+\\.[a-z0-9-]+$", refused.Code);
            Assert.Contains(bad.Key, refused.Message, StringComparison.OrdinalIgnoreCase);
            Assert.True(
                string.IsNullOrEmpty(bad.Settings.Password) || !refused.Message.Contains(bad.Settings.Password, StringComparison.Ordinal),
                "The message tells the password.");
        });
    }

    [Fact]
    public void Connector_IsPublicWithConstructorWithoutParameters()
    {
        var type = World.Connector.GetType();
        Assert.True(type.IsPublic);
        Assert.NotNull(type.GetConstructor([]));
    }

    [Fact]
    public async Task Find_ThingThatNoHostHas_IsNull()
    {
        await using var host = World.Open();
        Assert.Null(host.Find<Version>());
    }

    [Fact]
    public async Task Find_CounterpartiesAndOrders_AreOffered()
    {
        await using var host = World.Open();
        Assert.NotNull(host.Find<ICounterpartySource>());
        Assert.NotNull(host.Find<ISalesOrderSource>());
    }

    [Fact]
    public async Task Check_ReportsStatesAndChangesNothing()
    {
        await using var host = World.Open();
        var before = await FingerprintAsync(host);
        var checks = await host.CheckAsync(Cancellation);
        Assert.NotEmpty(checks);
        Assert.Equal(checks.Count, checks.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(checks, c => Assert.Matches("^[a-z0-9-]+(\\.[a-z0-9_-]+)+$", c.Name));
        Assert.All(checks, c => Assert.False(string.IsNullOrWhiteSpace(c.Found)));
        Assert.All(checks, c => Assert.True(Enum.IsDefined(c.State)));
        Assert.All(checks.Where(c => c.State != CheckState.Ok), c => Assert.False(string.IsNullOrWhiteSpace(c.ToDo), $"{c.Name} tells no cure."));
        Assert.DoesNotContain(checks, c => c.State == CheckState.Failed); // the known data is reachable
        Assert.Equal(before, await FingerprintAsync(host));
    }

    [Fact]
    public async Task Check_Cancelled_Throws()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await using var host = World.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.CheckAsync(stop.Token));
    }

    [Fact]
    public async Task Dispose_Twice_IsQuiet()
    {
        var host = World.Open();
        await host.DisposeAsync();
        await host.DisposeAsync();
    }

    private static async Task<List<string>> FingerprintAsync(IHost host) =>
    [
        .. await LinesAsync(host.Find<ICounterpartySource>()),
        .. await LinesAsync(host.Find<IContactPersonSource>()),
        .. await LinesAsync(host.Find<ISalesOrderSource>()),
        .. await LinesAsync(host.Find<IPurchaseOrderSource>()),
        .. await LinesAsync(host.Find<IProductSource>()),
        .. await LinesAsync(host.Find<IPaymentSource>()),
        .. await LinesAsync(host.Find<IHostUserSource>()),
    ];

    private static async Task<IEnumerable<string>> LinesAsync<T>(IHostSource<T>? source)
        where T : IHostRecord =>
        source is null ? [] : (await source.RowsAsync(Cancellation)).Select(r => $"{typeof(T).Name} {r.Key} {r.Version}").Order(StringComparer.Ordinal);
}
