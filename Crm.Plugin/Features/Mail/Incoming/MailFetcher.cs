using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>Looks into every mailbox and folder in its turn; an account is claimed, so that two processes do not read one at once.</summary>
internal sealed partial class MailFetcher(CrmDbContext database, ImapMail imap, FolderMail folder, MailWatches watches, TimeProvider clock, ILogger<MailFetcher> log)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    /// <summary>Whom a conversation of this process listens to is looked at this often all the same.</summary>
    private static readonly TimeSpan WatchedTurn = TimeSpan.FromMinutes(5);

    /// <returns>How many letters were fetched.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var fetched = 0;
        foreach (var account in await Read().OrderBy(a => a.Id).Take(100).ToListAsync(cancellation))
        {
            if (!watches.Hears(account.Id) || account.CheckedAt is not { } at || clock.GetUtcNow() - at >= WatchedTurn)
            {
                fetched += await RunAsync(account, cancellation);
            }
        }

        return fetched;
    }

    /// <summary>Reads one account.</summary>
    /// <returns>How many letters were fetched.</returns>
    public async Task<int> RunAsync(long id, CancellationToken cancellation) =>
        await Read().FirstOrDefaultAsync(a => a.Id == id, cancellation) is { } account ? await RunAsync(account, cancellation) : 0;

    private IQueryable<MailAccount> Read() => database.Set<MailAccount>().Where(a => a.IsActive && a.BegunAt != null && (a.Source == MailSource.Imap || a.Source == MailSource.Folder));

    private async Task<int> RunAsync(MailAccount account, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var until = (DateTimeOffset?)(now + Lease);
        if (await database.Set<MailAccount>().Where(a => a.Id == account.Id && (a.ClaimedUntil == null || a.ClaimedUntil < now)).ExecuteUpdateAsync(a => a.SetProperty(x => x.ClaimedUntil, until), cancellation) == 0)
        {
            return 0;
        }

        string? error = null;
        try
        {
            return account.Source == MailSource.Imap ? await imap.RunAsync(account, cancellation) : await folder.RunAsync(account, cancellation);
        }
        catch (MailException failure)
        {
            error = failure.Code;
            LogFailed(log, account.Id, failure.Code);
            return 0;
        }
        finally
        {
            var checkedAt = (DateTimeOffset?)clock.GetUtcNow();
            await database.Set<MailAccount>().Where(a => a.Id == account.Id)
                .ExecuteUpdateAsync(a => a.SetProperty(x => x.ClaimedUntil, (DateTimeOffset?)null).SetProperty(x => x.CheckedAt, checkedAt).SetProperty(x => x.Error, error), CancellationToken.None);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail of account {Account} could not be fetched: {Code}; the next turn tries again")]
    private static partial void LogFailed(ILogger logger, long account, string code);
}
