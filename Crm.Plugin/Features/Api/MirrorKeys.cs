using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace Crm.Plugin.Features.Api;

/// <summary>Where a read copy comes from.</summary>
/// <param name="Connection">Name of the connection.</param>
/// <param name="Key">The ERP's identifier.</param>
/// <param name="ReadAt">When it was read.</param>
internal sealed record MirrorOrigin(string Connection, string Key, DateTimeOffset ReadAt);

/// <summary>Adds to the rows of a page what only programs ask for: connection and key.</summary>
internal sealed class MirrorKeys(CrmDbContext database, IMemoryCache memory)
{
    /// <summary>Name of a connection: given when it is made, and the same ever after.</summary>
    public async Task<string> ConnectionAsync(int id, CancellationToken cancellation) =>
        await memory.GetOrCreateAsync((typeof(MirrorKeys), database.Database.GetConnectionString(), id), entry =>
        {
            entry.SlidingExpiration = TimeSpan.FromHours(1);
            return database.Set<ConnectionRecord>().Where(c => c.Id == id).Select(c => c.Name).FirstOrDefaultAsync(cancellation);
        }) ?? "";

    /// <summary>Of records that the caller has read within the user's rights.</summary>
    public async Task<IReadOnlyDictionary<long, MirrorOrigin>> OfAsync<T>(IReadOnlyList<long> ids, CancellationToken cancellation)
        where T : MirroredRecord =>
        await (
            from record in database.Set<T>()
            join connection in database.Set<ConnectionRecord>() on record.ConnectionId equals connection.Id
            where ids.Contains(record.Id)
            select new { record.Id, Origin = new MirrorOrigin(connection.Name, record.HostKey, record.ReadAt) }).ToDictionaryAsync(r => r.Id, r => r.Origin, cancellation);
}
