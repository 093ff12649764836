using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Administration;

/// <summary>What is stored of one record of an ERP.</summary>
/// <param name="Entity">Its kind.</param>
/// <param name="Version">The ERP's version of what is stored.</param>
/// <param name="ReadAt">When that was read.</param>
/// <param name="GoneAt">When the ERP was first seen without it; null while it lives.</param>
public sealed record StoredRecord(MirrorEntity Entity, string Version, DateTimeOffset ReadAt, DateTimeOffset? GoneAt);

/// <summary>The life of one record of an ERP.</summary>
/// <param name="Stored">What is stored under the key; a key may stand for records of several kinds.</param>
/// <param name="Lines">Newest first, at most <see cref="SyncReports.MostLines"/>.</param>
public sealed record RecordLife(IReadOnlyList<StoredRecord> Stored, IReadOnlyList<LedgerRecord> Lines);

/// <summary>Reads problems and ledger of connections.</summary>
internal sealed class SyncReports(CrmDbContext database)
{
    public const int PageSize = 50;
    public const int MostLines = 500;

    /// <summary>Rows that could not be read, newest first; one more than a page tells that there is another.</summary>
    public async Task<IReadOnlyList<SyncProblemRecord>> ProblemsAsync(int connectionId, MirrorEntity? entity, long? before, CancellationToken cancellation) =>
        await database.Set<SyncProblemRecord>()
            .Where(p => p.ConnectionId == connectionId && (entity == null || p.Entity == entity) && (before == null || p.Id < before))
            .OrderByDescending(p => p.Id).Take(PageSize + 1).ToListAsync(cancellation);

    /// <summary>Everything known of a key, letter by letter.</summary>
    public async Task<RecordLife> LifeAsync(int connectionId, string key, CancellationToken cancellation)
    {
        // All kinds are named, because the ledger's index begins with them.
        var kinds = Enum.GetValues<MirrorEntity>();
        var lines = await database.Set<LedgerRecord>()
            .Where(l => l.ConnectionId == connectionId && kinds.Contains(l.Entity) && l.HostKey == key)
            .OrderByDescending(l => l.Id).Take(MostLines).ToListAsync(cancellation);
        List<StoredRecord> stored =
        [
            .. await StoredAsync<HostUserRecord>(MirrorEntity.HostUsers), .. await StoredAsync<ProductRecord>(MirrorEntity.Products),
            .. await StoredAsync<CounterpartyRecord>(MirrorEntity.Counterparties), .. await StoredAsync<ContactPersonRecord>(MirrorEntity.ContactPersons),
            .. await StoredAsync<SalesOrderRecord>(MirrorEntity.SalesOrders), .. await StoredAsync<PurchaseOrderRecord>(MirrorEntity.PurchaseOrders),
            .. await StoredAsync<SupplierTermsRecord>(MirrorEntity.SupplierTerms), .. await StoredAsync<PaymentRecord>(MirrorEntity.Payments),
        ];
        return new(stored, lines);

        Task<List<StoredRecord>> StoredAsync<T>(MirrorEntity entity)
            where T : MirroredRecord =>
            database.Set<T>().Where(r => r.ConnectionId == connectionId && r.HostKey == key).Take(2)
                .Select(r => new StoredRecord(entity, r.Version, r.ReadAt, r.GoneAt)).ToListAsync(cancellation);
    }
}
