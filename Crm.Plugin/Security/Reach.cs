using Crm.Plugin.Mirror.Records;

namespace Crm.Plugin.Security;

/// <summary>
/// The one predicate that decides which counterparties, and what hangs on them, a right reaches. Lists, cards, search,
/// reports, exports and the API all filter through it.
/// </summary>
public static class Reach
{
    /// <summary>For LINQ.</summary>
    public static IQueryable<CounterpartyRecord> Within(this IQueryable<CounterpartyRecord> counterparties, Scope scope, CurrentUser user) => scope switch
    {
        Scope.All => counterparties,
        Scope.Own => counterparties.Where(c => c.ManagerLogin == null || c.ManagerLogin == user.Login),
        _ => counterparties.Where(_ => false),
    };

    /// <summary>For SQL: a condition on a counterparty's alias; the login travels as parameter <c>@login</c>.</summary>
    public static string Sql(Scope scope, string alias) => scope switch
    {
        Scope.All => "1 = 1",
        Scope.Own => $"({alias}.manager_login IS NULL OR {alias}.manager_login = @login)",
        _ => "1 = 0",
    };

    /// <summary>For one record already read.</summary>
    public static bool Covers(Scope scope, CurrentUser user, string? managerLogin) => scope switch
    {
        Scope.All => true,
        Scope.Own => managerLogin is null || managerLogin == user.Login,
        _ => false,
    };
}
