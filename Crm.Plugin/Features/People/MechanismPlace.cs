using Crm.Contracts;
using Crm.Plugin.Mirror;
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

    /// <summary>Writes down at the counterparty what was sent, and what the ERP said to it.</summary>
    /// <param name="database">Where; saved at once.</param>
    /// <param name="what">What happened.</param>
    /// <param name="about">What was sent, as the ledger names it.</param>
    /// <param name="detail">What else is to be told; null for nothing.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task NoteAsync(CrmDbContext database, LedgerEvent what, string about, string? detail, DateTimeOffset at, CancellationToken cancellation)
    {
        database.Add(new LedgerRecord { ConnectionId = Connection.Id, Entity = MirrorEntity.Counterparties, HostKey = Counterparty.Value, Event = what, Detail = detail is null ? about : $"{about}: {detail}", At = at });
        await database.SaveChangesAsync(cancellation);
        database.ChangeTracker.Clear();
    }
}
