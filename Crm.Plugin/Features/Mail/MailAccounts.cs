using System.Globalization;
using System.Security.Cryptography;
using Crm.Plugin.Features.Mail.Servers;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>The company's mail accounts and the passwords that open their servers.</summary>
internal sealed class MailAccounts(CrmDbContext database, IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("mail-account");

    /// <summary>The default one first; at most a hundred.</summary>
    public Task<List<MailAccount>> ListAsync(CancellationToken cancellation) =>
        database.Set<MailAccount>().OrderByDescending(a => a.IsDefault).ThenBy(a => a.Id).Take(100).ToListAsync(cancellation);

    public Task<MailAccount?> FindAsync(long? id, CancellationToken cancellation) =>
        database.Set<MailAccount>().Where(a => a.IsActive && (id == null ? a.IsDefault : a.Id == id)).OrderBy(a => a.Id).FirstOrDefaultAsync(cancellation);

    public string Protect(string password) => protector.Protect(password);

    /// <summary>Where an account's letters are handed over.</summary>
    /// <exception cref="MailException">mail.no-server, mail.secret-lost.</exception>
    public MailHost Server(MailAccount account) => account.SmtpHost is not { } host
        ? throw new MailException("mail.no-server", false)
        : new(host, account.SmtpPort, account.SmtpSecurity, account.SmtpUser, Password(account.Id, "SMTP", account.SmtpSecret));

    /// <summary>Where an account's letters are read.</summary>
    /// <exception cref="MailException">mail.secret-lost.</exception>
    public MailHost Incoming(MailAccount account) => new(account.InHost!, account.InPort, account.InSecurity, account.InUser, Password(account.Id, "IMAP", account.InSecret));

    /// <summary><c>CRM_MAIL_1_IMAP_PASSWORD</c> of the environment wins over what is kept.</summary>
    public string? Password(long id, string protocol, string? secret)
    {
        if (Environment.GetEnvironmentVariable(string.Create(CultureInfo.InvariantCulture, $"CRM_MAIL_{id}_{protocol}_PASSWORD")) is { Length: > 0 } given)
        {
            return given;
        }

        try
        {
            return secret is null ? null : protector.Unprotect(secret);
        }
        catch (CryptographicException failure)
        {
            throw new MailException("mail.secret-lost", false, failure);
        }
    }
}
