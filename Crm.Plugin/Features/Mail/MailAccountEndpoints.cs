using System.Globalization;
using Crm.Plugin.Features.Mail.Incoming;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>The company's mail accounts, for administrators. Passwords go in and never come out.</summary>
internal static class MailAccountEndpoints
{
    private const int LongestSignature = 2_000;

    public static async Task<IResult> ShowAsync(HttpRequest request, long? id, CrmDbContext database, MailAccounts accounts, Show show, CancellationToken cancellation)
    {
        var account = id is { } one ? await database.Set<MailAccount>().FirstOrDefaultAsync(a => a.Id == one, cancellation) : null;
        return await PageAsync(new TypedForm(Typed(account, show.Today)), request.Query.ContainsKey("saved"), database, accounts, cancellation);
    }

    public static async Task<IResult> SaveAsync(HttpContext http, CrmDbContext database, MailAccounts accounts, AuditLog audit, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation), LongestSignature);
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

    /// <summary>What the first reading would do, for somebody who has to say that it may begin.</summary>
    public static async Task<IResult> LookAsync(long id, CrmDbContext database, MailPreview preview, CancellationToken cancellation)
    {
        if (await database.Set<MailAccount>().FirstOrDefaultAsync(a => a.Id == id && (a.Source == MailSource.Imap || a.Source == MailSource.Folder), cancellation) is not { } account)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        try
        {
            return Screen.Of<MailOutlookPage>(new { Account = account, Outlook = (MailOutlook?)await preview.LookAsync(account, cancellation) });
        }
        catch (MailException failure)
        {
            return Screen.Of<MailOutlookPage>(new { Account = account, Error = failure.Code });
        }
    }

    public static async Task<IResult> BeginAsync(long id, CrmDbContext database, AuditLog audit, TimeProvider clock, CancellationToken cancellation)
    {
        var now = (DateTimeOffset?)clock.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await database.Set<MailAccount>().Where(a => a.Id == id && a.BegunAt == null).ExecuteUpdateAsync(a => a.SetProperty(x => x.BegunAt, now), cancellation) == 1)
        {
            audit.Note(database, "mail.reading-begun", "mail-account", id.ToString(CultureInfo.InvariantCulture));
            await database.SaveChangesAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/mail/accounts?id={id}"));
    }

    private static Dictionary<string, string> Typed(MailAccount? account, DateOnly today) => account is null
        ? new() { ["readSince"] = today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), ["smtpPort"] = "587", ["smtpSecurity"] = "StartTls", ["inPort"] = "993", ["inSecurity"] = "Tls", ["inFolder"] = "INBOX", ["isActive"] = "on", ["source"] = "None" }
        : new()
        {
            ["id"] = account.Id.ToString(CultureInfo.InvariantCulture), ["fromAddress"] = account.FromAddress, ["fromName"] = account.FromName ?? "", ["signature"] = account.Signature ?? "",
            ["isDefault"] = account.IsDefault ? "on" : "", ["isActive"] = account.IsActive ? "on" : "", ["smtpHost"] = account.SmtpHost ?? "",
            ["smtpPort"] = Port(account.SmtpPort), ["smtpSecurity"] = account.SmtpSecurity.ToString(), ["smtpUser"] = account.SmtpUser ?? "",
            ["source"] = account.Source.ToString(), ["inHost"] = account.InHost ?? "", ["inPort"] = Port(account.InPort),
            ["inSecurity"] = account.InSecurity.ToString(), ["inUser"] = account.InUser ?? "", ["inFolder"] = account.InFolder ?? "", ["keepsUnknown"] = account.KeepsUnknown ? "on" : "",
            ["readSince"] = account.ReadSince?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
        };

    private static void Apply(TypedForm form, MailAccount account, MailAccounts accounts)
    {
        if (!MailAddressRule.IsValid(form["fromAddress"]))
            form.Refuse("fromAddress", MailRefusals.BadEmail);
        foreach (var (name, most) in ((string, int)[])[("fromName", 200), ("signature", LongestSignature), ("smtpHost", 255), ("smtpUser", 255), ("smtpPassword", 500), ("inHost", 255), ("inUser", 255), ("inPassword", 500), ("inFolder", 500)])
            form.Whole(name, most);
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
        var since = Day(form, "readSince");
        moved |= source == MailSource.Imap && since != account.ReadSince;
        account.ReadSince = since;
        if (moved)
        {
            // Another place is another first reading: somebody looks before it begins.
            (account.UidValidity, account.UidNext, account.BegunAt) = (0, 0, null);
        }
    }

    private static string? Text(TypedForm form, string name) => form[name].Length == 0 ? null : form[name];

    private static string Port(int port) => port == 0 ? "" : port.ToString(CultureInfo.InvariantCulture);

    private static int Port(TypedForm form, string name)
    {
        if (int.TryParse(form[name], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535)
        {
            return port;
        }

        form.Refuse(name, MailRefusals.BadPort);
        return 0;
    }

    private static DateOnly? Day(TypedForm form, string name)
    {
        if (DateOnly.TryParseExact(form[name], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        if (form[name].Length > 0)
        {
            form.Refuse(name, MailRefusals.BadDay);
        }

        return null;
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
