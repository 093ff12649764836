using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Prospects;

/// <summary>Finds what the card of a counterparty says of the prospect that it is or was. Nearly none has one: only a number is asked for with the card.</summary>
internal static class ProspectOrigins
{
    private const int Most = 5;

    public static ReadBatch.Answer<long> Ask(ReadBatch batch, long counterpartyId) => batch.Ask(
        $"SELECT p.id FROM prospect p WHERE p.counterparty_id = @id UNION SELECT p.id FROM prospect p WHERE p.other_id = @id LIMIT {Most}", [("@id", counterpartyId)], row => row.GetInt64(0));

    public static async Task<IReadOnlyList<ProspectCase>> ReadAsync(CrmDbContext database, ReadBatch.Answer<long> found, CancellationToken cancellation)
    {
        var ids = found.Rows.ToList();
        return ids.Count == 0 ? [] : await (from p in database.Set<Prospect>()
                                            where ids.Contains(p.Id)
                                            join c in database.Set<CounterpartyRecord>() on p.CounterpartyId equals c.Id
                                            orderby p.Id
                                            select new ProspectCase(p, c)).ToListAsync(cancellation);
    }
}
