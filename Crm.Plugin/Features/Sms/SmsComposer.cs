using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Selections;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms;

/// <summary>Somebody who gets a text message.</summary>
/// <param name="CounterpartyId">Whose timeline shows it.</param>
/// <param name="Name">The counterparty's.</param>
/// <param name="Number">With a plus.</param>
/// <param name="PersonId">The ERP's person; null for the counterparty itself and for the CRM's own persons.</param>
/// <param name="CardId">The CRM's own person, or one of the ERP's who also speaks for this counterparty.</param>
/// <param name="Person">Name of the person; null for the counterparty itself.</param>
public sealed record SmsRecipient(long CounterpartyId, string Name, string Number, long? PersonId = null, long? CardId = null, string? Person = null);

/// <summary>Who of a selection gets one, and why the others do not.</summary>
public sealed record SmsSelection(IReadOnlyList<SmsRecipient> Recipients, IReadOnlyList<(string Reason, string Name)> Skipped, bool IsCut);

/// <summary>Finds numbers and queues messages; the contact and the message are there together or not at all.</summary>
internal sealed class SmsComposer(CrmDbContext database, CurrentUser user, SelectionReader selections, TimeProvider clock)
{
    public const string NoNumber = "no telephone number";
    public const string BadNumber = "the number cannot get messages";
    public const string Repeated = "the number is among those before";
    public const string Suppressed = "wants no messages";

    public SelectionReader Selections => selections;

    private Scope Scope => user.Rights.WriteScope < user.Rights.ReadScope ? user.Rights.WriteScope : user.Rights.ReadScope;

    public async Task<SmsSelection> SelectAsync(Selection selection, CancellationToken cancellation)
    {
        var code = await CodeAsync(cancellation);
        var members = await selections.ReadAsync(selection, Scope, MailRecipients.Most, cancellation);
        var numbers = members.Members.Select(m => (Member: m, Number: m.Values(ContactMechanismKind.Phone).Select(v => SmsRule.Number(v, code)).FirstOrDefault(n => n is not null))).ToList();
        var asked = numbers.Select(n => n.Number).OfType<string>().ToList();
        var suppressed = (await database.Set<SmsSuppression>().Where(s => asked.Contains(s.Number)).Select(s => s.Number).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        var (recipients, skipped, seen) = (new List<SmsRecipient>(), new List<(string, string)>(), new HashSet<string>(StringComparer.Ordinal));
        var once = new OnceEach();
        foreach (var (member, number) in numbers)
        {
            var reason = member.Reason ?? (!member.Values(ContactMechanismKind.Phone).Any() ? NoNumber : number is null ? BadNumber : suppressed.Contains(number) || member.IsSilent ? Suppressed : !seen.Add(number) ? Repeated : once.Refuse(member));
            if (reason is null)
            {
                recipients.Add(new(member.Counterparty.Id, member.Counterparty.Name, number!, member.PersonId, member.CardId, member.Person?.Name));
            }
            else
            {
                skipped.Add((reason, member.Name));
            }
        }

        return new(recipients, skipped, members.IsCut);
    }

    private Task<string?> CodeAsync(CancellationToken cancellation) => database.Set<SmsGateway>().Select(g => g.CountryCode).FirstOrDefaultAsync(cancellation);

    /// <summary>The numbers of one counterparty and of its persons that can get messages, the main one first; null when the user may not write to it.</summary>
    public async Task<IReadOnlyList<SmsChoice>?> OfAsync(long counterpartyId, CancellationToken cancellation)
    {
        if (await selections.OneAsync(counterpartyId, Scope, cancellation) is not { } members)
        {
            return null;
        }

        var code = await CodeAsync(cancellation);
        var numbers = members.SelectMany(m => m.Values(ContactMechanismKind.Phone).Select(v => SmsRule.Number(v, code)).OfType<string>().Distinct().Select(n => (Member: m, Number: n))).ToList();
        var asked = numbers.Select(n => n.Number).ToList();
        var suppressed = (await database.Set<SmsSuppression>().Where(s => asked.Contains(s.Number)).Select(s => s.Number).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. numbers.Select(n => new SmsChoice(
                new(counterpartyId, n.Member.Counterparty.Name, n.Number, n.Member.PersonId, n.Member.CardId, n.Member.Person?.Name), n.Member.IsSilent || suppressed.Contains(n.Number), n.Member.Person?.Card)),
        ];
    }

    /// <returns>How many messages are new.</returns>
    public async Task<int> SendAsync(string key, string text, IReadOnlyList<SmsRecipient> recipients, CancellationToken cancellation)
    {
        var queued = 0;
        foreach (var recipient in recipients)
        {
            var now = clock.GetUtcNow();
            var filled = MailFields.Fill(text, new Dictionary<string, string?> { ["counterparty"] = recipient.Name, ["person"] = recipient.Person ?? recipient.Name, ["user"] = user.Name, ["today"] = now.ToString("d", CultureInfo.CurrentCulture) });
            var id = string.Create(CultureInfo.InvariantCulture, $"user:{user.Id}:{key}:{recipient.Number}");
            await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
            if (await database.Set<SmsOut>().AnyAsync(m => m.Key == id, cancellation))
            {
                continue; // the same form was sent before
            }

            var interaction = InteractionText.New(recipient.CounterpartyId, InteractionState.Done, user.Id, user.Id, now);
            InteractionText.Apply(
                new() { CounterpartyId = recipient.CounterpartyId, State = InteractionState.Done, Kind = InteractionKind.Message, Direction = InteractionDirection.Outgoing, PersonId = recipient.PersonId, CardId = recipient.CardId, Subject = "SMS", Content = filled, StartedAt = now }, interaction, now);
            database.Add(interaction);
            await database.SaveChangesAsync(cancellation);
            database.Add(new SmsOut
            {
                Key = id, CounterpartyId = recipient.CounterpartyId, InteractionId = interaction.Id, UserId = user.Id, Number = recipient.Number, Text = filled, Parts = SmsRule.Measure(filled).Parts, NextAt = now, CreatedAt = now,
            });
            await database.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
            database.ChangeTracker.Clear();
            queued++;
        }

        return queued;
    }
}
