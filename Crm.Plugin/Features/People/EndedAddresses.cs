using Crm.Contracts;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>E-mail addresses with a last day that has passed, the ERP's and those typed here.</summary>
internal static class EndedAddresses
{
    /// <summary>Which of some addresses are out of use, and at whom.</summary>
    /// <param name="database">Where they are.</param>
    /// <param name="normal">See <see cref="MechanismRule.Normal"/>.</param>
    /// <param name="today">Of the user.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<IReadOnlyList<(long CounterpartyId, string Normal)>> AmongAsync(CrmDbContext database, IReadOnlyCollection<string> normal, DateOnly today, CancellationToken cancellation)
    {
        var noted = await database.Set<MechanismNote>().Where(n => n.ValidTo < today && n.Kind == ContactMechanismKind.Email && normal.Contains(n.Normal))
            .Select(n => new { n.CounterpartyId, n.Normal }).ToListAsync(cancellation);
        var own = await database.Set<OwnMechanism>().Where(m => normal.Contains(m.Normal) && m.Kind == ContactMechanismKind.Email && m.ValidTo < today)
            .Select(m => new { m.CounterpartyId, m.Normal }).ToListAsync(cancellation);
        return [.. noted.Concat(own).Select(m => (m.CounterpartyId, m.Normal)).Distinct()];
    }
}
