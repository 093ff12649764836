using Crm.Contracts;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Installation;

/// <summary>Reads an ERP on an administrator's word, at once and to its end.</summary>
internal sealed class FirstRead(ConnectionSync sync, HostPool hosts, IDbContextFactory<CrmDbContext> databases)
{
    /// <summary>Whether everything that the ERP offers has been read once; asks the connector what that is, not the ERP.</summary>
    public async Task<bool> IsDoneAsync(ConnectionRecord connection, CancellationToken cancellation)
    {
        var host = await hosts.OpenAsync(connection, cancellation);
        await using var database = await databases.CreateDbContextAsync(cancellation);
        var read = await database.Set<SyncStateRecord>().Where(s => s.ConnectionId == connection.Id && s.FirstReadAt != null).Select(s => s.Entity).ToListAsync(cancellation);
        return Offered(host).All(read.Contains);
    }

    /// <summary>Waits while another process reads the connection, then reads what is still missing.</summary>
    public Task<SyncResult> RunAsync(ConnectionRecord connection, SweepChoice sweep, IProgress<SyncProgress>? progress, CancellationToken cancellation) =>
        sync.RunAsync(connection, new SyncOrder { Sweep = sweep, IgnoresRetryTimes = true, WaitsForOther = TimeSpan.FromHours(12) }, progress, cancellation);

    private static IEnumerable<MirrorEntity> Offered(Contracts.IHost host)
    {
        (MirrorEntity Entity, object? Source)[] all =
        [
            (MirrorEntity.HostUsers, host.Find<IHostUserSource>()),
            (MirrorEntity.Products, host.Find<IProductSource>()),
            (MirrorEntity.Counterparties, host.Find<ICounterpartySource>()),
            (MirrorEntity.ContactPersons, host.Find<IContactPersonSource>()),
            (MirrorEntity.SalesOrders, host.Find<ISalesOrderSource>()),
            (MirrorEntity.SalesOrderLines, host.Find<ISalesOrderLineSource>()),
            (MirrorEntity.PurchaseOrders, host.Find<IPurchaseOrderSource>()),
            (MirrorEntity.PurchaseOrderLines, host.Find<IPurchaseOrderLineSource>()),
            (MirrorEntity.SupplierTerms, host.Find<ISupplierTermsSource>()),
            (MirrorEntity.Payments, host.Find<IPaymentSource>()),
        ];
        return all.Where(e => e.Source is not null).Select(e => e.Entity);
    }
}
