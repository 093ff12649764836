using MailKit.Security;

namespace Crm.Plugin.Features.Mail.Servers;

/// <summary>Where letters are handed over, or read.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">1–65535.</param>
/// <param name="Security">How the line is protected.</param>
/// <param name="User">Null where the server wants no sign-in.</param>
/// <param name="Password">Never logged.</param>
internal sealed record MailHost(string Host, int Port, MailSecurity Security, string? User, string? Password)
{
    /// <summary>As MailKit names the protection; never "as the server likes".</summary>
    public SecureSocketOptions Options => Security switch
    {
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.StartTls => SecureSocketOptions.StartTls,
        _ => SecureSocketOptions.None,
    };

    /// <summary>No password travels over an open line to another machine.</summary>
    /// <exception cref="MailException">mail.sign-in-unprotected.</exception>
    public void DemandProtection()
    {
        if (User is not null && Security == MailSecurity.None && Host is not ("127.0.0.1" or "::1" or "localhost"))
        {
            throw new MailException("mail.sign-in-unprotected", false);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Port}";
}
