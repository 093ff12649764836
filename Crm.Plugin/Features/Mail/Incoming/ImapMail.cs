using Crm.Plugin.Features.Mail.Servers;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>Reads what is new in a mailbox. The number of the next letter is kept after each one, so a kill costs at most one letter read twice – and known.</summary>
internal sealed class ImapMail(CrmDbContext database, MailAccounts accounts, MailIntake intake, MailTrust trust, TimeProvider clock)
{
    private const int MostAtOnce = 200;

    public async Task<int> RunAsync(MailAccount account, CancellationToken cancellation)
    {
        await using var session = await ImapSession.OpenAsync(accounts.Incoming(account), trust, clock, cancellation);
        var mailbox = await session.ExamineAsync(account.InFolder ?? "INBOX", cancellation);
        // Another validity means that the server has numbered anew: all is read again, and what is known is passed over.
        var next = mailbox.UidValidity == account.UidValidity && account.UidNext > 0 ? account.UidNext
            : account.ReadSince is { } day ? await FirstAsync(session, mailbox, day, cancellation)
            : 1;
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

    // Moved into the mailbox later, an older letter is read all the same: somebody wanted it here.
    private static async Task<long> FirstAsync(ImapSession session, ImapMailbox mailbox, DateOnly day, CancellationToken cancellation) =>
        await session.SinceAsync(day, cancellation) is [var first, ..] ? first
        : mailbox.UidNext > 0 ? mailbox.UidNext
        : (await session.NumbersAsync(1, cancellation)).Select(n => n + 1).LastOrDefault(1);

    private Task<int> SaveAsync(long account, long validity, long next, CancellationToken cancellation) =>
        database.Set<MailAccount>().Where(a => a.Id == account).ExecuteUpdateAsync(a => a.SetProperty(x => x.UidValidity, validity).SetProperty(x => x.UidNext, next), cancellation);
}
