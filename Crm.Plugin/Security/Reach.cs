using Crm.Plugin.Mirror.Records;

namespace Crm.Plugin.Security;

/// <summary>
/// The one predicate that decides which counterparties, and what hangs on them, a right reaches. Lists, cards, search,
/// reports, exports and the API all filter through it.
/// </summary>
public static class Reach
{
    /// <summary>For LINQ.</summary>
    public static IQueryable<CounterpartyRecord> Within(this IQueryable<CounterpartyRecord> counterparties, Scope scope, CurrentUser user)
    {
        var team = user.Team;
        return scope switch
        {
            Scope.All => counterparties,
            Scope.Team => counterparties.Where(c => c.ManagerLogin == null || c.ManagerLogin == user.Login || team.Contains(c.ManagerLogin)),
            Scope.Own => counterparties.Where(c => c.ManagerLogin == null || c.ManagerLogin == user.Login),
            _ => counterparties.Where(_ => false),
        };
    }

    /// <summary>For SQL: a condition on a counterparty's alias; the logins travel as <see cref="Parameters"/>.</summary>
    public static string Sql(Scope scope, string alias, CurrentUser user) => scope switch
    {
        Scope.All => "1 = 1",
        Scope.Team => $"({alias}.manager_login IS NULL OR {alias}.manager_login IN ({string.Join(", ", user.Team.Select((_, i) => $"@team{i}").Prepend("@login"))}))",
        Scope.Own => $"({alias}.manager_login IS NULL OR {alias}.manager_login = @login)",
        _ => "1 = 0",
    };

    /// <summary>What <see cref="Sql"/> of the same scope names.</summary>
    public static IEnumerable<(string Name, object? Value)> Parameters(Scope scope, CurrentUser user) =>
        [("@login", user.Login), .. scope == Scope.Team ? user.Team.Select((login, i) => ($"@team{i}", (object?)login)) : []];

    /// <summary>For one record already read.</summary>
    public static bool Covers(Scope scope, CurrentUser user, string? managerLogin) => scope switch
    {
        Scope.All => true,
        Scope.Team => managerLogin is null || managerLogin == user.Login || user.Team.Contains(managerLogin, StringComparer.Ordinal),
        Scope.Own => managerLogin is null || managerLogin == user.Login,
        _ => false,
    };
}
