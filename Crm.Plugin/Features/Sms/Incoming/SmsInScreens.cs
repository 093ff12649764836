using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms.Incoming;

/// <summary>A received message that waits for somebody to say whose it is.</summary>
/// <param name="Message">The message.</param>
/// <param name="Candidates">Counterparties that have the number, or that were searched for.</param>
public sealed record UnmatchedSms(SmsIn Message, IReadOnlyList<Choice> Candidates);

/// <summary>The list of received messages that nobody's number explains, and the gateway's secret.</summary>
internal static class SmsInScreens
{
    private const int PageSize = 30;

    public static async Task<IResult> QueueAsync(long? before, string? find, long? of, CrmDbContext database, CounterpartySearch search, CurrentUser user, CancellationToken cancellation)
    {
        var edge = before ?? long.MaxValue;
        var waiting = await database.Set<SmsIn>().Where(m => m.State == SmsInState.Unmatched && m.Id < edge).OrderByDescending(m => m.Id).Take(PageSize + 1).ToListAsync(cancellation);
        var messages = new List<UnmatchedSms>();
        foreach (var message in waiting.Take(PageSize))
        {
            var text = of == message.Id && !string.IsNullOrWhiteSpace(find) ? find : message.Number;
            var found = await search.ListAsync(CounterpartyFilter.None with { Text = text.Length > 200 ? text[..200] : text }, null, 8, cancellation, user.Rights.WriteScope);
            messages.Add(new(message, [.. found.Lines.Select(l => new Choice(l.Id, l.Name))]));
        }

        var folder = user.IsAdministrator ? await database.Set<SmsGateway>().Where(g => g.Kind == SmsGatewayKind.Spool).Select(g => g.InFolder).FirstOrDefaultAsync(cancellation) : null;
        return Screen.Of<SmsReceivedPage>(new
        {
            Messages = (IReadOnlyList<UnmatchedSms>)messages,
            Next = waiting.Count > PageSize ? waiting[PageSize - 1].Id : (long?)null,
            Of = of,
            Find = find,
            BadFiles = folder is null ? 0 : SmsSpool.BadFiles(folder),
        });
    }

    public static async Task<IResult> AssignAsync(long id, HttpRequest request, CrmDbContext database, AuditLog audit, InteractionPlace place, TimeProvider clock, CancellationToken cancellation)
    {
        var form = await request.ReadFormAsync(cancellation);
        if (!long.TryParse(form["counterparty"], CultureInfo.InvariantCulture, out var counterparty) || !await place.IsWritableAsync(counterparty, cancellation))
        {
            return TypedResults.NotFound();
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        // Claimed first, so that two who assign the same message do not make two contacts.
        if (await database.Set<SmsIn>().Where(m => m.Id == id && m.State == SmsInState.Unmatched).ExecuteUpdateAsync(m => m.SetProperty(x => x.State, SmsInState.Stored), cancellation) == 0)
        {
            return TypedResults.NotFound();
        }

        var message = await database.Set<SmsIn>().AsTracking().FirstAsync(m => m.Id == id, cancellation);
        await SmsIntake.StoreAsync(database, message, counterparty, null, clock.GetUtcNow(), cancellation);
        audit.Note(database, "sms.assigned", "sms", id.ToString(CultureInfo.InvariantCulture));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.LocalRedirect("/sms/received");
    }

    /// <summary>Forgets the message; its key stays, so that it does not come again, and so does a wish to get no more.</summary>
    public static async Task<IResult> IgnoreAsync(long id, CrmDbContext database, AuditLog audit, CancellationToken cancellation)
    {
        var message = await database.Set<SmsIn>().AsTracking().FirstOrDefaultAsync(m => m.Id == id && m.State == SmsInState.Unmatched, cancellation);
        if (message is null)
        {
            return TypedResults.NotFound();
        }

        (message.State, message.Number, message.Text) = (SmsInState.Ignored, "", "");
        audit.Note(database, "sms.ignored", "sms", id.ToString(CultureInfo.InvariantCulture));
        await database.SaveChangesAsync(cancellation);
        return TypedResults.LocalRedirect("/sms/received");
    }

    /// <summary>Makes the gateway's secret anew; the old one opens nothing from then on.</summary>
    public static async Task<IResult> SecretAsync(HttpRequest request, CrmDbContext database, AuditLog audit, CancellationToken cancellation)
    {
        var token = TokenText.Create();
        if (await database.Set<SmsGateway>().ExecuteUpdateAsync(g => g.SetProperty(x => x.InToken, TokenText.Hash(token)), cancellation) == 0)
        {
            return TypedResults.NotFound();
        }

        audit.Note(database, "sms.secret-made");
        await database.SaveChangesAsync(cancellation);
        return await SmsGatewayEndpoints.GatewayPageAsync(request, database, token, cancellation);
    }
}
