using System.Net;
using System.Net.Security;
using System.Text;
using MailKit.Net.Smtp;
using MimeKit;

namespace Crm.Plugin.Features.Mail.Servers;

/// <summary>Hands letters to one server, by MailKit. Never signs in over an open line, loopback excepted.</summary>
internal sealed class SmtpSession : IAsyncDisposable
{
    private readonly Client client;
    private readonly MailTalk talk;

    private SmtpSession(Client client, MailTalk talk) => (this.client, this.talk) = (client, talk);

    /// <exception cref="MailException">Every failure.</exception>
    public static async Task<SmtpSession> OpenAsync(MailHost server, MailTrust trust, TimeProvider clock, CancellationToken cancellation)
    {
        server.DemandProtection();
        var session = new SmtpSession(new(trust) { Timeout = MailTalk.SilentMilliseconds, LocalDomain = Name(Environment.MachineName), CheckCertificateRevocation = false }, new(clock));
        try
        {
            await session.talk.ToldAsync(stop => session.client.ConnectAsync(server.Host, server.Port, server.Options, stop), "mail.tls-not-offered", cancellation);
            if (server.User is { } user)
            {
                await session.talk.ToldAsync(stop => session.client.AuthenticateAsync(Encoding.UTF8, new NetworkCredential(user, server.Password ?? ""), stop), "mail.sign-in-refused", cancellation);
            }

            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>One letter to one address. Returns when the server has taken the responsibility for it; a refused one leaves the line free for the next.</summary>
    /// <param name="from">Envelope sender.</param>
    /// <param name="to">Envelope recipient.</param>
    /// <param name="letter">As <see cref="Letters.LetterWriter"/> writes it.</param>
    /// <param name="cancellation">A cancelled letter may have been taken.</param>
    /// <exception cref="MailException">Every failure.</exception>
    public Task SendAsync(MailboxAddress from, MailboxAddress to, MimeMessage letter, CancellationToken cancellation)
    {
        // A domain of other letters travels in its ASCII form; what stands before it has none.
        var isInternational = !Ascii.IsValid(from.LocalPart) || !Ascii.IsValid(to.LocalPart);
        if (isInternational && !client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
        {
            throw new MailException("mail.address-not-supported", true);
        }

        var options = FormatOptions.Default.Clone();
        options.International = isInternational;
        return talk.ToldAsync(stop => client.SendAsync(options, letter, from, [to], stop), "mail.not-understood", cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await MailTalk.LeaveAsync(client);
        client.Dispose();
    }

    private static string Name(string machine) => new string([.. machine.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')]) is { Length: > 0 } name ? name : "localhost";

    private sealed class Client(MailTrust trust) : SmtpClient
    {
        protected override SslClientAuthenticationOptions GetSslClientAuthenticationOptions(string host, RemoteCertificateValidationCallback remoteCertificateValidationCallback) =>
            trust.Narrow(base.GetSslClientAuthenticationOptions(host, remoteCertificateValidationCallback));
    }
}
