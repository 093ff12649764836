using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>Who of those that get a letter or a message would rather be reached in another way.</summary>
internal static class ChannelWishes
{
    /// <summary>Their preferred channels by counterparty.</summary>
    public static async Task<IReadOnlyDictionary<long, ContactChannel>> OtherThanAsync(CrmDbContext database, IEnumerable<long?> counterpartyIds, ContactChannel channel, CancellationToken cancellation)
    {
        var ids = counterpartyIds.OfType<long>().Distinct().ToList();
        return ids.Count == 0 ? new Dictionary<long, ContactChannel>()
            : await database.Set<CounterpartyPreference>().Where(p => p.Channel != null && p.Channel != channel && ids.Contains(p.CounterpartyId)).ToDictionaryAsync(p => p.CounterpartyId, p => p.Channel!.Value, cancellation);
    }
}
