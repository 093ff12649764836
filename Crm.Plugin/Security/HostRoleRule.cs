using Crm.Plugin.Commands;

namespace Crm.Plugin.Security;

/// <summary>Decides what an ERP user may do in the CRM. No clock, no database.</summary>
internal static class HostRoleRule
{
    /// <summary>The strongest role that any of the groups is given; null when none is given one.</summary>
    /// <param name="groups">The ERP's group names; letter case counts.</param>
    /// <param name="roles">The manifest's map from group to role name.</param>
    public static Role? RoleOf(IEnumerable<string> groups, IReadOnlyDictionary<string, string> roles) =>
        groups.Select(g => roles.TryGetValue(g, out var name) ? Roles.Find(name) : null).Max();
}
