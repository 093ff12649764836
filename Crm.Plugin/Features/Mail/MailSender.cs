using Crm.Plugin.Features.Mail.Letters;
using Crm.Plugin.Features.Mail.Servers;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Jobs;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>
/// Hands queued letters to the mail server. A letter is claimed for some minutes; one whose process died meanwhile is sent again with the
/// same Message-ID and date, by which servers and readers know a repetition.
/// </summary>
internal sealed partial class MailSender(CrmDbContext database, MailAccounts accounts, MailFiles files, UnsubscribeLinks links, MailTrust trust, TimeProvider clock, ILogger<MailSender> log)
{
    private const int BatchSize = 20;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SilentStays = TimeSpan.FromMinutes(1);

    private HashSet<string> silent = [];
    private DateTimeOffset silentUntil;

    /// <returns>How many letters the server took.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var sent = 0;
        while (true)
        {
            var claimed = await ClaimAsync(cancellation);
            foreach (var mine in claimed.GroupBy(m => m.AccountId))
            {
                sent += await AccountAsync(mine.Key, [.. mine], cancellation);
            }

            if (claimed.Count < BatchSize)
            {
                return sent;
            }
        }
    }

    private async Task<List<MailOut>> ClaimAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var ids = await database.ReadAsync(
            $"SELECT id FROM mail_out WHERE state = 0 AND next_at <= @now ORDER BY next_at, id LIMIT {BatchSize}{Claims.Skip(database)}", [("@now", Instant.ToMicroseconds(now))], row => row.GetInt64(0), cancellation);
        await database.Set<MailOut>().Where(m => ids.Contains(m.Id)).ExecuteUpdateAsync(m => m.SetProperty(x => x.NextAt, now + Lease).SetProperty(x => x.Attempts, x => x.Attempts + 1), cancellation);
        await transaction.CommitAsync(cancellation);
        return await database.Set<MailOut>().Where(m => ids.Contains(m.Id)).OrderBy(m => m.Id).ToListAsync(cancellation);
    }

    private async Task<int> AccountAsync(long? accountId, List<MailOut> letters, CancellationToken cancellation)
    {
        var sent = 0;
        var open = letters.ToDictionary(l => l.Id);
        SmtpSession? session = null;
        try
        {
            var account = await accounts.FindAsync(accountId, cancellation) ?? throw new MailException("mail.no-account", false);
            foreach (var letter in letters)
            {
                // Asked at the last moment: who has unsubscribed since the letter was written gets none.
                if (await MailSuppressions.HoldsAsync(database, letter, () => SilentAsync(cancellation), cancellation))
                {
                    await MarkAsync(letter, MailState.Suppressed, "mail.suppressed", null, cancellation);
                    open.Remove(letter.Id);
                    continue;
                }

                session ??= await SmtpSession.OpenAsync(accounts.Server(account), trust, clock, cancellation);
                try
                {
                    using var written = await WriteAsync(account, letter, cancellation);
                    await session.SendAsync(LetterWriter.Mailbox(null, account.FromAddress), LetterWriter.Mailbox(null, letter.ToAddress), written, cancellation);
                    await MarkAsync(letter, MailState.Sent, null, null, cancellation);
                    open.Remove(letter.Id);
                    sent++;
                }
                catch (MailException failure) when (failure.Code != "mail.unreachable")
                {
                    await FailAsync(letter, failure, cancellation);
                    open.Remove(letter.Id);
                }
            }
        }
        catch (MailException failure)
        {
            foreach (var letter in open.Values)
            {
                await FailAsync(letter, failure, cancellation);
            }
        }
        finally
        {
            if (session is not null)
            {
                await session.DisposeAsync();
            }
        }

        return sent;
    }

    /// <summary>Whose addresses nobody writes to, read once a minute of a mailing: reading them takes as long as there are many.</summary>
    private async Task<HashSet<string>> SilentAsync(CancellationToken cancellation)
    {
        if (clock.GetUtcNow() is var now && now >= silentUntil)
        {
            (silent, silentUntil) = (await People.DoNotContact.EmailsAsync(database, cancellation), now + SilentStays);
        }

        return silent;
    }

    private async Task<MimeKit.MimeMessage> WriteAsync(MailAccount account, MailOut letter, CancellationToken cancellation)
    {
        var way = letter.Purpose == MailPurpose.Bulk ? await links.ForAsync(letter.ToAddress, cancellation) : null;
        return LetterWriter.Write(new()
        {
            MessageId = letter.MessageId,
            Date = letter.CreatedAt,
            FromAddress = account.FromAddress,
            FromName = account.FromName,
            ToAddress = letter.ToAddress,
            ToName = letter.ToName,
            Subject = letter.Subject,
            Text = way is null ? letter.Text : $"{letter.Text}\n\n{way.AbsoluteUri}\n",
            InReplyTo = letter.InReplyTo,
            References = letter.ReferenceIds,
            Unsubscribe = way,
            Files = await files.ReadAsync(letter.Attachments, cancellation),
        });
    }

    private Task<int> FailAsync(MailOut letter, MailException failure, CancellationToken cancellation)
    {
        var again = failure.IsPermanent ? null : RetryRule.After(letter.Attempts);
        LogFailed(log, letter.Id, failure.Code, letter.Attempts);
        return MarkAsync(letter, again is null ? MailState.Failed : MailState.Queued, failure.Code, again, cancellation);
    }

    private Task<int> MarkAsync(MailOut letter, MailState state, string? error, TimeSpan? again, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var (sentAt, next) = (state == MailState.Sent ? now : (DateTimeOffset?)null, now + (again ?? TimeSpan.Zero));
        return database.Set<MailOut>().Where(m => m.Id == letter.Id)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.State, state).SetProperty(x => x.Error, error).SetProperty(x => x.SentAt, sentAt).SetProperty(x => x.NextAt, next), cancellation);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Letter {Letter} was not sent: {Code}, attempt {Attempt}")]
    private static partial void LogFailed(ILogger logger, long letter, string code, int attempt);
}
