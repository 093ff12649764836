using Crm.Plugin.Features.Mail.Imap;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>Reads what is new in a mailbox. The number of the next letter is kept after each one, so a kill costs at most one letter read twice – and known.</summary>
internal sealed class ImapMail(CrmDbContext database, MailAccounts accounts, MailIntake intake, MailTrust trust, TimeProvider clock)
{
    private const int MostAtOnce = 200;

    public async Task<int> RunAsync(MailAccount account, CancellationToken cancellation)
    {
        var server = new Smtp.SmtpServer(account.InHost!, account.InPort, account.InSecurity, account.InUser, accounts.Password(account.Id, "IMAP", account.InSecret));
        await using var session = await ImapSession.OpenAsync(server, trust, clock, cancellation);
        var mailbox = await session.ExamineAsync(account.InFolder ?? "INBOX", cancellation);
        // Another validity means that the server has numbered anew: all is read again, and what is known is passed over.
        var next = mailbox.UidValidity == account.UidValidity ? Math.Max(1, account.UidNext) : 1;
        await SaveAsync(account.Id, mailbox.UidValidity, next, cancellation);
        var count = 0;
        foreach (var (uid, size) in mailbox.UidNext > 0 && next >= mailbox.UidNext ? [] : await session.ListAsync(next, MostAtOnce, cancellation))
        {
            if (size > MailIntake.MostBytes)
            {
                await MailIntake.CountAsync(database, account.Id, "fetched", cancellation);
                await MailIntake.CountAsync(database, account.Id, "skipped.too-big", cancellation);
            }
            else if (await session.FetchAsync(uid, cancellation) is { } letter)
            {
                await intake.TakeAsync(account, letter, cancellation);
            }

            await SaveAsync(account.Id, mailbox.UidValidity, uid + 1, cancellation);
            count++;
        }

        return count;
    }

    private Task<int> SaveAsync(long account, long validity, long next, CancellationToken cancellation) =>
        database.Set<MailAccount>().Where(a => a.Id == account).ExecuteUpdateAsync(a => a.SetProperty(x => x.UidValidity, validity).SetProperty(x => x.UidNext, next), cancellation);
}
