using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Security;

/// <summary>Keeps the accounts of ERP users as the ERP has them: who is deactivated or loses the group there is out here.</summary>
internal sealed partial class HostAccounts(
    IDbContextFactory<CrmDbContext> databases, ConnectionStore connections, AccountDirectory directory, TimeProvider clock, ILogger<HostAccounts> logger)
{
    /// <summary>Compares all accounts with the mirror. Cheap: a company has dozens of users.</summary>
    /// <returns>How many accounts changed.</returns>
    public async Task<int> RefreshAsync(CancellationToken cancellation)
    {
        var changed = 0;
        foreach (var connection in await connections.ListAsync(withRemoved: true, cancellation))
        {
            changed += await RefreshAsync(connection, cancellation);
        }

        if (changed > 0)
        {
            directory.Forget();
            Changed(logger, changed);
        }

        return changed;
    }

    /// <summary>Takes over what the ERP says of a person; a new stamp ends older sign-ins when rights change.</summary>
    public static bool Apply(UserAccount account, string name, string? email, Role? role, bool isActive)
    {
        var admitted = isActive && role is not null;
        var rightsChanged = account.IsActive != admitted || (role is { } now && account.Role != now);
        var changed = rightsChanged || account.Name != name || account.Email != email;
        (account.Name, account.Email, account.IsActive, account.Role) = (name, email, admitted, role ?? account.Role);
        if (rightsChanged)
        {
            account.SecurityStamp = Guid.NewGuid().ToString("N");
        }

        return changed;
    }

    private async Task<int> RefreshAsync(ConnectionRecord connection, CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        var accounts = await database.Set<UserAccount>().AsTracking().Where(a => a.ConnectionId == connection.Id).ToListAsync(cancellation);
        if (accounts.Count == 0)
        {
            return 0;
        }

        var roles = ManifestReader.Parse(connection.Manifest, $"connection {connection.Name}").Roles;
        var users = (await database.Set<HostUserRecord>().Where(u => u.ConnectionId == connection.Id).ToListAsync(cancellation))
            .GroupBy(u => u.Login, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.OrderBy(u => u.GoneAt is not null).First(), StringComparer.Ordinal);
        var checkedAt = await database.Set<SyncStateRecord>().Where(s => s.ConnectionId == connection.Id && s.Entity == MirrorEntity.HostUsers)
            .Select(s => s.CheckedAt).FirstOrDefaultAsync(cancellation);
        var changed = 0;
        foreach (var account in accounts)
        {
            var isInstalled = connection.RemovedAt is null;
            var user = users.GetValueOrDefault(account.Login);
            // Somebody who signed in after the last poll may be too new for the mirror.
            var isTooNew = isInstalled && user is null && account.SignedInAt >= (checkedAt ?? DateTimeOffset.MinValue);
            if (!isTooNew)
            {
                changed += Apply(
                    account,
                    user?.Name ?? account.Name,
                    user is null ? account.Email : user.Email,
                    user is null ? null : HostRoleRule.RoleOf(user.Groups.Split('\n'), roles),
                    isInstalled && user is { IsActive: true, GoneAt: null }) ? 1 : 0;
            }
        }

        if (changed > 0)
        {
            database.Add(new AuditEntry { At = clock.GetUtcNow(), Action = "user.followed-erp", Subject = "connection", SubjectId = connection.Name });
            await database.SaveChangesAsync(cancellation);
        }

        return changed;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} accounts follow a change in the ERP.")]
    private static partial void Changed(ILogger logger, int count);
}
