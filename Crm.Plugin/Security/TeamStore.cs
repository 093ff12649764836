using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Security;

/// <summary>
/// Finds a user's team. An ERP user's team is everybody who shares one of their ERP groups; where the manifest names the groups that are
/// teams, only those count. A local account's team is everybody with the same team text, ERP users whose group is called so included.
/// </summary>
internal static class TeamStore
{
    // A company's people are few: the groups are compared here, alike on every database.
    private const int MostUsers = 20_000;

    /// <returns>Logins, each once, the user's own included. Who has left is among them, because their counterparties are the team's until somebody takes them over.</returns>
    public static async Task<IReadOnlyList<string>> LoginsAsync(CrmDbContext database, UserAccount account, CancellationToken cancellation)
    {
        var users = await database.Set<HostUserRecord>().Where(u => account.ConnectionId == null || u.ConnectionId == account.ConnectionId)
            .OrderBy(u => u.Id).Take(MostUsers).Select(u => new { u.ConnectionId, u.Login, u.Groups }).ToListAsync(cancellation);
        HashSet<string> teams = account.ConnectionId is { } connection
            ? [.. Teams(users.FirstOrDefault(u => u.Login == account.Login)?.Groups ?? "", await NamedAsync(database, connection, cancellation))]
            : [.. Teams(account.Team ?? "", null)];
        if (teams.Count == 0)
        {
            return [account.Login];
        }

        var accounts = await database.Set<UserAccount>().Where(a => a.Team != null && teams.Contains(a.Team)).OrderBy(a => a.Id).Take(MostUsers).Select(a => a.Login).ToListAsync(cancellation);
        return [.. users.Where(u => Teams(u.Groups, null).Any(teams.Contains)).Select(u => u.Login).Concat(accounts).Append(account.Login).Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Teams(string groups, IReadOnlyList<string>? named) =>
        groups.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(g => named is null || named.Contains(g, StringComparer.Ordinal));

    private static async Task<IReadOnlyList<string>?> NamedAsync(CrmDbContext database, int connectionId, CancellationToken cancellation)
    {
        var connection = await database.Set<ConnectionRecord>().FirstAsync(c => c.Id == connectionId, cancellation);
        return ManifestReader.Parse(connection.Manifest, $"connection {connection.Name}").Teams;
    }
}
