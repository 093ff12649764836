using System.Globalization;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Demo;

/// <summary>The open demo company. It has no sign-in and no menu of its own, and nothing can be written into it.</summary>
internal sealed class DemoHost(DemoCompany company) : IHost
{
    private readonly object[] sources =
    [
        new DemoCounterparties(company),
        new DemoContactPersons(company),
        new DemoUsers(company),
        new DemoSalesOrders(company),
        new DemoSalesOrderLines(company),
        new DemoPayments(company),
        new DemoProducts(company),
        new DemoPurchaseOrders(company),
        new DemoPurchaseOrderLines(company),
        new DemoSupplierTerms(company),
    ];

    public TPort? Find<TPort>()
        where TPort : class => sources.OfType<TPort>().FirstOrDefault();

    public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var now = company.Now;
        var today = Moments.Day(now);
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"{company.Parties(today, now).Count()} counterparties, {company.Goods.Count} products, {company.Sales(today, now).Count(s => s.Created <= now)} sales orders, {company.Purchases(today, now).Count(p => p.Created <= now)} purchase orders");
        IReadOnlyList<HostCheck> checks =
        [
            new("host.reachable", CheckState.Ok, string.Create(CultureInfo.InvariantCulture, $"made from seed {company.Seed}")),
            new("host.data", CheckState.Ok, found),
        ];
        return Task.FromResult(checks);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
