using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>A letter to be sent.</summary>
public sealed record OutgoingMail
{
    /// <summary>The same deed gives the same key: a letter is queued once.</summary>
    public required string Key { get; init; }

    public required MailPurpose Purpose { get; init; }

    public required string ToAddress { get; init; }

    public string? ToName { get; init; }

    public required string Subject { get; init; }

    public required string Text { get; init; }

    public long? AccountId { get; init; }

    public long? CounterpartyId { get; init; }

    public long? InteractionId { get; init; }

    public long? UserId { get; init; }

    public string? InReplyTo { get; init; }

    public string? ReferenceIds { get; init; }

    public string? Attachments { get; init; }
}

/// <summary>Puts letters into the outbox, in the caller's transaction: they are sent exactly when the deed that wrote them is kept.</summary>
internal static class MailQueue
{
    /// <returns>1 when it is new, 0 when a letter of this key is there.</returns>
    public static async Task<int> AddAsync(CrmDbContext database, OutgoingMail mail, DateTimeOffset now, CancellationToken cancellation)
    {
        var moment = Instant.ToMicroseconds(now);
        var from = await database.Set<MailAccount>().Where(a => a.IsActive && (mail.AccountId == null ? a.IsDefault : a.Id == mail.AccountId)).Select(a => a.FromAddress).FirstOrDefaultAsync(cancellation);
        // Numbered here and never again: a repetition after a lost answer carries the same number.
        var id = $"crm.{Guid.CreateVersion7(now):N}@{(from?.LastIndexOf('@') is { } at and >= 0 ? from[(at + 1)..] : "crm.invalid")}";
        const string Sql = """
            INSERT INTO mail_out (key, message_id, purpose, account_id, counterparty_id, interaction_id, user_id, to_address, to_name, subject, text, in_reply_to, reference_ids, attachments, state, attempts, next_at, created_at)
            VALUES (@key, @id, @purpose, @account, @counterparty, @interaction, @user, @to, @name, @subject, @text, @reply, @references, @attachments, 0, 0, @now, @now) ON CONFLICT (key) DO NOTHING
            """;
        await using var command = await database.CommandAsync(Sql,
        [
            ("@key", mail.Key), ("@id", id), ("@purpose", (int)mail.Purpose), ("@account", mail.AccountId), ("@counterparty", mail.CounterpartyId), ("@interaction", mail.InteractionId),
            ("@user", mail.UserId), ("@to", mail.ToAddress.Trim()), ("@name", mail.ToName), ("@subject", Line(mail.Subject)), ("@text", CleanText.Of(mail.Text)), ("@reply", mail.InReplyTo),
            ("@references", mail.ReferenceIds), ("@attachments", mail.Attachments), ("@now", moment),
        ], cancellation);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>One line, so that no text can become a header of its own.</summary>
    private static string Line(string text) => CleanText.Of(text).ReplaceLineEndings(" ");
}
