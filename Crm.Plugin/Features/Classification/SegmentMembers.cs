using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>Finds the counterparties that a run chooses by what the mirror says of them.</summary>
internal static class SegmentMembers
{
    /// <returns>Null when everybody is chosen.</returns>
    public static async Task<IReadOnlySet<long>?> FindAsync(CrmDbContext database, ClassificationParameters parameters, CancellationToken cancellation)
    {
        var segment = parameters.Segment;
        var needsAddress = segment.Region is not null || segment.Country is not null;
        if (parameters.Manager is null && parameters.City is null && !needsAddress)
        {
            return null;
        }

        var found = new HashSet<long>();
        var all = database.Set<CounterpartyRecord>().Select(c => new { c.Id, c.ManagerLogin, c.City, Addresses = needsAddress ? c.Addresses : "" }).AsAsyncEnumerable();
        await foreach (var c in all.WithCancellation(cancellation))
        {
            if (SegmentFilter.Admits(parameters.Manager, c.ManagerLogin) && SegmentFilter.Admits(parameters.City, c.City)
                && (!needsAddress || (MirrorJson.ReadAddresses(c.Addresses) is [var address, ..]
                    && SegmentFilter.Admits(segment.Region, address.Region) && SegmentFilter.Admits(segment.Country, address.Country))))
            {
                found.Add(c.Id);
            }
        }

        return found;
    }
}
