using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Administration;

/// <summary>An API token of the list, without its secret.</summary>
public sealed record TokenLine(long Id, string? Login, string Label, DateTimeOffset CreatedAt, DateTimeOffset? UsedAt, DateTimeOffset? RevokedAt);

/// <summary>Reads and revokes API tokens.</summary>
internal sealed class TokenStore(CrmDbContext database, AuditLog audit, TimeProvider clock)
{
    public const int PageSize = 100;

    /// <summary>Newest first; one more than a page tells that there is another.</summary>
    public async Task<IReadOnlyList<TokenLine>> ListAsync(long? before, CancellationToken cancellation) =>
        await (
            from token in database.Set<ApiToken>()
            join account in database.Set<UserAccount>() on token.UserId equals account.Id into owners
            from owner in owners.DefaultIfEmpty()
            where before == null || token.Id < before
            orderby token.Id descending
            select new TokenLine(token.Id, owner.Login, token.Label, token.CreatedAt, token.UsedAt, token.RevokedAt)).Take(PageSize + 1).ToListAsync(cancellation);

    /// <summary>Makes a token worthless at once; a second time changes nothing.</summary>
    /// <returns>False when there is no such token.</returns>
    public async Task<bool> RevokeAsync(long id, CancellationToken cancellation)
    {
        if (await database.Set<ApiToken>().AsTracking().FirstOrDefaultAsync(t => t.Id == id, cancellation) is not { } token)
        {
            return false;
        }

        if (token.RevokedAt is null)
        {
            token.RevokedAt = clock.GetUtcNow();
            audit.Note(database, "token.revoked", "token", id.ToString(CultureInfo.InvariantCulture));
            await database.SaveChangesAsync(cancellation);
        }

        return true;
    }
}

internal static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder screens)
    {
        screens.MapGet("/tokens", async (long? before, string? done, TokenStore tokens, CancellationToken cancellation) =>
            Shell.Screen.Of<TokensPage>(new { Lines = await tokens.ListAsync(before, cancellation), IsRevoked = done is not null }));
        screens.MapPost("/tokens/{id:long}/revoke", RevokeAsync);
    }

    private static async Task<IResult> RevokeAsync(long id, TokenStore tokens, CancellationToken cancellation) =>
        await tokens.RevokeAsync(id, cancellation)
            ? TypedResults.Redirect("/administration/tokens?done=1")
            : Shell.Screen.Of<Shell.MessagePage>(new { Status = StatusCodes.Status404NotFound });
}
