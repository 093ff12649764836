using System.Security.Cryptography;
using System.Text;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Makes, revokes and knows the addresses of feeds.</summary>
internal sealed class FeedStore(CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock)
{
    /// <summary>The reader's; null when there is none.</summary>
    public Task<CalendarFeed?> FindAsync(CancellationToken cancellation) => database.Set<CalendarFeed>().FirstOrDefaultAsync(f => f.UserId == user.Id, cancellation);

    /// <summary>Makes a new address; the old one is good no more.</summary>
    /// <returns>The token, which is nowhere kept.</returns>
    public async Task<string> MakeAsync(CancellationToken cancellation)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        await database.Set<CalendarFeed>().Where(f => f.UserId == user.Id).ExecuteDeleteAsync(cancellation);
        database.Add(new CalendarFeed { UserId = user.Id, Hash = Hash(token), CreatedAt = clock.GetUtcNow() });
        audit.Note(database, "calendar.feed-made");
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return token;
    }

    public async Task RevokeAsync(CancellationToken cancellation)
    {
        if (await database.Set<CalendarFeed>().Where(f => f.UserId == user.Id).ExecuteDeleteAsync(cancellation) > 0)
        {
            audit.Note(database, "calendar.feed-revoked");
            await database.SaveChangesAsync(cancellation);
        }
    }

    /// <summary>Whose feed a token opens; null when it is nobody's.</summary>
    public async Task<long?> OwnerAsync(string token, CancellationToken cancellation)
    {
        if (token.Length != 48)
        {
            return null;
        }

        var hash = Hash(token);
        var feed = await database.Set<CalendarFeed>().FirstOrDefaultAsync(f => f.Hash == hash, cancellation);
        if (feed is null)
        {
            return null;
        }

        DateTimeOffset? now = clock.GetUtcNow();
        var stale = now - TimeSpan.FromHours(1);
        await database.Set<CalendarFeed>().Where(f => f.UserId == feed.UserId && (f.ReadAt == null || f.ReadAt < stale)).ExecuteUpdateAsync(f => f.SetProperty(x => x.ReadAt, now), cancellation);
        return feed.UserId;
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
