using Crm.Contracts;
using Crm.Plugin.Mirror.Writing;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Which kinds of record a host offers, and how each is read.</summary>
internal static class HostEntities
{
    /// <summary>In the order of first reading: what others point to comes first.</summary>
    public static IReadOnlyList<IEntitySync> Of(Contracts.IHost host, SyncRun run) =>
    [
        .. Find(host.Find<IHostUserSource>(), MirrorTables.HostUsers, run),
        .. Find(host.Find<IProductSource>(), MirrorTables.Products, run),
        .. Find(host.Find<ICounterpartySource>(), MirrorTables.Counterparties, run),
        .. Find(host.Find<IContactPersonSource>(), MirrorTables.ContactPersons, run),
        .. Find(host.Find<ISalesOrderSource>(), MirrorTables.SalesOrders, run),
        .. Find(host.Find<ISalesOrderLineSource>(), MirrorTables.SalesOrderLines, run),
        .. Find(host.Find<IPurchaseOrderSource>(), MirrorTables.PurchaseOrders, run),
        .. Find(host.Find<IPurchaseOrderLineSource>(), MirrorTables.PurchaseOrderLines, run),
        .. Find(host.Find<ISupplierTermsSource>(), MirrorTables.SupplierTerms, run),
        .. Find(host.Find<IPaymentSource>(), MirrorTables.Payments, run),
    ];

    private static IEnumerable<IEntitySync> Find<T>(IHostSource<T>? source, MirrorTable<T> table, SyncRun run)
        where T : IHostRecord =>
        source is null ? [] : [new EntitySync<T>(source, table, run)];
}
