using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.Selections;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms;

/// <summary>Writing messages to a selection.</summary>
internal static class SmsEndpoints
{
    public static async Task<IResult> NewAsync(HttpRequest request, SmsComposer composer, CrmDbContext database, CancellationToken cancellation) => request.Query.ContainsKey("counterparty")
        ? await SmsOneEndpoints.NewAsync(request, composer, database, cancellation)
        : await PageAsync(new TypedForm(new(Selection.From(request.Query).Fields()) { ["key"] = Guid.NewGuid().ToString("N") }), composer, database, cancellation);

    public static async Task<IResult> SendAsync(HttpContext http, SmsComposer composer, CrmDbContext database, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation), 4_000);
        if (form["counterparty"].Length > 0)
        {
            return await SmsOneEndpoints.SendAsync(http, form, composer, database, cancellation);
        }

        if (form["do"] == "choose")
        {
            return await PageAsync(form, composer, database, cancellation);
        }

        CheckText(form);
        var selection = await composer.SelectAsync(Selection.From(form), cancellation);
        if (selection.Recipients.Count == 0)
            form.Refuse("to", SmsRefusals.NobodyLeft);
        if (form.Refusals.Count > 0 || form["do"] == "count")
        {
            return (await PageAsync(form, composer, database, cancellation)).WithStatus(http, form.Refusals.Count > 0 ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
        }

        await composer.SendAsync(form["key"], form["text"], selection.Recipients, cancellation);
        return TypedResults.Redirect("/sms");
    }

    public static void CheckText(TypedForm form)
    {
        if (form.Whole("text", 4_000).Length == 0)
            form.Refuse("text", SmsRefusals.NoText);
        foreach (var unknown in MailFields.Unknown(form["text"]))
            form.Refuse("text", MailRefusals.UnknownField, "{" + unknown + "}");
        if (SmsRule.Measure(form["text"]) is { Parts: > SmsRule.MostParts } length)
            form.Refuse("text", SmsRefusals.TooManyParts, length.Parts, SmsRule.MostParts);
    }

    private static async Task<IResult> PageAsync(TypedForm form, SmsComposer composer, CrmDbContext database, CancellationToken cancellation)
    {
        var selection = await composer.SelectAsync(Selection.From(form), cancellation);
        var wishes = await People.ChannelWishes.OtherThanAsync(database, selection.Recipients.Select(r => (long?)r.CounterpartyId), People.ContactChannel.Message, cancellation);
        return Screen.Of<SmsComposePage>(new
        {
            Form = form,
            Selection = selection,
            Choices = await composer.Selections.ChoicesAsync(cancellation),
            Wishes = (IReadOnlyList<(string, People.ContactChannel)>)[.. selection.Recipients.Where(r => wishes.ContainsKey(r.CounterpartyId)).Select(r => (r.Person ?? r.Name, wishes[r.CounterpartyId]))],
            HasGateway = await database.Set<SmsGateway>().AnyAsync(g => g.Kind != SmsGatewayKind.None, cancellation),
        });
    }
}

/// <summary>Every reason that these forms refuse for; each has translations.</summary>
public static class SmsRefusals
{
    public const string BadNumber = "This is not a number that can get messages. Example: +380 67 123-45-67.";
    public const string NoText = "Write a few words.";
    public const string TooManyParts = "The message would have {0} parts; at most {1} are sent.";
    public const string NobodyLeft = "Nobody of this selection can get a message.";
    public const string NoNumber = "Choose a number.";
    public const string OtherNumber = "This is not a number of this counterparty.";
    public const string Silent = "This number is not to get messages.";
    public const string NoReason = "Say why messages may go there again.";
    public const string NoPlace = "The address or the body needs the place to in braces where the number goes.";
    public const string FolderOfSpool = "A folder of received messages goes with the way: files in a folder.";
    public const string SameFolder = "Received messages need a folder of their own.";
    public const string BadCode = "A country code is one to three digits.";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => typeof(SmsRefusals).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);
}
