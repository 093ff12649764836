using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Mail.Letters;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>What becomes of a letter.</summary>
/// <param name="Reason">As it is counted, see <see cref="MailWords.Reason"/>.</param>
/// <param name="Match">Whom it belongs to; null for nobody known, and for several among whom a user has to choose.</param>
/// <param name="IsOutgoing">Whether it is one of ours.</param>
internal sealed record MailVerdict(string Reason, MailMatch? Match, bool IsOutgoing);

/// <summary>
/// Takes one raw letter in: stored on a timeline, put into the queue of the unmatched, or passed over with a reason. Taking it in again, from
/// whatever mailbox, changes nothing.
/// </summary>
internal sealed class MailIntake(CrmDbContext database, MailMatcher matcher, MailBounces bounces, MailFiles files, TimeProvider clock)
{
    /// <summary>Larger letters are counted and left where they are.</summary>
    public const int MostBytes = 40 << 20;

    /// <returns>The reason that was counted, see <see cref="MailWords.Reason"/>.</returns>
    public async Task<string> TakeAsync(MailAccount account, byte[] raw, CancellationToken cancellation)
    {
        var letter = raw.Length > MostBytes ? null : LetterReader.Read(raw);
        string outcome;
        if (letter is null)
        {
            outcome = "skipped.too-big";
        }
        else if (await bounces.TakeAsync(letter, cancellation) is { } report)
        {
            outcome = report;
        }
        else
        {
            var verdict = await JudgeAsync(account, letter, cancellation);
            outcome = verdict.Reason is "stored" or "unmatched" ? await KeepAsync(account, letter, verdict, raw, cancellation) : verdict.Reason;
        }

        foreach (var reason in outcome == "stored" ? new[] { "fetched", "matched", "stored" } : ["fetched", outcome])
        {
            await CountAsync(database, account.Id, reason, cancellation);
        }

        return outcome;
    }

    /// <summary>What becomes of a letter that is no report of a mail server; its head is enough. Changes nothing.</summary>
    public async Task<MailVerdict> JudgeAsync(MailAccount account, ReceivedLetter letter, CancellationToken cancellation)
    {
        if (letter.From is not { } from || letter.IsAutomatic)
        {
            return new(letter.From is null ? "skipped.unreadable" : "skipped.automatic", null, false);
        }

        if (await KnownAsync(letter, cancellation) is { } known)
        {
            return new(known, null, false);
        }

        var isOutgoing = await IsOwnAsync(database, from.Address, cancellation);
        var found = await matcher.FindAsync(letter, isOutgoing, cancellation);
        // Of a letter of nobody known nothing is kept, unless the account has a queue: private mail is nobody's business here.
        return new(found.Count == 1 ? "stored" : found.Count == 0 && (isOutgoing || !account.KeepsUnknown) ? "skipped.unknown" : "unmatched", found.Count == 1 ? found[0] : null, isOutgoing);
    }

    public static async Task CountAsync(CrmDbContext database, long account, string reason, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(
            "INSERT INTO mail_count (account_id, reason, letters) VALUES (@account, @reason, 1) ON CONFLICT (account_id, reason) DO UPDATE SET letters = mail_count.letters + 1",
            [("@account", account), ("@reason", reason)], cancellation);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Puts a letter on a counterparty's timeline, in the caller's transaction.</summary>
    public static async Task StoreAsync(CrmDbContext database, MailIn mail, MailMatch match, bool isOutgoing, DateTimeOffset now, CancellationToken cancellation)
    {
        var login = await database.Set<CounterpartyRecord>().Where(c => c.Id == match.CounterpartyId).Select(c => c.ManagerLogin).FirstOrDefaultAsync(cancellation);
        var responsible = login is null ? 0 : await database.Set<UserAccount>().Where(a => a.Login == login).Select(a => a.Id).FirstOrDefaultAsync(cancellation);
        var interaction = InteractionText.New(match.CounterpartyId, InteractionState.Done, responsible, 0, now);
        InteractionText.Apply(
            new()
            {
                CounterpartyId = match.CounterpartyId, State = InteractionState.Done, Kind = InteractionKind.Email, PersonId = match.PersonId, CardId = match.CardId,
                Direction = isOutgoing ? InteractionDirection.Outgoing : InteractionDirection.Incoming,
                Subject = Cut(mail.Subject, 200), Content = Cut(mail.Text, LetterText.Beginning), StartedAt = mail.SentAt,
            }, interaction, now);
        database.Add(interaction);
        await database.SaveChangesAsync(cancellation);
        await InteractionWords.AddAsync(database, interaction.Id, LetterText.Of(mail.Text, mail.Attachments), cancellation);
        (mail.State, mail.CounterpartyId, mail.PersonId, mail.CardId, mail.InteractionId) = (MailInState.Stored, match.CounterpartyId, match.PersonId, match.CardId, interaction.Id);
    }

    /// <summary>Whether an address is one of the company's own accounts: what it wrote is a letter of ours.</summary>
    public static async Task<bool> IsOwnAsync(CrmDbContext database, string address, CancellationToken cancellation) =>
        (await database.Set<MailAccount>().Select(a => a.FromAddress).Take(1_000).ToListAsync(cancellation)).Exists(a => MailAddressRule.Fold(a) == MailAddressRule.Fold(address));

    private async Task<string?> KnownAsync(ReceivedLetter letter, CancellationToken cancellation) =>
        await database.Set<MailOut>().AnyAsync(m => m.MessageId == letter.MessageId, cancellation) ? "skipped.own"
        : await database.Set<MailIn>().AnyAsync(m => m.MessageId == letter.MessageId, cancellation) ? "skipped.known"
        : null;

    private async Task<string> KeepAsync(MailAccount account, ReceivedLetter letter, MailVerdict verdict, byte[] raw, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var mail = Record(account, letter, now);
        mail.File = await files.KeepAsync("in", now, raw, cancellation);
        try
        {
            await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
            database.Add(mail);
            await database.SaveChangesAsync(cancellation);
            if (verdict.Match is { } match)
            {
                await StoreAsync(database, mail, match, verdict.IsOutgoing, now, cancellation);
                database.Update(mail);
                await database.SaveChangesAsync(cancellation);
            }

            await transaction.CommitAsync(cancellation);
        }
        catch (DbUpdateException) when (!cancellation.IsCancellationRequested)
        {
            // Another process took the same letter in at the same moment; anything else fails again below.
            files.Delete(mail.File);
            database.ChangeTracker.Clear();
            return await KnownAsync(letter, cancellation) ?? throw new MailException("mail.not-stored", false);
        }

        database.ChangeTracker.Clear();
        return verdict.Reason;
    }

    private static MailIn Record(MailAccount account, ReceivedLetter letter, DateTimeOffset now) => new()
    {
        MessageId = CleanText.Of(letter.MessageId),
        AccountId = account.Id,
        State = MailInState.Unmatched,
        FromAddress = CleanText.Of(letter.From!.Address),
        FromName = Cut(letter.From.Name, 200),
        Recipients = Cut(string.Join(", ", letter.Recipients.Select(r => r.Address)), 1_000),
        Subject = Cut(letter.Subject, 300),
        SentAt = letter.Date is { } date && date < now.AddDays(1) ? date : now,
        ReceivedAt = now,
        InReplyTo = letter.InReplyTo is { } reply ? CleanText.Of(reply) : null,
        ReferenceIds = letter.References.Count == 0 ? letter.InReplyTo : CleanText.Of(string.Join(' ', letter.References)),
        Text = Cut(letter.Text ?? (letter.Html is { } html ? HtmlClean.Text(html) : null), 1_000_000),
        Html = Cut(letter.Html, 2_000_000),
        Attachments = MailFiles.Write([.. letter.Attachments.Select(a => new MailFile(CleanText.Of(a.Name), a.Type, a.Size, null))]),
    };

    private static string? Cut(string? text, int most) => string.IsNullOrWhiteSpace(text) ? null : CleanText.Of(text.Length <= most ? text : text[..most]);
}
