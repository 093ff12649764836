using Crm.Plugin.Features.Mail.Letters;
using Crm.Plugin.Features.Mail.Servers;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>A letter that reading would keep.</summary>
/// <param name="From">Its sender.</param>
/// <param name="Subject">Null for none.</param>
/// <param name="At">When it was sent, as it says; null when it says nothing.</param>
/// <param name="Counterparty">Whose timeline it would stand on; null for the queue of the unmatched.</param>
public sealed record ForeseenLetter(string From, string? Subject, DateTimeOffset? At, string? Counterparty);

/// <summary>What the first reading of an account would do.</summary>
/// <param name="Waiting">So many letters there are.</param>
/// <param name="Seen">So many of them, the newest, were looked at.</param>
/// <param name="Reasons">How many of these would be stored, queued or passed over.</param>
/// <param name="Kept">Those that would be kept, newest first. Of the others nothing is shown: they may be private.</param>
public sealed record MailOutlook(int Waiting, int Seen, IReadOnlyList<(string Reason, int Letters)> Reasons, IReadOnlyList<ForeseenLetter> Kept);

/// <summary>Looks into a mailbox or a folder before its first reading. Stores nothing and changes nothing there.</summary>
internal sealed class MailPreview(CrmDbContext database, MailAccounts accounts, MailIntake intake, MailTrust trust, TimeProvider clock)
{
    /// <summary>As many as can be looked at while somebody waits.</summary>
    private const int Most = 200;

    /// <exception cref="MailException">As reading fails.</exception>
    public async Task<MailOutlook> LookAsync(MailAccount account, CancellationToken cancellation)
    {
        var (waiting, heads) = account.Source == MailSource.Imap ? await MailboxAsync(account, cancellation) : Folder(account);
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var kept = new List<(ReceivedLetter Letter, MailMatch? Match)>();
        foreach (var letter in heads.Select(LetterReader.Read))
        {
            var verdict = await intake.JudgeAsync(account, letter, cancellation);
            reasons[verdict.Reason] = reasons.GetValueOrDefault(verdict.Reason) + 1;
            if (verdict.Reason is "stored" or "unmatched")
            {
                kept.Add((letter, verdict.Match));
            }
        }

        var ids = kept.Where(k => k.Match is not null).Select(k => k.Match!.CounterpartyId).Distinct().ToList();
        var names = await database.Set<CounterpartyRecord>().Where(c => ids.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, cancellation);
        return new(
            waiting, heads.Count, [.. reasons.OrderBy(r => r.Key switch { "stored" => 0, "unmatched" => 1, _ => 2 }).Select(r => (r.Key, r.Value))],
            [.. kept.Select(k => new ForeseenLetter(k.Letter.From!.Address, k.Letter.Subject, k.Letter.Date, k.Match is { } m ? names.GetValueOrDefault(m.CounterpartyId) : null)).OrderByDescending(l => l.At)]);
    }

    private async Task<(int Waiting, IReadOnlyList<byte[]> Heads)> MailboxAsync(MailAccount account, CancellationToken cancellation)
    {
        await using var session = await ImapSession.OpenAsync(accounts.Incoming(account), trust, clock, cancellation);
        await session.ExamineAsync(account.InFolder ?? "INBOX", cancellation);
        var uids = account.ReadSince is { } day ? await session.SinceAsync(day, cancellation) : await session.NumbersAsync(1, cancellation);
        return (uids.Count, uids.Count == 0 ? [] : await session.HeadsAsync([.. uids.TakeLast(Most)], cancellation));
    }

    private static (int Waiting, IReadOnlyList<byte[]> Heads) Folder(MailAccount account)
    {
        var files = FolderMail.Letters(account).Files;
        return (files.Count, [.. files.OrderByDescending(f => f.LastWriteTimeUtc).Take(Most).Where(f => f.Length <= MailIntake.MostBytes).Select(f => File.ReadAllBytes(f.FullName))]);
    }
}
