using System.Globalization;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Jobs;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Hands notices to the outgoing mail. Claim, letter and mark are one transaction, so each is handed over once whatever is killed.</summary>
internal sealed class NoticeLetters(CrmDbContext database, NoticeStore notices, NoticeText texts, AccountDirectory accounts, NoticeWishes wishes, IStringLocalizer<Texts> words, TimeProvider clock)
{
    private const int BatchSize = 100;

    /// <returns>How many letters were written.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var written = 0;
        int taken;
        do
        {
            taken = await BatchAsync(cancellation);
            written += taken;
        }
        while (taken == BatchSize);
        return written;
    }

    private async Task<int> BatchAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var due = await database.ReadAsync(
            $"SELECT notice_id, user_id, round FROM notice_delivery WHERE state = 0 AND channel = {(int)NoticeChannels.Email} AND next_at <= @now ORDER BY next_at LIMIT {BatchSize}{Claims.Skip(database)}",
            [("@now", Instant.ToMicroseconds(now))], row => (Notice: row.GetInt64(0), User: row.GetInt64(1), Round: row.GetInt32(2)), cancellation);
        foreach (var mine in due.GroupBy(d => d.User))
        {
            var user = await accounts.FindAsync(mine.Key, null, cancellation);
            var address = await database.Set<UserAccount>().Where(a => a.Id == mine.Key).Select(a => a.Email).FirstOrDefaultAsync(cancellation);
            var lines = user is null ? [] : (await notices.ReadAsync(user, mine.Select(m => m.Notice), cancellation)).ToDictionary(l => l.Id);
            var root = (await wishes.ReadAsync(database, [], cancellation)).Company?.PublicAddress;
            foreach (var (notice, _, round) in mine)
            {
                var line = lines.GetValueOrDefault(notice);
                var error = line is null ? "notice.out-of-reach" : line.IsSettled ? "notice.settled" : string.IsNullOrWhiteSpace(address) ? "notice.no-address" : null;
                if (error is null)
                {
                    await MailQueue.AddAsync(database, Letter(user!, address!, line!, round, root), now, cancellation);
                }

                if (error == "notice.no-address")
                {
                    await notices.PutOnBellAsync([notice], cancellation);
                }

                await MarkAsync(notice, round, error, now, cancellation);
            }
        }

        await transaction.CommitAsync(cancellation);
        return due.Count;
    }

    private OutgoingMail Letter(CurrentUser user, string address, NoticeLine line, int round, string? root)
    {
        using var speaking = new Speaking(user.Language);
        var title = texts.Title(line, user.Zone);
        var subject = line.Counterparty is { } name ? $"{title} – {name}" : title;
        var link = line.Link(root) is { } url ? $"\n\n{url}" : "";
        return new()
        {
            Key = string.Create(CultureInfo.InvariantCulture, $"notice:{line.Id}:{round}"),
            Purpose = MailPurpose.Notice,
            ToAddress = address,
            ToName = user.Name,
            Subject = subject,
            Text = $"{subject}{link}\n\n-- \n{words["You chose to be told of this in the CRM's notification settings."].Value}\n",
        };
    }

    private Task<int> MarkAsync(long notice, int round, string? error, DateTimeOffset now, CancellationToken cancellation)
    {
        var (state, at) = (error is null ? DeliveryState.Delivered : DeliveryState.Failed, error is null ? now : (DateTimeOffset?)null);
        return database.Set<NoticeDelivery>().Where(d => d.NoticeId == notice && d.Channel == NoticeChannels.Email && d.Round == round)
            .ExecuteUpdateAsync(d => d.SetProperty(x => x.State, state).SetProperty(x => x.DeliveredAt, at).SetProperty(x => x.Error, error).SetProperty(x => x.Attempts, x => x.Attempts + 1), cancellation);
    }
}
