using System.Globalization;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms;

/// <summary>One message, written from a card or from a contact person.</summary>
internal static class SmsOneEndpoints
{
    /// <summary>The form, with the number of the person it was opened from.</summary>
    public static async Task<IResult> NewAsync(HttpRequest request, SmsComposer composer, CrmDbContext database, CancellationToken cancellation)
    {
        var form = new TypedForm(new() { ["key"] = Guid.NewGuid().ToString("N"), ["counterparty"] = request.Query["counterparty"].ToString(), ["person"] = request.Query["person"].ToString(), ["card"] = request.Query["card"].ToString() });
        return await PageAsync(form, composer, database, cancellation);
    }

    public static async Task<IResult> SendAsync(HttpContext http, TypedForm form, SmsComposer composer, CrmDbContext database, CancellationToken cancellation)
    {
        SmsEndpoints.CheckText(form);
        var choice = (await ChoicesAsync(form, composer, cancellation) ?? []).FirstOrDefault(c => c.Value == form["to"]);
        if (choice is null)
            form.Refuse("to", form["to"].Length == 0 ? SmsRefusals.NoNumber : SmsRefusals.OtherNumber);
        else if (choice.IsSilent)
            form.Refuse("to", SmsRefusals.Silent);
        if (form.Refusals.Count > 0 || form["do"] == "count")
        {
            return (await PageAsync(form, composer, database, cancellation)).WithStatus(http, form.Refusals.Count > 0 ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
        }

        await composer.SendAsync(form["key"], form["text"], [choice!.Recipient], cancellation);
        return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/counterparties/{choice.Recipient.CounterpartyId}"));
    }

    private static async Task<IReadOnlyList<SmsChoice>?> ChoicesAsync(TypedForm form, SmsComposer composer, CancellationToken cancellation) =>
        long.TryParse(form["counterparty"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? await composer.OfAsync(id, cancellation) : null;

    private static async Task<IResult> PageAsync(TypedForm form, SmsComposer composer, CrmDbContext database, CancellationToken cancellation)
    {
        if (await ChoicesAsync(form, composer, cancellation) is not { } choices)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var id = long.Parse(form["counterparty"], CultureInfo.InvariantCulture);
        var named = choices.FirstOrDefault(c => c.Value == form["to"]) ?? choices.FirstOrDefault(c => Is(form["person"], c.Recipient.PersonId) || Is(form["card"], c.Recipient.CardId));
        return Screen.Of<SmsOnePage>(new
        {
            Form = form,
            Choices = choices,
            Chosen = named?.Value ?? choices.FirstOrDefault(c => !c.IsSilent)?.Value,
            Counterparty = await database.Set<Mirror.Records.CounterpartyRecord>().Where(c => c.Id == id).Select(c => c.Name).FirstAsync(cancellation),
            Preference = await database.Set<People.CounterpartyPreference>().FirstOrDefaultAsync(p => p.CounterpartyId == id, cancellation),
            HasGateway = await database.Set<SmsGateway>().AnyAsync(g => g.Kind != SmsGatewayKind.None, cancellation),
        });

        static bool Is(string typed, long? id) => id is { } known && typed == known.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>A number that a message may go to.</summary>
/// <param name="Recipient">Whose it is.</param>
/// <param name="IsSilent">They, or the number, want no messages.</param>
/// <param name="Card">What the CRM knows of the person's wishes; null when nothing, and for the counterparty itself.</param>
public sealed record SmsChoice(SmsRecipient Recipient, bool IsSilent, People.PersonCard? Card)
{
    /// <summary>Tells it from the others of its counterparty: one number may be of two persons.</summary>
    public string Value => string.Create(CultureInfo.InvariantCulture, $"{Recipient.PersonId}:{Recipient.CardId}:{Recipient.Number}");
}
