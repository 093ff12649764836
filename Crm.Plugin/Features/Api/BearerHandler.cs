using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Crm.Plugin.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Crm.Plugin.Features.Api;

/// <summary>Signs API requests in: by bearer token (RFC 6750), or, for reading only, by the session of a signed-in browser.</summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string Name = "Bearer";

    private const string Start = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            // A browser sends its cookie on its own, so a cookie proves nothing about who wanted a change.
            return HttpMethods.IsGet(Request.Method) || HttpMethods.IsHead(Request.Method)
                ? await Context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme)
                : AuthenticateResult.NoResult();
        }

        var holder = Context.RequestServices.GetRequiredService<CurrentUserHolder>();
        holder.User = CurrentUser.Nobody; // whoever sends a token is that user or nobody, whatever cookie came along
        var token = header.StartsWith(Start, StringComparison.OrdinalIgnoreCase) ? header[Start.Length..].Trim() : "";
        if (token.Length is 0 or > 500 || await tokens.FindAsync(token, Context.RequestAborted) is not { } found)
        {
            return AuthenticateResult.Fail("The token is unknown or revoked, or its user is switched off.");
        }

        if (found.UseIsNews)
        {
            Response.OnCompleted(() => tokens.NoteUseAsync(found.Id)); // the answer does not wait for it
        }

        holder.User = found.User;
        var identity = new ClaimsIdentity(
            [new("id", found.User.Id.ToString(CultureInfo.InvariantCulture)), new(ClaimTypes.Name, found.User.Login)], Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var refused = Request.Headers.Authorization.Count > 0;
        Response.Headers[HeaderNames.WWWAuthenticate] = refused ? "Bearer realm=\"crm\", error=\"invalid_token\"" : "Bearer realm=\"crm\"";
        await ApiProblem.Of(
            StatusCodes.Status401Unauthorized,
            refused ? "invalid-token" : "no-token",
            refused ? "The token is unknown or revoked, or its user is switched off."
                : "Send 'Authorization: Bearer TOKEN'; 'crm token create --user LOGIN' makes a token. A browser's session may only read.")
            .ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ApiProblem.Of(StatusCodes.Status403Forbidden, "not-allowed", "The user's role does not allow this.").ExecuteAsync(Context);
}
