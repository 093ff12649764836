using System.Security.Claims;
using Crm.Plugin.Shell;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Crm.Plugin.Security;

/// <summary>The sign-in screen.</summary>
internal static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sign-in", (string? returnUrl) => Screen.Of<SignInPage>(new { ReturnUrl = returnUrl })).AllowAnonymous();
        routes.MapPost("/sign-in", SignInAsync).AllowAnonymous();
        routes.MapPost("/sign-out", (Delegate)SignOutAsync).AllowAnonymous();
    }

    /// <summary>The principal that a cookie or a token stands for.</summary>
    public static ClaimsPrincipal Principal(UserAccount account, string scheme) => new(new ClaimsIdentity(
        [new("id", account.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)), new("stamp", account.SecurityStamp), new(ClaimTypes.Name, account.Login)], scheme));

    private static async Task<IResult> SignInAsync(HttpContext http, SignInService service, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        var login = form["login"].ToString().Trim();
        var returnUrl = form["returnUrl"].ToString();
        var answer = await service.SignInAsync(login, form["password"].ToString(), cancellation);
        if (answer.Account is not { } account)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Screen.Of<SignInPage>(new { ReturnUrl = returnUrl, Login = login, answer.Outcome });
        }

        await http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, Principal(account, CookieAuthenticationDefaults.AuthenticationScheme), new AuthenticationProperties { IsPersistent = true });
        if (account.Language is { } language)
        {
            http.Response.Cookies.Append(Languages.Cookie, language, Preferences.Lasting(http));
        }

        return TypedResults.LocalRedirect(IsLocal(returnUrl) ? returnUrl : "/my-day");
    }

    private static async Task<RedirectHttpResult> SignOutAsync(HttpContext http)
    {
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return TypedResults.Redirect("/sign-in");
    }

    private static bool IsLocal(string? url) => url is ['/', ..] && !(url.Length > 1 && url[1] is '/' or '\\');
}
