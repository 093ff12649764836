using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>Where in which ERP a contact mechanism belongs; both outboxes send there.</summary>
/// <param name="Connection">Installed.</param>
/// <param name="Counterparty">Whose it is, or whom the person speaks for.</param>
/// <param name="Person">Null when it is the counterparty's own.</param>
internal sealed record MechanismPlace(ConnectionRecord Connection, HostKey Counterparty, HostKey? Person)
{
    /// <returns>Null when the ERP was uninstalled or has the person no more.</returns>
    public static async Task<MechanismPlace?> FindAsync(CrmDbContext database, long counterpartyId, long? contactPersonId, CancellationToken cancellation)
    {
        var place = await (from c in database.Set<CounterpartyRecord>()
                           where c.Id == counterpartyId
                           join n in database.Set<ConnectionRecord>() on c.ConnectionId equals n.Id
                           where n.RemovedAt == null
                           select new { c.HostKey, Connection = n }).FirstOrDefaultAsync(cancellation);
        var person = contactPersonId is { } id ? await database.Set<ContactPersonRecord>().Where(p => p.Id == id && p.GoneAt == null).Select(p => p.HostKey).FirstOrDefaultAsync(cancellation) : null;
        return place is null || (contactPersonId is not null && person is null) ? null : new(place.Connection, new(place.HostKey), person is null ? null : new HostKey(person));
    }
}
