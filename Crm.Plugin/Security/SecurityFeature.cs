using Crm.Plugin.Shell;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace Crm.Plugin.Security;

/// <summary>Registers sign-in, accounts and rights.</summary>
internal static class SecurityFeature
{
    public static IServiceCollection AddSecurity(this IServiceCollection services, CrmPluginOptions options)
    {
        services.AddDataProtection().SetApplicationName("Crm.Plugin").PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(options.DataFolder, "keys")));
        services.AddAntiforgery(o =>
        {
            o.HeaderName = "X-CRM-Antiforgery";
            o.Cookie.Name = "crm-antiforgery";
            o.SuppressXFrameOptionsHeader = true; // Content-Security-Policy's frame-ancestors says it more exactly.
        });
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(o =>
        {
            o.Cookie.Name = "crm";
            o.Cookie.HttpOnly = true;
            o.Cookie.SameSite = SameSiteMode.Lax;
            o.LoginPath = "/sign-in";
            o.ReturnUrlParameter = "returnUrl";
            o.ExpireTimeSpan = TimeSpan.FromHours(12);
            o.SlidingExpiration = true;
            o.Events.OnValidatePrincipal = ValidateAsync;
            o.Events.OnRedirectToLogin = RedirectToSignIn;
            o.Events.OnRedirectToAccessDenied = context =>
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            };
        });
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Administrator, p => p.RequireAssertion(c => UserOf(c)?.IsAdministrator == true))
            .AddPolicy(Policies.Classify, p => p.RequireAssertion(c => UserOf(c)?.MayClassify == true))
            .AddPolicy(Policies.Review, p => p.RequireAssertion(c => UserOf(c)?.MayReview == true))
            .SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddSingleton<IPasswordHasher<UserAccount>, PasswordHasher<UserAccount>>();
        services.AddSingleton<AccountDirectory>();
        services.AddScoped<CurrentUserHolder>();
        services.AddScoped(provider => provider.GetRequiredService<CurrentUserHolder>().User);
        services.AddScoped<SignInService>();
        services.AddScoped<AuditLog>();
        return services;
    }

    private static CurrentUser? UserOf(Microsoft.AspNetCore.Authorization.AuthorizationHandlerContext context) =>
        (context.Resource as HttpContext)?.RequestServices.GetRequiredService<CurrentUserHolder>().User;

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var id = long.TryParse(context.Principal?.FindFirst("id")?.Value, System.Globalization.CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        var services = context.HttpContext.RequestServices;
        var user = await services.GetRequiredService<AccountDirectory>().FindAsync(id, context.Principal?.FindFirst("stamp")?.Value ?? "-", context.HttpContext.RequestAborted);
        if (user is null)
        {
            context.RejectPrincipal();
            return;
        }

        services.GetRequiredService<CurrentUserHolder>().User = user;
    }

    /// <summary>A part of a page cannot follow a redirect to a whole page: htmx is told to go there itself.</summary>
    private static Task RedirectToSignIn(Microsoft.AspNetCore.Authentication.RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Request.Headers.ContainsKey("HX-Request"))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers["HX-Redirect"] = "/sign-in";
        }
        else if (context.Request.Path.StartsWithSegments("/api"))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}

/// <summary>Names of authorization policies.</summary>
internal static class Policies
{
    public const string Administrator = "administrator";
    public const string Classify = "classify";

    /// <summary>Reviewing everybody's work, and giving it to somebody else.</summary>
    public const string Review = "review";
}
