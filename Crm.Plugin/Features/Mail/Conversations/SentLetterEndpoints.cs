using System.Globalization;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Conversations;

/// <summary>A sent letter as it left, for whoever may read its counterparty; and the letter behind a contact.</summary>
internal static class SentLetterEndpoints
{
    public static async Task<IResult> ShowAsync(long id, CrmDbContext database, Conversation conversation, CurrentUser user, CancellationToken cancellation)
    {
        if (await FindAsync(id, database, user, cancellation) is not { } mail)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        return Screen.Of<SentLetterPage>(new
        {
            Mail = mail,
            Counterparty = mail.CounterpartyId is { } c ? await database.Set<CounterpartyRecord>().Where(r => r.Id == c).Select(r => r.Name).FirstOrDefaultAsync(cancellation) : null,
            Author = mail.UserId is { } a ? await database.Set<UserAccount>().Where(u => u.Id == a).Select(u => u.Name).FirstOrDefaultAsync(cancellation) : null,
            Letters = mail.CounterpartyId is { } whose ? await conversation.ReadAsync(whose, mail.MessageId, mail.ReferenceIds, cancellation) : [],
        });
    }

    public static async Task<IResult> FileAsync(long id, int no, CrmDbContext database, MailFiles files, CurrentUser user, CancellationToken cancellation)
    {
        if (await FindAsync(id, database, user, cancellation) is not { } mail || no < 0 || MailFiles.List(mail.Attachments).ElementAtOrDefault(no) is not { File: { } name } file)
        {
            return TypedResults.NotFound();
        }

        try
        {
            // Always as a download and never as what it says it is: nothing runs on our pages.
            return TypedResults.File(await files.ReadFileAsync(name, cancellation), "application/octet-stream", file.Name);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return TypedResults.NotFound(); // the data folder no longer has it
        }
    }

    /// <summary>The letter behind a contact of the timeline; the contact itself where it was typed in and has none.</summary>
    public static async Task<IResult> OfInteractionAsync(long id, CrmDbContext database, CancellationToken cancellation)
    {
        if (await database.Set<MailIn>().Where(m => m.InteractionId == id).Select(m => (long?)m.Id).FirstOrDefaultAsync(cancellation) is { } received)
        {
            return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/mail/{received}"));
        }

        return await database.Set<MailOut>().Where(m => m.InteractionId == id).Select(m => (long?)m.Id).FirstOrDefaultAsync(cancellation) is { } sent
            ? TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/mail/sent/{sent}"))
            : TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/interactions/{id}"));
    }

    /// <summary>Notices to users are nobody else's business; a letter of no counterparty is its author's.</summary>
    private static Task<MailOut?> FindAsync(long id, CrmDbContext database, CurrentUser user, CancellationToken cancellation) =>
        database.Set<MailOut>().Where(m => m.Id == id && m.Purpose != MailPurpose.Notice
            && (m.CounterpartyId == null ? m.UserId == user.Id || user.IsAdministrator : database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Any(c => c.Id == m.CounterpartyId)))
            .FirstOrDefaultAsync(cancellation);
}
