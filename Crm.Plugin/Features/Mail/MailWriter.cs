using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Mail;

/// <summary>What a user wants to send.</summary>
/// <param name="Key">Made with the form: sent twice, it is queued once.</param>
/// <param name="Subject">With fields.</param>
/// <param name="Text">With fields.</param>
/// <param name="Purpose">To one or to many.</param>
/// <param name="AccountId">Null for the default account.</param>
/// <param name="Attachments">Kept files as JSON.</param>
/// <param name="InReplyTo">The received letter that it answers.</param>
internal sealed record MailDraft(string Key, string Subject, string Text, MailPurpose Purpose, long? AccountId, string? Attachments, MailIn? InReplyTo);

/// <summary>Writes letters: the contact on the timeline and the letter in the outbox are there together or not at all.</summary>
internal sealed class MailWriter(CrmDbContext database, CurrentUser user, AuditLog audit, Show show, TimeProvider clock)
{
    /// <returns>How many letters are new.</returns>
    public async Task<int> SendAsync(MailDraft draft, IReadOnlyList<MailRecipient> recipients, string? signature, CancellationToken cancellation)
    {
        var queued = 0;
        foreach (var recipient in recipients)
        {
            queued += await OneAsync(draft, recipient, signature, cancellation);
        }

        return queued;
    }

    /// <summary>The texts as this recipient will read them.</summary>
    public (string Subject, string Text) Fill(string subject, string text, string? signature, MailRecipient recipient)
    {
        var values = new Dictionary<string, string?>
        {
            ["counterparty"] = recipient.Counterparty,
            ["person"] = recipient.Person ?? recipient.Counterparty,
            ["user"] = user.Name,
            ["today"] = show.Day(show.Today),
        };
        var whole = string.IsNullOrWhiteSpace(signature) ? text : $"{text}\n\n-- \n{signature}";
        return (MailFields.Fill(subject, values), MailFields.Fill(whole, values));
    }

    private async Task<int> OneAsync(MailDraft draft, MailRecipient recipient, string? signature, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var (subject, text) = Fill(draft.Subject, draft.Text, signature, recipient);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var interaction = recipient.CounterpartyId is { } counterparty ? await LogAsync(counterparty, recipient, subject, text, now, cancellation) : (long?)null;
        var isNew = await MailQueue.AddAsync(database, new()
        {
            Key = string.Create(CultureInfo.InvariantCulture, $"user:{user.Id}:{draft.Key}:{MailAddressRule.Fold(recipient.Address)}"),
            Purpose = draft.Purpose,
            ToAddress = recipient.Address,
            ToName = recipient.Person ?? (recipient.Counterparty.Length > 0 ? recipient.Counterparty : null),
            Subject = subject,
            Text = text,
            AccountId = draft.AccountId,
            CounterpartyId = recipient.CounterpartyId,
            InteractionId = interaction,
            UserId = user.Id,
            InReplyTo = draft.InReplyTo?.MessageId,
            ReferenceIds = draft.InReplyTo is { } answered ? string.Join(' ', new[] { answered.ReferenceIds, answered.MessageId }.Where(r => !string.IsNullOrEmpty(r))) : null,
            Attachments = draft.Attachments,
        }, now, cancellation);
        if (isNew == 1)
        {
            if (interaction is { } contact)
            {
                await InteractionWords.AddAsync(database, contact, LetterText.Of(text, draft.Attachments), cancellation);
            }

            await transaction.CommitAsync(cancellation); // else the same form was sent before: its contact is there
        }

        database.ChangeTracker.Clear();
        return isNew;
    }

    /// <returns>The contact that stands for the letter on the timeline.</returns>
    private async Task<long> LogAsync(long counterpartyId, MailRecipient to, string subject, string text, DateTimeOffset now, CancellationToken cancellation)
    {
        var interaction = InteractionText.New(counterpartyId, InteractionState.Done, user.Id, user.Id, now);
        InteractionText.Apply(
            new()
            {
                CounterpartyId = counterpartyId, State = InteractionState.Done, Kind = InteractionKind.Email, Direction = InteractionDirection.Outgoing,
                PersonId = to.PersonId, CardId = to.CardId, Subject = Cut(subject, 200), Content = Cut(text, LetterText.Beginning), StartedAt = now,
            }, interaction, now);
        database.Add(interaction);
        await database.SaveChangesAsync(cancellation);
        audit.Note(database, "interaction.logged", "interaction", interaction.Id.ToString(CultureInfo.InvariantCulture));
        await database.SaveChangesAsync(cancellation);
        return interaction.Id;
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";
}
