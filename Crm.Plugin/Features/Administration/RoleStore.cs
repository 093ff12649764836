using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Administration;

/// <summary>Reads and changes how far roles reach.</summary>
internal sealed class RoleStore(CrmDbContext database, AuditLog audit, AccountDirectory directory)
{
    /// <summary>Every role, changed or preset, in their order.</summary>
    public async Task<IReadOnlyList<RoleRights>> ListAsync(CancellationToken cancellation)
    {
        var changed = await database.Set<RoleRights>().AsTracking().ToListAsync(cancellation);
        return [.. Enum.GetValues<Role>().Select(role => changed.FirstOrDefault(r => r.Role == role) ?? RoleRights.Preset(role))];
    }

    /// <summary>Keeps what differs; the audit log gets old and new.</summary>
    public async Task SaveAsync(IReadOnlyList<RoleRights> asked, CancellationToken cancellation)
    {
        foreach (var (before, after) in (await ListAsync(cancellation)).Zip(asked))
        {
            List<(string, object?)> changes =
            [
                .. Change("read", before.ReadScope, after.ReadScope), .. Change("write", before.WriteScope, after.WriteScope), .. Change("export", before.ExportScope, after.ExportScope),
            ];
            if (changes.Count == 0)
            {
                continue;
            }

            (before.ReadScope, before.WriteScope, before.ExportScope) = (after.ReadScope, after.WriteScope, after.ExportScope);
            if (database.Entry(before).State == EntityState.Detached)
            {
                database.Add(before);
            }

            audit.Note(database, "role.changed", "role", after.Role.ToString(), AuditDetail.Of(changes));
        }

        await database.SaveChangesAsync(cancellation);
        directory.Forget();
    }

    private static IEnumerable<(string, object?)> Change(string name, Scope before, Scope after) =>
        before == after ? [] : [(name, (string[])[before.ToString(), after.ToString()])];
}

/// <summary>Decides whether rights fit together.</summary>
internal static class RoleRule
{
    /// <summary>Who may change or take away what they cannot see sees it after all.</summary>
    public static bool IsSound(RoleRights rights) => rights.WriteScope <= rights.ReadScope && rights.ExportScope <= rights.ReadScope;
}
