using System.Globalization;
using Crm.Plugin.Features.Mail.Letters;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>A letter that waits for somebody to say whose it is.</summary>
/// <param name="Mail">The letter.</param>
/// <param name="Candidates">Counterparties that have the address, then those that have another of its domain; or what was searched for.</param>
public sealed record UnmatchedLetter(MailIn Mail, IReadOnlyList<ContactLog.Choice> Candidates);

/// <summary>The queue of the unmatched, and one received letter.</summary>
internal static class MailInboxEndpoints
{
    private const int PageSize = 30;

    public static async Task<IResult> QueueAsync(long? before, string? find, long? of, CrmDbContext database, MailCandidates candidates, CancellationToken cancellation) =>
        await QueueAsync(before, find, of, [], database, candidates, cancellation);

    private static async Task<IResult> QueueAsync(long? before, string? find, long? of, IReadOnlyList<ContactLog.Refusal> refusals, CrmDbContext database, MailCandidates candidates, CancellationToken cancellation)
    {
        var edge = before ?? long.MaxValue;
        var mails = await database.Set<MailIn>().Where(m => m.State == MailInState.Unmatched && m.Id < edge).OrderByDescending(m => m.Id).Take(PageSize + 1).ToListAsync(cancellation);
        var next = mails.Count > PageSize ? mails[PageSize - 1].Id : (long?)null;
        var letters = new List<UnmatchedLetter>();
        foreach (var mail in mails.Take(PageSize))
        {
            letters.Add(new(mail, of == mail.Id && !string.IsNullOrWhiteSpace(find) ? await candidates.FindAsync(find, cancellation) : await candidates.OfAsync(mail, cancellation)));
        }

        return Screen.Of<MailQueuePage>(new { Letters = (IReadOnlyList<UnmatchedLetter>)letters, Next = next, Of = of, Find = find, Refusals = refusals });
    }

    public static async Task<IResult> ShowAsync(long id, CrmDbContext database, Conversations.Conversation conversation, CurrentUser user, CancellationToken cancellation) =>
        await FindAsync(id, database, user, cancellation) is not { } mail
            ? Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound })
            : Screen.Of<MailPage>(new
            {
                Mail = mail,
                Counterparty = mail.CounterpartyId is { } c ? await database.Set<CounterpartyRecord>().Where(r => r.Id == c).Select(r => r.Name).FirstOrDefaultAsync(cancellation) : null,
                Letters = mail.CounterpartyId is { } whose ? await conversation.ReadAsync(whose, mail.MessageId, mail.ReferenceIds, cancellation) : [],
            });

    public static async Task<IResult> FileAsync(long id, int no, CrmDbContext database, MailFiles files, CurrentUser user, CancellationToken cancellation)
    {
        if (await FindAsync(id, database, user, cancellation) is not { File: { } raw })
        {
            return TypedResults.NotFound();
        }

        var attachments = LetterReader.Read(await files.ReadFileAsync(raw, cancellation)).Attachments;
        // Always as a download and never as what it says it is: nothing of a stranger's runs on our pages.
        return no >= 0 && no < attachments.Count ? TypedResults.File(attachments[no].Read(), "application/octet-stream", attachments[no].Name) : TypedResults.NotFound();
    }

    public static async Task<IResult> AssignAsync(
        long id, HttpContext http, CrmDbContext database, MailMatcher matcher, MailCandidates candidates, AuditLog audit, ContactLog.InteractionPlace place, TimeProvider clock, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation));
        if (await database.Set<MailIn>().FirstOrDefaultAsync(m => m.Id == id && m.State == MailInState.Unmatched, cancellation) is not { } waiting)
        {
            return TypedResults.NotFound();
        }

        if (!long.TryParse(form["counterparty"], NumberStyles.None, CultureInfo.InvariantCulture, out var counterparty) || !await place.IsWritableAsync(counterparty, cancellation))
        {
            // From this letter on, so that it and what was searched for are in sight whatever page it stood on.
            return (await QueueAsync(id + 1, form["find"], id, [new("counterparty", MailRefusals.NoCounterparty)], database, candidates, cancellation)).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        var isOutgoing = await MailIntake.IsOwnAsync(database, waiting.FromAddress, cancellation);
        var match = new MailMatch(counterparty, null);
        foreach (var address in MailCandidates.OtherSide(waiting, isOutgoing))
        {
            match = (await matcher.OfAddressAsync(address, cancellation)).FirstOrDefault(m => m.CounterpartyId == counterparty) ?? match;
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        // Claimed first, so that two who assign the same letter do not make two contacts.
        if (await database.Set<MailIn>().Where(m => m.Id == id && m.State == MailInState.Unmatched).ExecuteUpdateAsync(m => m.SetProperty(x => x.State, MailInState.Stored), cancellation) == 0)
        {
            return TypedResults.NotFound();
        }

        var mail = await database.Set<MailIn>().AsTracking().FirstAsync(m => m.Id == id, cancellation);
        await MailIntake.StoreAsync(database, mail, match, isOutgoing, clock.GetUtcNow(), cancellation);
        audit.Note(database, "mail.assigned", "mail", id.ToString(CultureInfo.InvariantCulture));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/mail/{id}"));
    }

    /// <summary>Forgets the letter; its number stays, so that it does not come again.</summary>
    public static async Task<IResult> IgnoreAsync(long id, CrmDbContext database, MailFiles files, AuditLog audit, CancellationToken cancellation)
    {
        var mail = await database.Set<MailIn>().AsTracking().FirstOrDefaultAsync(m => m.Id == id && m.State == MailInState.Unmatched, cancellation);
        if (mail is null)
        {
            return TypedResults.NotFound();
        }

        var raw = mail.File;
        (mail.State, mail.Text, mail.Html, mail.Subject, mail.Recipients, mail.FromName, mail.Attachments, mail.File) = (MailInState.Ignored, null, null, null, null, null, null, null);
        mail.FromAddress = "";
        audit.Note(database, "mail.ignored", "mail", id.ToString(CultureInfo.InvariantCulture));
        await database.SaveChangesAsync(cancellation);
        if (raw is not null)
        {
            files.Delete(raw);
        }

        return TypedResults.Redirect("/mail");
    }

    /// <summary>A stored letter is read by who may read its counterparty; one of nobody's by everybody who sorts the queue.</summary>
    private static Task<MailIn?> FindAsync(long id, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var sorts = MailSorters.Has(user);
        return database.Set<MailIn>().Where(m => m.Id == id && ((m.State == MailInState.Unmatched && sorts) || (m.State == MailInState.Stored && database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Any(c => c.Id == m.CounterpartyId))))
            .FirstOrDefaultAsync(cancellation);
    }
}
