using System.Globalization;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.Selections;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>Writing a letter: from a card, from a selection, as an answer.</summary>
internal static class MailComposeEndpoints
{
    private const int LongestText = 100_000;

    // What mail programs run at a click.
    private static readonly string[] Dangerous = [".exe", ".com", ".bat", ".cmd", ".scr", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".msi", ".jar", ".ps1", ".lnk", ".hta"];

    public static async Task<IResult> NewAsync(HttpRequest request, ComposeServices services, CancellationToken cancellation)
    {
        var query = request.Query;
        var typed = new Dictionary<string, string> { ["key"] = Guid.NewGuid().ToString("N"), ["to"] = query["to"].ToString(), ["counterparty"] = query["counterparty"].ToString(), ["reply"] = query["reply"].ToString(), ["list"] = query["list"].ToString() };
        if (!query.ContainsKey("counterparty") && typed["list"].Length == 0)
        {
            foreach (var (field, value) in Selection.From(query).Fields())
            {
                typed[field] = value;
            }
        }

        if (long.TryParse(query["template"], CultureInfo.InvariantCulture, out var id) && await services.Database.Set<MailTemplate>().FirstOrDefaultAsync(t => t.Id == id, cancellation) is { } template)
        {
            (typed["subject"], typed["text"], typed["template"]) = (template.Subject, template.Text, id.ToString(CultureInfo.InvariantCulture));
        }

        var answered = await services.AnsweredAsync(typed["reply"], cancellation);
        if (answered is not null)
        {
            typed.TryAdd("subject", answered.Subject is { } s && s.StartsWith("Re:", StringComparison.OrdinalIgnoreCase) ? s : $"Re: {answered.Subject}");
            typed.TryAdd("text", "\n\n" + string.Join('\n', (answered.Text ?? "").Split('\n').Take(200).Select(l => "> " + l.TrimEnd())));
            (typed["to"], typed["counterparty"]) = (answered.FromAddress, answered.CounterpartyId?.ToString(CultureInfo.InvariantCulture) ?? "");
            foreach (var field in (string[])["selection", "segment", "who", "part", "position", "list"])
            {
                typed.Remove(field);
            }
        }

        return await PageAsync(new TypedForm(typed), services, null, cancellation);
    }

    public static async Task<IResult> SendAsync(HttpContext http, ComposeServices services, MailFiles files, TimeProvider clock, CancellationToken cancellation)
    {
        var sent = await http.Request.ReadFormAsync(cancellation);
        var form = TypedForm.From(sent, LongestText);
        if (form["do"] == "choose")
        {
            return await PageAsync(form, services, null, cancellation);
        }

        Check(form, sent.Files);
        var account = await services.Accounts.FindAsync(long.TryParse(form["account"], CultureInfo.InvariantCulture, out var id) ? id : null, cancellation);
        if (account is null)
            form.Refuse("account", MailRefusals.NoAccount);
        var answered = await services.AnsweredAsync(form["reply"], cancellation);
        var (recipients, purpose) = await RecipientsAsync(form, answered, services, cancellation);
        if (form.Refusals.Count > 0 || form["do"] == "preview")
        {
            var preview = form.Refusals.Count == 0 ? services.Writer.Fill(form["subject"], form["text"], account!.Signature, recipients[0]) : ((string, string)?)null;
            return (await PageAsync(form, services, preview, cancellation)).WithStatus(http, form.Refusals.Count > 0 ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
        }

        var kept = new List<MailFile>();
        foreach (var file in sent.Files.Where(f => f.Length > 0))
        {
            using var content = new MemoryStream();
            await file.CopyToAsync(content, cancellation);
            kept.Add(new(Path.GetFileName(file.FileName), TypeOf(file.ContentType), file.Length, await files.KeepAsync("out", clock.GetUtcNow(), content.ToArray(), cancellation)));
        }

        var draft = new MailDraft(form["key"], form["subject"], form["text"], purpose, account!.Id, MailFiles.Write(kept), answered);
        await services.Writer.SendAsync(draft, recipients, account.Signature, cancellation);
        return TypedResults.Redirect(purpose == MailPurpose.Personal ? string.Create(CultureInfo.InvariantCulture, $"/counterparties/{recipients[0].CounterpartyId}") : "/mail/outbox");
    }

    private static string TypeOf(string? type) => type is { Length: > 0 and < 100 } && type.Contains('/', StringComparison.Ordinal) && type.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '.' or '+') ? type : "application/octet-stream";

    private static void Check(TypedForm form, IFormFileCollection files)
    {
        if (form.Whole("subject", 300).Length == 0)
            form.Refuse("subject", MailRefusals.NoSubject);
        if (form.Whole("text", LongestText).Length == 0)
            form.Refuse("text", MailRefusals.NoText);
        foreach (var (field, unknown) in ((string[])["subject", "text"]).SelectMany(f => MailFields.Unknown(form[f]).Select(u => (f, u))))
            form.Refuse(field, MailRefusals.UnknownField, "{" + unknown + "}");
        if (files.Sum(f => f.Length) > MailFiles.MostBytes)
            form.Refuse("files", MailRefusals.TooBig, MailFiles.MostBytes >> 20);
        if (files.FirstOrDefault(f => Dangerous.Contains(Path.GetExtension(f.FileName).ToLowerInvariant())) is { } bad)
            form.Refuse("files", MailRefusals.BadType, Path.GetExtension(bad.FileName));
    }

    private static async Task<(IReadOnlyList<MailRecipient>, MailPurpose)> RecipientsAsync(TypedForm form, MailIn? answered, ComposeServices services, CancellationToken cancellation)
    {
        if (form["counterparty"].Length == 0)
        {
            var selection = await SelectionAsync(form, services, cancellation);
            if (selection is not { Recipients.Count: > 0 })
                form.Refuse("to", MailRefusals.NobodyLeft);
            return (selection?.Recipients ?? [], MailPurpose.Bulk);
        }

        var known = long.TryParse(form["counterparty"], CultureInfo.InvariantCulture, out var id) ? await services.Recipients.OfAsync(id, cancellation) ?? [] : [];
        var chosen = known.FirstOrDefault(r => MailAddressRule.Fold(r.Address) == MailAddressRule.Fold(form["to"]));
        if (chosen is null && answered is not null && answered.CounterpartyId == id && MailAddressRule.Fold(answered.FromAddress) == MailAddressRule.Fold(form["to"]))
        {
            // Who wrote gets an answer at the address that they wrote from, also when the ERP does not know it.
            chosen = new(id, await services.Database.Set<Mirror.Records.CounterpartyRecord>().Where(c => c.Id == id).Select(c => c.Name).FirstAsync(cancellation), answered.PersonId, answered.FromName, answered.FromAddress, answered.CardId);
        }

        if (chosen is null)
            form.Refuse("to", form["to"].Length == 0 ? MailRefusals.NoRecipient : MailRefusals.BadRecipient);
        else if (!MailAddressRule.IsValid(chosen.Address))
            form.Refuse("to", MailRefusals.BadEmail);
        else if (await MailSuppressions.HoldsAsync(services.Database, chosen.Address, MailPurpose.Personal, cancellation)
            || (answered is null && await People.DoNotContact.HoldsAsync(services.Database, id, chosen.PersonId, chosen.CardId, cancellation)))
            form.Refuse("to", MailRefusals.Suppressed);
        return (chosen is null ? [] : [chosen], MailPurpose.Personal);
    }

    /// <summary>Who of a list of addresses, or of the chosen counterparties, gets the letter; null when there is no such list.</summary>
    private static async Task<MailSelection?> SelectionAsync(TypedForm form, ComposeServices services, CancellationToken cancellation) => form["list"].Length > 0
        ? long.TryParse(form["list"], NumberStyles.None, CultureInfo.InvariantCulture, out var list) ? await services.Recipients.OfListAsync(list, cancellation) : null
        : await services.Recipients.SelectAsync(Selection.From(form), cancellation);

    private static async Task<IResult> PageAsync(TypedForm form, ComposeServices services, (string Subject, string Text)? preview, CancellationToken cancellation)
    {
        IReadOnlyList<MailRecipient>? known = null;
        MailSelection? selection = null;
        if (form["counterparty"].Length > 0)
        {
            known = long.TryParse(form["counterparty"], CultureInfo.InvariantCulture, out var id) ? await services.Recipients.OfAsync(id, cancellation) : null;
            if (known is null)
            {
                return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
            }
        }
        else
        {
            selection = await SelectionAsync(form, services, cancellation);
            if (selection is null)
            {
                return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
            }
        }

        var wishes = await People.ChannelWishes.OtherThanAsync(services.Database, (selection?.Recipients ?? []).Select(r => r.CounterpartyId), People.ContactChannel.Email, cancellation);
        var of = known is null ? 0 : long.Parse(form["counterparty"], CultureInfo.InvariantCulture);
        return Screen.Of<MailComposePage>(new
        {
            Form = form,
            Preference = of == 0 ? null : await services.Database.Set<People.CounterpartyPreference>().FirstOrDefaultAsync(p => p.CounterpartyId == of, cancellation),
            Wishes = (IReadOnlyList<(string, People.ContactChannel)>)[.. (selection?.Recipients ?? []).Where(r => r.CounterpartyId is { } c && wishes.ContainsKey(c)).Select(r => (r.Person ?? r.Counterparty, wishes[r.CounterpartyId!.Value]))],
            Known = known ?? [],
            Selection = selection,
            Choices = selection is null || form["list"].Length > 0 ? null : await services.Selections.ChoicesAsync(cancellation),
            Bounced = await MailSuppressions.BouncedAmongAsync(services.Database, (known ?? []).Select(r => r.Address).Append(form["to"]).Where(a => a.Length > 0), cancellation),
            List = selection is not null && long.TryParse(form["list"], NumberStyles.None, CultureInfo.InvariantCulture, out var listId)
                ? await services.Database.Set<AddressHarvest.AddressList>().Where(l => l.Id == listId).Select(l => l.Name).FirstOrDefaultAsync(cancellation) : null,
            HasWayOut = selection is null || await services.Database.Set<NoticeSettings>().AnyAsync(x => x.UserId == 0 && x.PublicAddress != null, cancellation),
            Accounts = (IReadOnlyList<MailAccount>)[.. (await services.Accounts.ListAsync(cancellation)).Where(a => a is { IsActive: true, SmtpHost: not null })],
            Templates = (IReadOnlyList<MailTemplate>)await services.Database.Set<MailTemplate>().OrderBy(t => t.Name).Take(200).ToListAsync(cancellation),
            PreviewSubject = preview?.Subject,
            PreviewText = preview?.Text,
        });
    }
}

/// <summary>What composing works with.</summary>
internal sealed class ComposeServices(CrmDbContext database, MailAccounts accounts, MailRecipients recipients, MailWriter writer, SelectionReader selections, CurrentUser user)
{
    public CrmDbContext Database => database;

    public MailAccounts Accounts => accounts;

    public MailRecipients Recipients => recipients;

    public MailWriter Writer => writer;

    public SelectionReader Selections => selections;

    /// <summary>The received letter that is answered; null when there is none within reach.</summary>
    public async Task<MailIn?> AnsweredAsync(string typed, CancellationToken cancellation) =>
        long.TryParse(typed, CultureInfo.InvariantCulture, out var id)
            ? await database.Set<MailIn>().Where(m => m.Id == id && database.Set<Mirror.Records.CounterpartyRecord>().Within(user.Rights.ReadScope, user).Any(c => c.Id == m.CounterpartyId)).FirstOrDefaultAsync(cancellation)
            : null;
}
