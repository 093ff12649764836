using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Api;

/// <summary>Whom a bearer token stands for.</summary>
internal sealed class ApiTokens(IDbContextFactory<CrmDbContext> databases, AccountDirectory accounts, TimeProvider clock)
{
    private static readonly TimeSpan UseNotedEvery = TimeSpan.FromMinutes(1);

    /// <summary>The user and the number of the token; null when it is unknown or revoked, or its user is switched off.</summary>
    public async Task<FoundToken?> FindAsync(string token, CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        var hash = TokenText.Hash(token);
        var found = await database.Set<ApiToken>().FirstOrDefaultAsync(t => t.Hash == hash && t.RevokedAt == null, cancellation);
        if (found is null || await accounts.FindAsync(found.UserId, null, cancellation) is not { } user)
        {
            return null;
        }

        return new(found.Id, user, found.UsedAt is not { } at || clock.GetUtcNow() - at >= UseNotedEvery);
    }

    /// <summary>Notes that the token was used; at most once a minute, however many requests and processes there are.</summary>
    public async Task NoteUseAsync(long id)
    {
        await using var database = await databases.CreateDbContextAsync();
        DateTimeOffset? now = clock.GetUtcNow();
        var before = now - UseNotedEvery;
        await database.Set<ApiToken>().Where(t => t.Id == id && (t.UsedAt == null || t.UsedAt <= before))
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.UsedAt, now));
    }
}

/// <summary>A living token.</summary>
/// <param name="Id">Its number.</param>
/// <param name="User">Whom it stands for.</param>
/// <param name="UseIsNews">Whether the last noted use is a minute old.</param>
internal sealed record FoundToken(long Id, CurrentUser User, bool UseIsNews);
