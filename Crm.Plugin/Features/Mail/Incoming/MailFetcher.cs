using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>Looks into every mailbox and folder in its turn; an account is claimed, so that two processes do not read one at once.</summary>
internal sealed partial class MailFetcher(CrmDbContext database, ImapMail imap, FolderMail folder, TimeProvider clock, ILogger<MailFetcher> log)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    /// <returns>How many letters were fetched.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var fetched = 0;
        foreach (var account in await database.Set<MailAccount>().Where(a => a.IsActive && (a.Source == MailSource.Imap || a.Source == MailSource.Folder)).OrderBy(a => a.Id).Take(100).ToListAsync(cancellation))
        {
            var now = clock.GetUtcNow();
            var until = (DateTimeOffset?)(now + Lease);
            if (await database.Set<MailAccount>().Where(a => a.Id == account.Id && (a.ClaimedUntil == null || a.ClaimedUntil < now)).ExecuteUpdateAsync(a => a.SetProperty(x => x.ClaimedUntil, until), cancellation) == 0)
            {
                continue;
            }

            string? error = null;
            try
            {
                fetched += account.Source == MailSource.Imap ? await imap.RunAsync(account, cancellation) : await folder.RunAsync(account, cancellation);
            }
            catch (MailException failure)
            {
                error = failure.Code;
                LogFailed(log, account.Id, failure.Code);
            }
            finally
            {
                var checkedAt = (DateTimeOffset?)clock.GetUtcNow();
                await database.Set<MailAccount>().Where(a => a.Id == account.Id)
                    .ExecuteUpdateAsync(a => a.SetProperty(x => x.ClaimedUntil, (DateTimeOffset?)null).SetProperty(x => x.CheckedAt, checkedAt).SetProperty(x => x.Error, error), CancellationToken.None);
            }
        }

        return fetched;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail of account {Account} could not be fetched: {Code}; the next turn tries again")]
    private static partial void LogFailed(ILogger logger, long account, string code);
}
