using System.Globalization;
using System.Text;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Notifications;

/// <summary>
/// One e-mail a day with what is still unread of the kinds that the user ticked for it, each notice once, at the minute of the day
/// that the user chose; none when there is nothing.
/// </summary>
internal sealed class Digests(CrmDbContext database, NoticeStore notices, NoticeText texts, AccountDirectory accounts, NoticeWishes wishes, IEnumerable<NoticeKind> kinds, IStringLocalizer<Texts> words, TimeProvider clock)
{
    /// <summary>Half past eight, for who has chosen no time.</summary>
    public const int UsualMinute = (8 * 60) + 30;

    private const int Longest = 50;

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var written = 0;
        var waiting = await notices.DigestUsersAsync(cancellation);
        var wanted = await wishes.ReadAsync(database, [.. waiting.Select(w => w.User)], cancellation);
        foreach (var (id, since) in waiting)
        {
            if (await accounts.FindAsync(id, null, cancellation) is not { } user)
            {
                continue;
            }

            var (now, today, settings) = (clock.GetUtcNow(), LocalTime.DayOf(clock.GetUtcNow(), user.Zone), wanted.Settings(id));
            var at = QuietRule.At(today, settings?.DigestMinute ?? UsualMinute, user.Zone);
            // What was told after today's time waits for tomorrow's.
            if (!(settings?.DigestedOn >= today) && now >= at && since <= at)
            {
                written += await WriteAsync(user, wanted, today, now, cancellation);
            }
        }

        return written;
    }

    /// <summary>The day's mark, its letter and what stood in it are one transaction: two processes or a kill make no second one and lose none.</summary>
    private async Task<int> WriteAsync(CurrentUser user, Wishes wanted, DateOnly today, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (!await ClaimAsync(user.Id, today, cancellation))
        {
            return 0;
        }

        var lines = await notices.DigestAsync(user, [.. kinds.Select(k => k.Code).Where(k => wanted.Channels(user.Id, k).HasFlag(NoticeChannels.Digest))], Longest, cancellation);
        var address = await database.Set<UserAccount>().Where(a => a.Id == user.Id).Select(a => a.Email).FirstOrDefaultAsync(cancellation);
        var written = 0;
        if (lines.Count > 0 && string.IsNullOrWhiteSpace(address))
        {
            await notices.PutOnBellAsync(lines.Select(l => l.Id), cancellation);
        }
        else if (lines.Count > 0)
        {
            written = await MailQueue.AddAsync(database, Letter(user, address!, today, lines, wanted.Company?.PublicAddress), now, cancellation);
        }

        await notices.DigestedAsync(lines.Select(l => l.Id), cancellation);
        await transaction.CommitAsync(cancellation);
        return written;
    }

    /// <summary>The user's row may not be there yet: who never saved any settings has the usual ones.</summary>
    private async Task<bool> ClaimAsync(long user, DateOnly today, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(
            """
            INSERT INTO notice_settings (user_id, digested_on) VALUES (@user, @today)
            ON CONFLICT (user_id) DO UPDATE SET digested_on = @today WHERE notice_settings.digested_on IS NULL OR notice_settings.digested_on < @today
            """, [("@user", user), ("@today", today.DayNumber)], cancellation);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    private OutgoingMail Letter(CurrentUser user, string address, DateOnly today, List<NoticeLine> lines, string? root)
    {
        using var speaking = new Speaking(user.Language);
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append("• ").Append(texts.Title(line, user.Zone));
            text.Append(line.Counterparty is { } name ? $" – {name}" : "").Append('\n');
            if (line.Link(root) is { } link)
            {
                text.Append("  ").Append(link).Append('\n');
            }
        }

        return new()
        {
            Key = string.Create(CultureInfo.InvariantCulture, $"digest:{user.Id}:{today.DayNumber}"),
            Purpose = MailPurpose.Notice,
            ToAddress = address,
            ToName = user.Name,
            Subject = words["Your notifications of {0}: {1}", today.ToString("d", CultureInfo.CurrentCulture), lines.Count],
            Text = text.ToString(),
        };
    }
}
