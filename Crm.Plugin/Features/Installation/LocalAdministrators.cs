using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Installation;

/// <summary>Administrators who can sign in on the day the ERP is down.</summary>
internal sealed class LocalAdministrators(CrmDbContext database)
{
    public Task<bool> AnyAsync(CancellationToken cancellation) =>
        database.Set<UserAccount>().AnyAsync(a => a.ConnectionId == null && a.IsActive && a.Role == Role.Administrator, cancellation);
}
