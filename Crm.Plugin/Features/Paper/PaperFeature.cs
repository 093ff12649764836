using System.Globalization;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.Selections;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Paper;

/// <summary>Envelopes and labels for a selection of counterparties.</summary>
internal static class PaperFeature
{
    public const string NoAddress = "no town, or neither street nor postal code";
    public const string Suppressed = "is not to be contacted";

    private const int Most = 2_000;

    public static void MapPaper(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/paper", ShowAsync);
        routes.MapPost("/paper", PrintAsync);
    }

    private static async Task<IResult> ShowAsync(HttpRequest request, SelectionReader selections, CrmDbContext database, CurrentUser user, CancellationToken cancellation) =>
        user.Rights.ExportScope == Scope.None
            ? Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden })
            : await PageAsync(new TypedForm(new(Selection.From(request.Query).Fields()) { ["format"] = "DL", ["skip"] = "0" }), selections, database, user, cancellation);

    private static async Task<IResult> PrintAsync(HttpContext http, SelectionReader selections, CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock, CancellationToken cancellation)
    {
        if (user.Rights.ExportScope == Scope.None)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden });
        }

        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation));
        if (form["do"] == "choose")
        {
            return await PageAsync(form, selections, database, user, cancellation);
        }

        var format = PaperFormat.Find(form["format"]);
        if (format is null)
            form.Refuse("format", MailRefusals.NotListed);
        var skip = form.Number("skip", 0, 100) ?? 0;
        form.Whole("sender", 500);
        var (ready, _, _) = await SelectAsync(form, selections, database, user, cancellation);
        if (ready.Count == 0)
            form.Refuse("selection", PaperRefusals.Nobody);
        if (form.Refusals.Count > 0)
        {
            return (await PageAsync(form, selections, database, user, cancellation)).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        // Addresses leave the house: noted like every export.
        audit.Note(database, "counterparties.printed", "counterparty", null, Selection.From(form).ToQuery());
        await database.SaveChangesAsync(cancellation);
        var pdf = PaperWriter.Write(format!, ready, form["sender"].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), skip, format!.Name);
        return TypedResults.File(pdf, "application/pdf", string.Create(CultureInfo.InvariantCulture, $"{format.Code}-{clock.GetUtcNow():yyyy-MM-dd}.pdf"));
    }

    private static async Task<(IReadOnlyList<IReadOnlyList<string>> Ready, IReadOnlyList<(string Reason, string Name)> Skipped, bool IsCut)> SelectAsync(
        TypedForm form, SelectionReader selections, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var scope = user.Rights.ExportReach();
        // Asked anew when the sheets are made: who has said no since the page was opened gets nothing.
        var chosen = await selections.ReadAsync(Selection.From(form), scope, Most, cancellation);
        var ids = chosen.Members.Select(m => m.Counterparty.Id).Distinct().ToList();
        var addresses = await database.Set<CounterpartyRecord>().Where(c => ids.Contains(c.Id)).Select(c => new { c.Id, c.Addresses }).ToDictionaryAsync(c => c.Id, c => c.Addresses, cancellation);
        var (ready, skipped, once) = (new List<IReadOnlyList<string>>(), new List<(string, string)>(), new OnceEach());
        foreach (var member in chosen.Members)
        {
            var line = member.Counterparty;
            var written = MirrorJson.ReadAddresses(addresses[line.Id]).Select(a => PostalRule.Lines(line.Name, a, form["home"].Length == 2 ? form["home"] : null)).FirstOrDefault(a => a is not null);
            if ((member.Reason ?? (member.IsSilent ? Suppressed : written is null ? NoAddress : once.Refuse(member))) is { } reason)
            {
                skipped.Add((reason, member.Name));
            }
            else
            {
                // A person's letter goes to where they work: the company first, then who is meant.
                ready.Add(member.Person is { } person ? [written![0], person.Name, .. written.Skip(1)] : written!);
            }
        }

        return (ready, skipped, chosen.IsCut);
    }

    private static async Task<IResult> PageAsync(TypedForm form, SelectionReader selections, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var (ready, skipped, isCut) = await SelectAsync(form, selections, database, user, cancellation);
        return Screen.Of<PaperPage>(new { Form = form, Ready = ready.Count, Skipped = skipped, First = ready.Count > 0 ? ready[0] : [], IsCut = isCut, Choices = await selections.ChoicesAsync(cancellation) });
    }
}

/// <summary>Every reason that the form refuses for; each has translations.</summary>
public static class PaperRefusals
{
    public const string Nobody = "Nobody of this selection has a postal address and may be written to.";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => typeof(PaperRefusals).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);
}
