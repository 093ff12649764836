using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Shell;

/// <summary>Language and theme, kept with the account and in a cookie for the sign-in screen.</summary>
internal static class Preferences
{
    public const string ThemeCookie = "crm-theme";

    public static void MapPreferences(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/preferences", SaveAsync).AllowAnonymous();

    public static CookieOptions Lasting(HttpContext http) => new()
    {
        MaxAge = TimeSpan.FromDays(365),
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = http.Request.IsHttps,
        IsEssential = true,
    };

    private static async Task<RedirectHttpResult> SaveAsync(HttpContext http, CrmDbContext database, CurrentUser user, AccountDirectory accounts, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        var language = Languages.All.Select(l => l.Code).FirstOrDefault(code => code == form["language"]);
        var theme = form["theme"].ToString() is "light" or "dark" or "auto" ? form["theme"].ToString() : null;
        if (language is not null)
        {
            http.Response.Cookies.Append(Languages.Cookie, language, Lasting(http));
        }

        if (theme is not null)
        {
            http.Response.Cookies.Append(ThemeCookie, theme, Lasting(http));
        }

        if (user.IsSomebody)
        {
            await database.Set<UserAccount>().Where(a => a.Id == user.Id).ExecuteUpdateAsync(
                s => s.SetProperty(a => a.Language, a => language ?? a.Language).SetProperty(a => a.Theme, a => theme ?? a.Theme), cancellation);
            accounts.Forget();
        }

        var back = form["back"].ToString();
        return TypedResults.Redirect(back is ['/', ..] && !back.StartsWith("//", StringComparison.Ordinal) && !back.Contains('\\', StringComparison.Ordinal) ? back : "/");
    }
}
