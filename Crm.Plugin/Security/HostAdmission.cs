using Crm.Contracts;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Security;

/// <summary>Gives a person whose password the ERP has accepted an account with the role of their ERP groups.</summary>
internal sealed class HostAdmission(CrmDbContext database, AccountDirectory directory, AuditLog audit, TimeProvider clock)
{
    public async Task<(SignInOutcome Outcome, UserAccount? Account)> AdmitAsync(
        ConnectionRecord connection, HostManifest manifest, Contracts.IHost host, string login, CancellationToken cancellation)
    {
        if (await FindAsync(connection, host, login, cancellation) is not { IsActive: true } user)
        {
            return (SignInOutcome.Rejected, null);
        }

        if (HostRoleRule.RoleOf(user.Groups, manifest.Roles) is not { } role)
        {
            return (SignInOutcome.NoRole, null);
        }

        var account = await database.Set<UserAccount>().AsTracking().FirstOrDefaultAsync(a => a.Login == login, cancellation);
        if (account is { ConnectionId: null })
        {
            return (SignInOutcome.Rejected, null); // a local account has the login: only its own password opens it
        }

        if (account is null)
        {
            account = new UserAccount { Login = login, Name = user.Name, SecurityStamp = "", CreatedAt = clock.GetUtcNow() };
            database.Add(account);
            audit.Note(database, "user.added", "user", login, System.Text.Json.JsonSerializer.Serialize(new { connection = connection.Name }));
        }

        account.ConnectionId = connection.Id;
        HostAccounts.Apply(account, user.Name, user.Email, role, isActive: true);
        account.SignedInAt = clock.GetUtcNow();
        await database.SaveChangesAsync(cancellation);
        directory.Forget();
        return (SignInOutcome.Accepted, account);
    }

    /// <summary>From the mirror; somebody it does not know yet is looked for in the ERP itself.</summary>
    private async Task<HostUser?> FindAsync(ConnectionRecord connection, Contracts.IHost host, string login, CancellationToken cancellation)
    {
        var source = host.Find<IHostUserSource>();
        var mirrored = await database.Set<HostUserRecord>()
            .FirstOrDefaultAsync(u => u.ConnectionId == connection.Id && u.Login == login && u.GoneAt == null, cancellation);
        if (mirrored is not null)
        {
            // Read anew: a group that was taken away a moment ago must not open the door.
            return source is null
                ? new HostUser { Key = new(mirrored.HostKey), Version = mirrored.Version, Login = login, Name = mirrored.Name, Email = mirrored.Email, Groups = mirrored.Groups.Split('\n'), IsActive = mirrored.IsActive }
                : (await source.ReadAsync([new HostKey(mirrored.HostKey)], cancellation)).Rows.FirstOrDefault(u => u.Login == login);
        }

        if (source is not null)
        {
            await foreach (var page in source.ReadChangedAsync(null, cancellation))
            {
                if (page.Rows.FirstOrDefault(u => u.Login == login) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }
}
