namespace Crm.Plugin.Shell;

/// <summary>Inside the ERP's frame (<c>?embed=1</c>) the outer navigation is left out; a cookie keeps it so from page to page of that frame.</summary>
internal static class Embed
{
    private const string Cookie = "crm-embed";

    public static bool IsOn(HttpContext http) => http.Request.Query["embed"].ToString() switch
    {
        "1" => true,
        "0" => false,
        // A tab of its own sends "document"; only a frame goes on without the outer navigation.
        _ => http.Request.Cookies[Cookie] == "1" && http.Request.Headers["Sec-Fetch-Dest"] == "iframe",
    };

    public static void Remember(HttpContext http)
    {
        var choice = http.Request.Query["embed"].ToString();
        if (choice is "1" or "0")
        {
            http.Response.Cookies.Append(Cookie, choice, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, IsEssential = true });
        }
    }
}
