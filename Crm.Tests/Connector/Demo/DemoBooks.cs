using Crm.Contracts;
using Crm.Tests.Conformance;
using Xunit;

namespace Crm.Tests.Connector.Demo;

/// <summary>Everything that a first reader gets.</summary>
internal sealed record DemoBooks(
    IReadOnlyList<Counterparty> Counterparties, IReadOnlyList<ContactPerson> Persons, IReadOnlyList<HostUser> Users, IReadOnlyList<Product> Products,
    IReadOnlyList<SalesOrder> Sales, IReadOnlyList<SalesOrderLineSet> SalesLines, IReadOnlyList<Payment> Payments,
    IReadOnlyList<PurchaseOrder> Purchases, IReadOnlyList<PurchaseOrderLineSet> PurchaseLines, IReadOnlyList<SupplierTerms> Terms)
{
    public static async Task<DemoBooks> ReadAsync(IHost host)
    {
        var stop = TestContext.Current.CancellationToken;
        return new DemoBooks(
            await host.Find<ICounterpartySource>()!.RowsAsync(stop), await host.Find<IContactPersonSource>()!.RowsAsync(stop),
            await host.Find<IHostUserSource>()!.RowsAsync(stop), await host.Find<IProductSource>()!.RowsAsync(stop),
            await host.Find<ISalesOrderSource>()!.RowsAsync(stop), await host.Find<ISalesOrderLineSource>()!.RowsAsync(stop),
            await host.Find<IPaymentSource>()!.RowsAsync(stop), await host.Find<IPurchaseOrderSource>()!.RowsAsync(stop),
            await host.Find<IPurchaseOrderLineSource>()!.RowsAsync(stop), await host.Find<ISupplierTermsSource>()!.RowsAsync(stop));
    }
}
