using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Administration;

/// <summary>Reads the audit log.</summary>
internal sealed class AuditStore(CrmDbContext database)
{
    public const int PageSize = 50;

    /// <summary>Entries before a number, newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(AuditFilter filter, long? before, int limit, CancellationToken cancellation)
    {
        var entries = database.Set<AuditEntry>().AsQueryable();
        if (filter.Subject.Length > 0)
        {
            entries = entries.Where(e => e.Subject == filter.Subject);
        }

        if (filter.SubjectId.Length > 0)
        {
            entries = entries.Where(e => e.SubjectId == filter.SubjectId);
        }

        if (filter.User.Length > 0)
        {
            entries = entries.Where(e => e.UserLogin == filter.User);
        }

        if (filter.Action.Length > 0)
        {
            entries = entries.Where(e => e.Action.StartsWith(filter.Action));
        }

        if (before is { } id)
        {
            entries = entries.Where(e => e.Id < id);
        }

        return await entries.OrderByDescending(e => e.Id).Take(limit).ToListAsync(cancellation);
    }
}
