using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Administration;

/// <summary>Roles in words: English text, the key of its translations.</summary>
internal static class RoleWords
{
    public static string Of(Role role) => role switch
    {
        Role.SalesManager => "Sales manager",
        Role.CommercialDirector => "Commercial director",
        _ => "Administrator",
    };
}
