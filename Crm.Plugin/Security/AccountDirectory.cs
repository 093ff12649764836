using System.Collections.Concurrent;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Security;

/// <summary>Accounts and rights as every request needs them; read again after a few seconds, so that a change elsewhere is felt.</summary>
internal sealed class AccountDirectory(IDbContextFactory<CrmDbContext> databases, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<long, (CurrentUser? User, string Stamp, DateTimeOffset ReadAt)> known = new();

    /// <summary>The user, or null when the account is unknown, switched off or has changed since the stamp was given.</summary>
    public async ValueTask<CurrentUser?> FindAsync(long id, string? stamp, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (!known.TryGetValue(id, out var entry) || now - entry.ReadAt > Fresh)
        {
            entry = await ReadAsync(id, now, cancellation);
            known[id] = entry;
        }

        return stamp is null || stamp == entry.Stamp ? entry.User : null;
    }

    /// <summary>Called after an account or a role was changed in this process.</summary>
    public void Forget() => known.Clear();

    private async Task<(CurrentUser?, string, DateTimeOffset)> ReadAsync(long id, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        var account = await database.Set<UserAccount>().FirstOrDefaultAsync(a => a.Id == id && a.IsActive, cancellation);
        if (account is null)
        {
            return (null, "", now);
        }

        var rights = await database.Set<RoleRights>().FirstOrDefaultAsync(r => r.Role == account.Role, cancellation) ?? RoleRights.Preset(account.Role);
        IReadOnlyList<string> team = rights.ReachesTeam ? await TeamStore.LoginsAsync(database, account, cancellation) : [];
        return (new CurrentUser(account.Id, account.Login, account.Name, account.Role, rights, account.Language, account.TimeZone, account.Theme) { Team = team }, account.SecurityStamp, now);
    }
}
