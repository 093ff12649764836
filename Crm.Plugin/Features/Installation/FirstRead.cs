using Crm.Contracts;
using Crm.Plugin.Features.SalesHistory;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Installation;

/// <summary>Reads an ERP on an administrator's word, at once and to its end.</summary>
internal sealed class FirstRead(ConnectionSync sync, HostPool hosts, IDbContextFactory<CrmDbContext> databases, SalesHistoryBuild history, TimeProvider clock)
{
    /// <summary>Whether everything that the ERP offers has been read once; asks the connector what that is, not the ERP.</summary>
    public async Task<bool> IsDoneAsync(ConnectionRecord connection, CancellationToken cancellation)
    {
        var host = await hosts.OpenAsync(connection, cancellation);
        await using var database = await databases.CreateDbContextAsync(cancellation);
        var read = await database.Set<SyncStateRecord>().Where(s => s.ConnectionId == connection.Id && s.FirstReadAt != null).Select(s => s.Entity).ToListAsync(cancellation);
        return Offered(host).All(read.Contains);
    }

    /// <summary>Reads what is still missing. While another process reads the connection, its progress is shown in place of ours.</summary>
    public async Task<SyncResult> RunAsync(ConnectionRecord connection, SweepChoice sweep, IProgress<SyncProgress>? progress, CancellationToken cancellation)
    {
        while (true)
        {
            var result = await sync.RunAsync(connection, new SyncOrder { Sweep = sweep, IgnoresRetryTimes = true }, progress, cancellation);
            if (!result.WasBusy)
            {
                // Packed here, so that the first classification only reads. Does nothing until all orders are there.
                await history.RenewAsync(cancellation);
                return result;
            }

            await ReportOtherAsync(connection.Id, progress, cancellation);
            await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellation);
        }
    }

    private async Task ReportOtherAsync(int connectionId, IProgress<SyncProgress>? progress, CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        var state = await database.Set<SyncStateRecord>().Where(s => s.ConnectionId == connectionId && s.StartedAt != null).OrderBy(s => s.Entity).FirstOrDefaultAsync(cancellation);
        if (state is not null)
        {
            progress?.Report(new(
                connectionId,
                state.Entity,
                SyncPhase.Reading,
                state.RowsRead,
                state.RowsPerSecond ?? 0,
                state.ProgressTotal is > 0 and var total ? Math.Min(1, (double)state.ProgressDone / total) : null,
                state.SecondsLeft is { } left ? TimeSpan.FromSeconds(left) : null));
        }
    }

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
