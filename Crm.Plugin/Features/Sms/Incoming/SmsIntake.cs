using System.Globalization;
using Crm.Plugin.Features.Calls;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms.Incoming;

/// <summary>What became of a received message.</summary>
internal enum SmsFate
{
    /// <summary>It had come before.</summary>
    Known,

    /// <summary>On a counterparty's timeline.</summary>
    Stored,

    /// <summary>In the list of those that wait for a user.</summary>
    Unmatched,
}

/// <summary>
/// Takes received messages in: the message, the contact and the wish to get no more are there together or not at all. Runs as the system,
/// because nobody is signed in when a gateway reports.
/// </summary>
internal sealed class SmsIntake(CrmDbContext database, CallerLookup lookup, AuditLog audit, TimeProvider clock)
{
    public async Task<SmsFate> TakeAsync(SmsReceived received, DateTimeOffset at, CancellationToken cancellation)
    {
        var key = CleanText.Of(received.Key);
        if (await database.Set<SmsIn>().AnyAsync(m => m.Key == key, cancellation))
        {
            return SmsFate.Known;
        }

        var code = await database.Set<SmsGateway>().Select(g => g.CountryCode).FirstOrDefaultAsync(cancellation);
        var number = SmsRule.Number(received.Sender, code);
        var who = number is null ? null : await WhoAsync(number, cancellation);
        var message = new SmsIn { Key = key, Number = number ?? CleanText.Of(received.Sender), Text = CleanText.Of(received.Text), IsStop = SmsRule.IsStop(received.Text), ReceivedAt = at };
        try
        {
            await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
            database.Add(message);
            await database.SaveChangesAsync(cancellation);
            if (who is not null)
            {
                await StoreAsync(database, message, who.CounterpartyId, who, clock.GetUtcNow(), cancellation);
            }

            if (message.IsStop && number is not null)
            {
                await SmsSuppressions.AddAsync(database, number, clock.GetUtcNow(), cancellation);
                audit.Note(database, "sms.stopped", who is null ? "sms" : "counterparty", (who?.CounterpartyId ?? message.Id).ToString(CultureInfo.InvariantCulture));
            }

            await database.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (DbUpdateException) when (!cancellation.IsCancellationRequested)
        {
            // Another process took the same message in at the same moment; anything else is the gateway's to repeat.
            database.ChangeTracker.Clear();
            if (await database.Set<SmsIn>().AnyAsync(m => m.Key == key, cancellation))
            {
                return SmsFate.Known;
            }

            throw;
        }

        database.ChangeTracker.Clear();
        return who is null ? SmsFate.Unmatched : SmsFate.Stored;
    }

    /// <summary>Puts a message on a counterparty's timeline, in the caller's transaction.</summary>
    /// <param name="database">Of the caller.</param>
    /// <param name="message">Tracked.</param>
    /// <param name="counterpartyId">Whose it is.</param>
    /// <param name="who">The person, where the number is one's.</param>
    /// <param name="now">When it is stored.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task StoreAsync(CrmDbContext database, SmsIn message, long counterpartyId, Caller? who, DateTimeOffset now, CancellationToken cancellation)
    {
        var responsible = await (from c in database.Set<CounterpartyRecord>()
                                 where c.Id == counterpartyId
                                 join a in database.Set<UserAccount>() on c.ManagerLogin equals a.Login
                                 select a.Id).FirstOrDefaultAsync(cancellation);
        var interaction = InteractionText.New(counterpartyId, InteractionState.Done, responsible, 0, now);
        InteractionText.Apply(
            new()
            {
                CounterpartyId = counterpartyId, State = InteractionState.Done, Kind = InteractionKind.Message, Direction = InteractionDirection.Incoming, PersonId = who?.PersonId, CardId = who?.CardId,
                Subject = "SMS", Content = message.Text.Length > InteractionRule.TextLength ? message.Text[..InteractionRule.TextLength] : message.Text, StartedAt = message.ReceivedAt,
            }, interaction, now);
        database.Add(interaction);
        await database.SaveChangesAsync(cancellation);
        (message.State, message.CounterpartyId, message.InteractionId) = (SmsInState.Stored, counterpartyId, interaction.Id);
    }

    /// <summary>Whose number it is; of several, the one whom a message went to last. Null when that does not tell either.</summary>
    private async Task<Caller?> WhoAsync(string number, CancellationToken cancellation)
    {
        var callers = (await lookup.FindAsync(number, cancellation)).ToList();
        if (callers.Select(c => c.CounterpartyId).Distinct().Count() == 1)
        {
            // Two persons behind one number: it is the counterparty's.
            return callers.Count == 1 ? callers[0] : callers[0] with { PersonId = null, PersonName = null, CardId = null };
        }

        var last = await database.Set<SmsOut>().Where(m => m.Number == number && m.CounterpartyId != null).OrderByDescending(m => m.Id).Select(m => m.CounterpartyId).FirstOrDefaultAsync(cancellation);
        return callers.Find(c => c.CounterpartyId == last)
            ?? (callers.Count == 0 && last is { } id ? await database.Set<CounterpartyRecord>().Where(c => c.Id == id && c.GoneAt == null).Select(c => new Caller(c.Id, c.Name, null, null, null, "", 0, null, null, null, null)).FirstOrDefaultAsync(cancellation) : null);
    }
}
