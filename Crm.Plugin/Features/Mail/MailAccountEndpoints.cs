using System.Globalization;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>The company's mail accounts, for administrators. Passwords go in and never come out.</summary>
internal static class MailAccountEndpoints
{
    public static async Task<IResult> ShowAsync(HttpRequest request, long? id, CrmDbContext database, MailAccounts accounts, CancellationToken cancellation)
    {
        var account = id is { } one ? await database.Set<MailAccount>().FirstOrDefaultAsync(a => a.Id == one, cancellation) : null;
        return await PageAsync(new TypedForm(Typed(account)), request.Query.ContainsKey("saved"), database, accounts, cancellation);
    }

    public static async Task<IResult> SaveAsync(HttpContext http, CrmDbContext database, MailAccounts accounts, AuditLog audit, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation));
        var stored = long.TryParse(form["id"], CultureInfo.InvariantCulture, out var id) ? await database.Set<MailAccount>().AsTracking().FirstOrDefaultAsync(a => a.Id == id, cancellation) : null;
        var account = stored ?? new MailAccount { FromAddress = "" };
        Apply(form, account, accounts);
        if (form.Refusals.Count > 0)
        {
            database.ChangeTracker.Clear();
            return (await PageAsync(form, false, database, accounts, cancellation)).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (account.IsDefault)
        {
            await database.Set<MailAccount>().Where(a => a.Id != account.Id).ExecuteUpdateAsync(a => a.SetProperty(x => x.IsDefault, false), cancellation);
        }

        if (stored is null)
        {
            database.Add(account);
        }

        audit.Note(database, "mail.account-saved", "mail-account", stored is null ? null : form["id"]);
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/mail/accounts?id={account.Id}&saved=1"));
    }

    private static Dictionary<string, string> Typed(MailAccount? account) => account is null
        ? new() { ["smtpPort"] = "587", ["smtpSecurity"] = "StartTls", ["inPort"] = "993", ["inSecurity"] = "Tls", ["inFolder"] = "INBOX", ["isActive"] = "on", ["source"] = "None" }
        : new()
        {
            ["id"] = account.Id.ToString(CultureInfo.InvariantCulture), ["fromAddress"] = account.FromAddress, ["fromName"] = account.FromName ?? "", ["signature"] = account.Signature ?? "",
            ["isDefault"] = account.IsDefault ? "on" : "", ["isActive"] = account.IsActive ? "on" : "", ["smtpHost"] = account.SmtpHost ?? "",
            ["smtpPort"] = account.SmtpPort.ToString(CultureInfo.InvariantCulture), ["smtpSecurity"] = account.SmtpSecurity.ToString(), ["smtpUser"] = account.SmtpUser ?? "",
            ["source"] = account.Source.ToString(), ["inHost"] = account.InHost ?? "", ["inPort"] = account.InPort.ToString(CultureInfo.InvariantCulture),
            ["inSecurity"] = account.InSecurity.ToString(), ["inUser"] = account.InUser ?? "", ["inFolder"] = account.InFolder ?? "", ["keepsUnknown"] = account.KeepsUnknown ? "on" : "",
        };

    private static void Apply(TypedForm form, MailAccount account, MailAccounts accounts)
    {
        if (!MailAddressRule.IsValid(form["fromAddress"]))
            form.Refuse("fromAddress", MailRefusals.BadEmail);
        var (isNew, source) = (account.Id == 0, Choice<MailSource>(form, "source"));
        account.FromAddress = form["fromAddress"];
        account.FromName = Text(form, "fromName");
        account.Signature = Text(form, "signature")?.ReplaceLineEndings("\n");
        (account.IsDefault, account.IsActive, account.KeepsUnknown) = (form["isDefault"] == "on", form["isActive"] == "on", form["keepsUnknown"] == "on");
        account.SmtpHost = Text(form, "smtpHost");
        account.SmtpPort = account.SmtpHost is null ? 0 : Port(form, "smtpPort");
        account.SmtpSecurity = Choice<MailSecurity>(form, "smtpSecurity");
        account.SmtpUser = Text(form, "smtpUser");
        account.SmtpSecret = account.SmtpUser is null ? null : form["smtpPassword"].Length > 0 ? accounts.Protect(form["smtpPassword"]) : account.SmtpSecret;
        var moved = isNew || account.Source != source || account.InHost != Text(form, "inHost") || account.InFolder != Text(form, "inFolder");
        (account.Source, account.InHost, account.InFolder) = (source, Text(form, "inHost"), Text(form, "inFolder"));
        account.InPort = source is MailSource.Imap or MailSource.Listener ? Port(form, "inPort") : 0;
        account.InSecurity = Choice<MailSecurity>(form, "inSecurity");
        account.InUser = Text(form, "inUser");
        account.InSecret = account.InUser is null ? null : form["inPassword"].Length > 0 ? accounts.Protect(form["inPassword"]) : account.InSecret;
        if (source is MailSource.Imap or MailSource.Listener && account.InHost is null)
            form.Refuse("inHost", MailRefusals.NoServer);
        if (source == MailSource.Folder && !Directory.Exists(account.InFolder))
            form.Refuse("inFolder", MailRefusals.BadFolder);
        if (moved)
        {
            (account.UidValidity, account.UidNext) = (0, 0);
        }
    }

    private static string? Text(TypedForm form, string name) => form[name].Length == 0 ? null : form[name];

    private static int Port(TypedForm form, string name)
    {
        if (int.TryParse(form[name], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535)
        {
            return port;
        }

        form.Refuse(name, MailRefusals.BadPort);
        return 0;
    }

    private static T Choice<T>(TypedForm form, string name) where T : struct, Enum
    {
        if (Enum.TryParse<T>(form[name], out var value) && Enum.IsDefined(value))
        {
            return value;
        }

        form.Refuse(name, MailRefusals.NotListed);
        return default;
    }

    private static async Task<IResult> PageAsync(TypedForm form, bool isSaved, CrmDbContext database, MailAccounts accounts, CancellationToken cancellation)
    {
        var id = long.TryParse(form["id"], CultureInfo.InvariantCulture, out var known) ? known : 0;
        return Screen.Of<MailAccountsPage>(new
        {
            Form = form,
            IsSaved = isSaved,
            Accounts = (IReadOnlyList<MailAccount>)await accounts.ListAsync(cancellation),
            Counts = (IReadOnlyList<MailCount>)await database.Set<MailCount>().Where(c => c.AccountId == id).OrderBy(c => c.Reason).ToListAsync(cancellation),
        });
    }
}
