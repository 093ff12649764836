using System.CommandLine;
using Crm.Plugin.Security;

namespace Crm.Plugin.Commands;

/// <summary>Roles as manifests and commands write them.</summary>
internal static class Roles
{
    private static readonly (string Name, Role Role)[] All =
        [("sales-manager", Role.SalesManager), ("commercial-director", Role.CommercialDirector), ("administrator", Role.Administrator)];

    public static string NameOf(Role role) => All.First(r => r.Role == role).Name;

    /// <summary>Null for a name that no role has.</summary>
    public static Role? Find(string name) => All.Where(r => r.Name == name).Select(r => (Role?)r.Role).FirstOrDefault();

    /// <summary>Only the three names are right usage.</summary>
    public static void Restrict(Argument<string> argument) => argument.AcceptOnlyFromAmong([.. All.Select(r => r.Name)]);

    /// <summary>Only the three names are right usage.</summary>
    public static void Restrict(Option<string> option) => option.AcceptOnlyFromAmong([.. All.Select(r => r.Name)]);
}
