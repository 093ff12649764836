using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Administration;

internal static class RoleEndpoints
{
    public static void MapRoles(this IEndpointRouteBuilder screens)
    {
        screens.MapGet("/roles", async (string? done, RoleStore roles, CancellationToken cancellation) =>
            Screen.Of<RolesPage>(new { Rights = await roles.ListAsync(cancellation), IsSaved = done is not null }));
        screens.MapPost("/roles", SaveAsync);
    }

    private static async Task<IResult> SaveAsync(HttpContext http, RoleStore roles, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        var asked = Enum.GetValues<Role>().Select(role => new RoleRights
        {
            Role = role,
            ReadScope = ScopeOf(form[$"{role}.read"]),
            WriteScope = ScopeOf(form[$"{role}.write"]),
            ExportScope = ScopeOf(form[$"{role}.export"]),
        }).ToList();
        if (!asked.TrueForAll(RoleRule.IsSound))
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Screen.Of<RolesPage>(new { Rights = asked, IsUnsound = true });
        }

        await roles.SaveAsync(asked, cancellation);
        return TypedResults.Redirect("/administration/roles?done=1");
    }

    /// <summary>What is not said is not allowed.</summary>
    private static Scope ScopeOf(string? text) => Enum.TryParse<Scope>(text, out var scope) && Enum.IsDefined(scope) ? scope : Scope.None;
}
