using System.Globalization;
using System.Text;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Notifications;

/// <summary>One e-mail a day with what is still unread, at the minute of the day that the user chose; none when there is nothing.</summary>
internal sealed class Digests(CrmDbContext database, NoticeStore notices, NoticeText texts, AccountDirectory accounts, IStringLocalizer<Texts> words, TimeProvider clock)
{
    private const int Longest = 50;

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var written = 0;
        foreach (var settings in await database.Set<NoticeSettings>().Where(s => s.DigestMinute != null && s.UserId != 0).ToListAsync(cancellation))
        {
            if (await accounts.FindAsync(settings.UserId, null, cancellation) is not { } user)
            {
                continue;
            }

            var (now, today) = (clock.GetUtcNow(), LocalTime.DayOf(clock.GetUtcNow(), user.Zone));
            if (!(settings.DigestedOn >= today) && now >= QuietRule.At(today, settings.DigestMinute!.Value, user.Zone))
            {
                written += await WriteAsync(user, today, now, cancellation);
            }
        }

        return written;
    }

    /// <summary>The day's mark and its letter are one transaction: two processes or a kill make no second one and lose none.</summary>
    private async Task<int> WriteAsync(CurrentUser user, DateOnly today, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await database.Set<NoticeSettings>().Where(s => s.UserId == user.Id && (s.DigestedOn == null || s.DigestedOn < today)).ExecuteUpdateAsync(s => s.SetProperty(x => x.DigestedOn, today), cancellation) == 0)
        {
            return 0;
        }

        var lines = (await notices.ListAsync(user, null, Longest, cancellation)).Where(l => !l.IsRead).ToList();
        var address = await database.Set<UserAccount>().Where(a => a.Id == user.Id).Select(a => a.Email).FirstOrDefaultAsync(cancellation);
        var written = 0;
        if (lines.Count > 0 && !string.IsNullOrWhiteSpace(address))
        {
            var root = await database.Set<NoticeSettings>().Where(s => s.UserId == 0).Select(s => s.PublicAddress).FirstOrDefaultAsync(cancellation);
            written = await MailQueue.AddAsync(database, Letter(user, address, today, lines, root), now, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return written;
    }

    private OutgoingMail Letter(CurrentUser user, string address, DateOnly today, List<NoticeLine> lines, string? root)
    {
        using var speaking = new Speaking(user.Language);
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append("• ").Append(texts.Title(line, user.Zone));
            text.Append(line.Counterparty is { } name ? $" – {name}" : "").Append('\n');
            if (root is not null && line.Address is { } path)
            {
                text.Append("  ").Append(root.TrimEnd('/')).Append(path).Append('\n');
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
