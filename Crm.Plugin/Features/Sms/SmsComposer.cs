using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Mirror;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms;

/// <summary>Somebody who gets a text message.</summary>
public sealed record SmsRecipient(long CounterpartyId, string Name, string Number);

/// <summary>Who of a selection gets one, and why the others do not.</summary>
public sealed record SmsSelection(IReadOnlyList<SmsRecipient> Recipients, IReadOnlyList<(string Reason, string Name)> Skipped, bool IsCut);

/// <summary>Finds numbers and queues messages; the contact and the message are there together or not at all.</summary>
internal sealed class SmsComposer(CrmDbContext database, CurrentUser user, CounterpartySearch search, TimeProvider clock)
{
    public const string NoNumber = "no telephone number";
    public const string BadNumber = "the number cannot get messages";
    public const string Repeated = "the number is among those before";
    public const string Suppressed = "wants no messages";

    private Scope Scope => user.Rights.WriteScope < user.Rights.ReadScope ? user.Rights.WriteScope : user.Rights.ReadScope;

    public async Task<SmsSelection> SelectAsync(CounterpartyFilter filter, CancellationToken cancellation)
    {
        var code = await database.Set<SmsGateway>().Select(g => g.CountryCode).FirstOrDefaultAsync(cancellation);
        var list = await search.ListAsync(filter, null, MailRecipients.Most, cancellation, Scope);
        var numbers = list.Lines.Select(l => (Line: l, Number: MirrorJson.ReadMechanisms(l.Mechanisms).Where(m => m.Kind == ContactMechanismKind.Phone).Select(m => SmsRule.Number(m.Value, code)).FirstOrDefault(n => n is not null))).ToList();
        var asked = numbers.Select(n => n.Number).OfType<string>().ToList();
        var suppressed = (await database.Set<SmsSuppression>().Where(s => asked.Contains(s.Number)).Select(s => s.Number).ToListAsync(cancellation)).ToHashSet();
        var silent = await People.DoNotContact.AmongAsync(database, [.. list.Lines.Select(l => l.Id)], cancellation);
        var (recipients, skipped, seen) = (new List<SmsRecipient>(), new List<(string, string)>(), new HashSet<string>());
        foreach (var (line, number) in numbers)
        {
            var reason = line.Phone is null ? NoNumber : number is null ? BadNumber : suppressed.Contains(number) || silent.Contains(line.Id) ? Suppressed : !seen.Add(number) ? Repeated : null;
            if (reason is null)
            {
                recipients.Add(new(line.Id, line.Name, number!));
            }
            else
            {
                skipped.Add((reason, line.Name));
            }
        }

        return new(recipients, skipped, list.Next is not null);
    }

    /// <returns>How many messages are new.</returns>
    public async Task<int> SendAsync(string key, string text, IReadOnlyList<SmsRecipient> recipients, CancellationToken cancellation)
    {
        var queued = 0;
        foreach (var recipient in recipients)
        {
            var now = clock.GetUtcNow();
            var filled = MailFields.Fill(text, new Dictionary<string, string?> { ["counterparty"] = recipient.Name, ["person"] = recipient.Name, ["user"] = user.Name, ["today"] = now.ToString("d", CultureInfo.CurrentCulture) });
            var id = string.Create(CultureInfo.InvariantCulture, $"user:{user.Id}:{key}:{recipient.Number}");
            await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
            if (await database.Set<SmsOut>().AnyAsync(m => m.Key == id, cancellation))
            {
                continue; // the same form was sent before
            }

            var interaction = InteractionText.New(recipient.CounterpartyId, InteractionState.Done, user.Id, user.Id, now);
            InteractionText.Apply(
                new() { CounterpartyId = recipient.CounterpartyId, State = InteractionState.Done, Kind = InteractionKind.Message, Direction = InteractionDirection.Outgoing, Subject = "SMS", Content = filled, StartedAt = now }, interaction, now);
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
