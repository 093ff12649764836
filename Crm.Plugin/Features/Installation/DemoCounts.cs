using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Installation;

/// <summary>Size of what has been read.</summary>
internal sealed record DemoCounts(long Counterparties, long Orders)
{
    /// <summary>Null until the first read is done.</summary>
    public static async Task<DemoCounts?> ReadAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await using var database = await services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContextAsync(cancellation);
        var connection = await database.Set<ConnectionRecord>().Where(c => c.RemovedAt == null && c.Host == DemoCompany.Host).FirstOrDefaultAsync(cancellation);
        return connection is not null && await services.GetRequiredService<FirstRead>().IsDoneAsync(connection, cancellation)
            ? new(
                await database.Set<CounterpartyRecord>().LongCountAsync(c => c.ConnectionId == connection.Id, cancellation),
                await database.Set<SalesOrderRecord>().LongCountAsync(o => o.ConnectionId == connection.Id, cancellation))
            : null;
    }
}
