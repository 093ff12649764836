using Crm.Contracts;
using Crm.Tests.Conformance;
using Crm.Tests.Connector.Files;
using Xunit;

namespace Crm.Tests.RealData;

/// <summary>Expected numbers: shared/data/SOURCES.md, "Known answers" (computed independently).</summary>
public sealed class RealDataTests : IDisposable
{
    private readonly FilesFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OnlineRetail_ThroughTheConnector_EqualsTheKnownTotals()
    {
        OnlineRetail.WriteFolder(_folder.Path);
        await using var host = _folder.Open();
        var pages = await host.Find<ISalesOrderSource>()!.PagesAsync(null, default);
        Assert.Empty(pages.SelectMany(p => p.Problems));
        var orders = pages.SelectMany(p => p.Rows).ToList();
        var sales = orders.Where(o => o.Kind == SalesOrderKind.Sale && o.Total.Amount > 0).ToList();
        Assert.Equal(18_532, sales.Count);
        var buyers = sales.GroupBy(o => o.Counterparty).ToList();
        Assert.Equal(4338, buyers.Count);
        Assert.Equal(1493, buyers.Count(b => b.Count() == 1));
        Assert.Equal(8_911_407.904m, sales.Sum(o => o.Total.Amount));
        Assert.Equal(8_300_065.814m, sales.Sum(o => o.Total.Amount)
            - orders.Where(o => o.Kind == SalesOrderKind.Return).Sum(o => Math.Abs(o.Total.Amount)));
        var lines = (await host.Find<ISalesOrderLineSource>()!.RowsAsync(default)).SelectMany(s => s.Lines).ToList();
        Assert.Equal(406_829, lines.Count);
        Assert.Equal(8_300_065.814m, lines.Sum(l => l.Amount!.Value));
        var counterparties = await host.Find<ICounterpartySource>()!.KeysAsync(default);
        Assert.Contains(new HostKey("17850"), counterparties);
        Assert.Empty(orders.Select(o => o.Counterparty).Except(counterparties));
        var products = await host.Find<IProductSource>()!.KeysAsync(default);
        Assert.Empty(lines.Select(l => l.Product!.Value).Except(products));
    }

    [Fact]
    public async Task OnlineRetail_CancellationsAsCancelledOrders_LeaveTheGrossAlone()
    {
        OnlineRetail.WriteFolder(_folder.Path, Cancellations.CancelledOrders);
        var orders = await _folder.Open().Find<ISalesOrderSource>()!.RowsAsync(default);
        Assert.DoesNotContain(orders, o => o.Kind == SalesOrderKind.Return);
        Assert.Equal(8_911_407.904m, orders.Where(o => o.State == OrderState.Delivered).Sum(o => o.Total.Amount));
        Assert.All(orders.Where(o => o.State == OrderState.Cancelled), o => Assert.StartsWith("C", o.Number, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cdnow_ThroughTheConnector_EqualsTheKnownTotals()
    {
        Cdnow.WriteFolder(_folder.Path);
        await using var host = _folder.Open();
        Assert.Equal(23_570, (await host.Find<ICounterpartySource>()!.KeysAsync(default)).Count);
        var orders = await host.Find<ISalesOrderSource>()!.RowsAsync(default);
        Assert.Equal(67_591, orders.Count);
        Assert.Equal(12_054, orders.GroupBy(o => o.Counterparty).Count(c => c.Count() == 1));
        Assert.Equal(2_500_315.63m, orders.Sum(o => o.Total.Amount));
    }
}
