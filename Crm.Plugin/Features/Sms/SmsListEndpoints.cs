using System.Globalization;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms;

/// <summary>One message of the list with its fate.</summary>
public sealed record SmsLine(long Id, string Number, string Text, int Parts, SmsState State, string? Error, DateTimeOffset CreatedAt, long? CounterpartyId, SmsDelivery Delivery, DateTimeOffset? DeliveryAt, string? DeliveryWord, DateTimeOffset NextAt);

/// <summary>Sent messages with their fate, and the numbers that want none.</summary>
internal static class SmsListEndpoints
{
    private const int PageSize = 50;

    /// <summary>A user's own messages; an administrator sees everybody's.</summary>
    public static Task<IResult> ListAsync(long? before, CrmDbContext database, CurrentUser user, CancellationToken cancellation) => ListPageAsync(before, new([]), database, user, cancellation);

    private static async Task<IResult> ListPageAsync(long? before, TypedForm form, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var edge = before ?? long.MaxValue;
        var lines = await database.Set<SmsOut>().Where(m => m.Id < edge && (user.IsAdministrator || m.UserId == user.Id)).OrderByDescending(m => m.Id).Take(PageSize + 1)
            .Select(m => new SmsLine(m.Id, m.Number, m.Text, m.Parts, m.State, m.Error, m.CreatedAt, m.CounterpartyId, m.Delivery, m.DeliveryAt, m.DeliveryWord, m.NextAt)).ToListAsync(cancellation);
        var next = lines.Count > PageSize ? lines[PageSize - 1].Id : (long?)null;
        return Screen.Of<SmsPage>(new { Lines = (IReadOnlyList<SmsLine>)[.. lines.Take(PageSize)], Next = next, Form = form });
    }

    /// <summary>Tries a message that was given up once more, under its old number; pressed twice, it is queued once.</summary>
    public static async Task<IResult> AgainAsync(long id, CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var own = database.Set<SmsOut>().Where(m => m.Id == id && (user.IsAdministrator || m.UserId == user.Id));
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await own.Where(m => m.State == SmsState.Failed).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.State, SmsState.Queued).SetProperty(x => x.Attempts, 0).SetProperty(x => x.NextAt, now).SetProperty(x => x.Error, (string?)null), cancellation) == 1)
        {
            audit.Note(database, "sms.tried-again", "sms", id.ToString(CultureInfo.InvariantCulture));
            await database.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        else if (!await own.AnyAsync(cancellation))
        {
            return TypedResults.NotFound();
        }

        return TypedResults.Redirect("/sms");
    }

    /// <summary>A number that wants no more.</summary>
    public static async Task<IResult> StopAsync(HttpContext http, CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation), 100);
        var code = await database.Set<SmsGateway>().Select(g => g.CountryCode).FirstOrDefaultAsync(cancellation);
        if (SmsRule.Number(form["number"], code) is not { } number)
        {
            form.Refuse("number", SmsRefusals.BadNumber);
            return (await ListPageAsync(null, form, database, user, cancellation)).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await SmsSuppressions.AddAsync(database, number, clock.GetUtcNow(), cancellation) == 1)
        {
            audit.Note(database, "sms.suppressed");
            await database.SaveChangesAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);

        return TypedResults.Redirect("/sms");
    }
}
