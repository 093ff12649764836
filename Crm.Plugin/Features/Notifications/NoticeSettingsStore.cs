using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Reads and saves what a user, or for user 0 the company, has chosen.</summary>
internal sealed class NoticeSettingsStore(CrmDbContext database, AccountDirectory accounts, AuditLog audit)
{
    public async Task<NoticeSettings> SettingsAsync(long userId, CancellationToken cancellation) =>
        await database.Set<NoticeSettings>().FirstOrDefaultAsync(s => s.UserId == userId, cancellation) ?? new() { UserId = userId };

    public Task<Dictionary<string, NoticeChoice>> ChoicesAsync(long userId, CancellationToken cancellation) =>
        database.Set<NoticeChoice>().Where(c => c.UserId == userId).ToDictionaryAsync(c => c.Kind, cancellation);

    public Task<UserAccount> AccountAsync(long userId, CancellationToken cancellation) => database.Set<UserAccount>().FirstAsync(a => a.Id == userId, cancellation);

    /// <param name="settings">Replaces what is there.</param>
    /// <param name="choices">Replace those of the same user; others' stay.</param>
    /// <param name="zone">The user's time zone; null leaves it.</param>
    /// <param name="email">The user's own address; null leaves it.</param>
    /// <param name="cancellation">Stops before the save.</param>
    public async Task SaveAsync(NoticeSettings settings, IReadOnlyList<NoticeChoice> choices, string? zone, string? email, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var known = await database.Set<NoticeSettings>().AnyAsync(s => s.UserId == settings.UserId, cancellation);
        database.Entry(settings).State = known ? EntityState.Modified : EntityState.Added;
        if (known)
        {
            database.Entry(settings).Property(s => s.DigestedOn).IsModified = false;
        }

        await database.Set<NoticeChoice>().Where(c => c.UserId == settings.UserId).ExecuteDeleteAsync(cancellation);
        database.AddRange(choices);
        if (settings.UserId == 0)
        {
            audit.Note(database, "notifications.policy-changed");
        }

        await database.SaveChangesAsync(cancellation);
        if (zone is not null)
        {
            await database.Set<UserAccount>().Where(a => a.Id == settings.UserId).ExecuteUpdateAsync(a => a.SetProperty(x => x.TimeZone, zone), cancellation);
        }

        if (email is not null)
        {
            await database.Set<UserAccount>().Where(a => a.Id == settings.UserId && a.ConnectionId == null).ExecuteUpdateAsync(a => a.SetProperty(x => x.Email, email), cancellation);
        }

        await transaction.CommitAsync(cancellation);
        accounts.Forget();
    }
}
