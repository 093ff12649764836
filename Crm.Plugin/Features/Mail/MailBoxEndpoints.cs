using System.Globalization;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>One letter of the outbox as its list shows it.</summary>
public sealed record OutboxLine(long Id, string ToAddress, string Subject, MailState State, int Attempts, string? Error, DateTimeOffset CreatedAt, DateTimeOffset? SentAt, DateTimeOffset NextAt, long? CounterpartyId, string? BounceStatus, string? BounceReason);

/// <summary>Sent letters with their fate, and templates.</summary>
internal static class MailBoxEndpoints
{
    private const int PageSize = 50;

    /// <summary>A user's own letters; an administrator sees everybody's.</summary>
    public static async Task<IResult> OutboxAsync(HttpRequest request, long? before, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var edge = before ?? long.MaxValue;
        var lines = await database.Set<MailOut>().Where(m => m.Id < edge && (user.IsAdministrator || m.UserId == user.Id)).OrderByDescending(m => m.Id).Take(PageSize + 1)
            .Select(m => new OutboxLine(m.Id, m.ToAddress, m.Subject, m.State, m.Attempts, m.Error, m.CreatedAt, m.SentAt, m.NextAt, m.CounterpartyId, m.BounceStatus, m.BounceReason)).ToListAsync(cancellation);
        var next = lines.Count > PageSize ? lines[PageSize - 1].Id : (long?)null;
        var marked = await MailSuppressions.BouncedAmongAsync(database, lines.Where(l => l.State == MailState.Bounced).Select(l => l.ToAddress), cancellation);
        IReadOnlyList<OutboxLine> page = lines.Count > PageSize ? lines.GetRange(0, PageSize) : lines;
        return request.IsPart() && before is not null ? Screen.Of<OutboxRows>(new { Lines = page, Next = next, Marked = marked }) : Screen.Of<OutboxPage>(new { Lines = page, Next = next, Marked = marked });
    }

    /// <summary>Tries a letter that was given up once more, under its old number.</summary>
    public static async Task<IResult> AgainAsync(long id, CrmDbContext database, CurrentUser user, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var found = await database.Set<MailOut>().Where(m => m.Id == id && m.State == MailState.Failed && (user.IsAdministrator || m.UserId == user.Id))
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.State, MailState.Queued).SetProperty(x => x.Attempts, 0).SetProperty(x => x.NextAt, now).SetProperty(x => x.Error, (string?)null), cancellation);
        return found == 0 ? TypedResults.NotFound() : TypedResults.Redirect("/mail/outbox");
    }

    /// <summary>Somebody has made sure that the address of a letter that came back is right: letters to many go there again.</summary>
    public static async Task<IResult> AddressIsRightAsync(long id, CrmDbContext database, CurrentUser user, AuditLog audit, CancellationToken cancellation)
    {
        if (await database.Set<MailOut>().Where(m => m.Id == id && m.State == MailState.Bounced && (user.IsAdministrator || m.UserId == user.Id)).Select(m => m.ToAddress).FirstOrDefaultAsync(cancellation) is not { } address)
        {
            return TypedResults.NotFound();
        }

        var folded = MailAddressRule.Fold(address);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await database.Set<MailSuppression>().Where(s => s.Address == folded && s.Reason == MailSuppressions.Bounced).ExecuteDeleteAsync(cancellation) > 0)
        {
            audit.Note(database, "mail.address-right", "mail-out", id.ToString(CultureInfo.InvariantCulture));
            await database.SaveChangesAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return TypedResults.Redirect("/mail/outbox");
    }

    public static async Task<IResult> TemplatesAsync(long? id, CrmDbContext database, CancellationToken cancellation)
    {
        var template = id is { } one ? await database.Set<MailTemplate>().FirstOrDefaultAsync(t => t.Id == one, cancellation) : null;
        var typed = template is null ? [] : new Dictionary<string, string> { ["id"] = template.Id.ToString(CultureInfo.InvariantCulture), ["name"] = template.Name, ["subject"] = template.Subject, ["text"] = template.Text };
        return await TemplatePageAsync(new TypedForm(typed), database, cancellation);
    }

    public static async Task<IResult> SaveTemplateAsync(HttpContext http, CrmDbContext database, AuditLog audit, TimeProvider clock, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation), 100_000);
        if (form.Whole("name", 100).Length == 0)
            form.Refuse("name", MailRefusals.NoName);
        if (form.Whole("subject", 300).Length == 0)
            form.Refuse("subject", MailRefusals.NoSubject);
        if (form.Whole("text", 100_000).Length == 0)
            form.Refuse("text", MailRefusals.NoText);
        foreach (var (field, unknown) in ((string[])["subject", "text"]).SelectMany(f => MailFields.Unknown(form[f]).Select(u => (f, u))))
            form.Refuse(field, MailRefusals.UnknownField, "{" + unknown + "}");
        if (form.Refusals.Count > 0)
        {
            return (await TemplatePageAsync(form, database, cancellation)).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        var before = long.TryParse(form["id"], CultureInfo.InvariantCulture, out var id) ? await database.Set<MailTemplate>().FirstOrDefaultAsync(t => t.Id == id, cancellation) : null;
        var template = new MailTemplate { Id = before?.Id ?? 0, Name = form["name"], Subject = form["subject"], Text = form["text"], ChangedAt = clock.GetUtcNow() };
        database.Update(template);
        audit.Note(database, "mail.template-saved", "mail-template", before is null ? null : form["id"], Changes(before, template));
        await database.SaveChangesAsync(cancellation);
        return TypedResults.Redirect("/mail/templates");
    }

    /// <summary>Takes a template away; what it said stays in the audit log.</summary>
    public static async Task<IResult> RemoveTemplateAsync(long id, CrmDbContext database, AuditLog audit, CancellationToken cancellation)
    {
        if (await database.Set<MailTemplate>().FirstOrDefaultAsync(t => t.Id == id, cancellation) is { } template)
        {
            database.Remove(template);
            audit.Note(database, "mail.template-removed", "mail-template", id.ToString(CultureInfo.InvariantCulture), Changes(template, null));
            await database.SaveChangesAsync(cancellation);
        }

        return TypedResults.Redirect("/mail/templates");
    }

    private static string? Changes(MailTemplate? before, MailTemplate? after) =>
        AuditChange.Of(("name", before?.Name, after?.Name), ("subject", before?.Subject, after?.Subject), ("text", before?.Text, after?.Text));

    private static async Task<IResult> TemplatePageAsync(TypedForm form, CrmDbContext database, CancellationToken cancellation) => Screen.Of<MailTemplatesPage>(new
    {
        Form = form,
        Templates = (IReadOnlyList<MailTemplate>)await database.Set<MailTemplate>().OrderBy(t => t.Name).Take(200).ToListAsync(cancellation),
    });
}
