using System.Globalization;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Crm.Plugin.Features.Mail.Servers;

/// <summary>
/// One conversation by MailKit, that ends when the server is silent or slow for too long. Failures are told by the codes that the manual
/// lists; what a server said stays out of them, for it may name people.
/// </summary>
internal sealed class MailTalk(TimeProvider clock)
{
    /// <summary>A server may be silent so long, between two octets, as MailKit counts.</summary>
    public const int SilentMilliseconds = 60_000;

    private const int LastMilliseconds = 5_000;

    /// <summary>Of one step: 40 MB over a line of 1 Mbit/s.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(8);

    /// <param name="act">One step.</param>
    /// <param name="otherwise">Code for what the server does not offer or refuses at this step.</param>
    /// <param name="cancellation">Of the caller: its own wish to stop is no failure.</param>
    /// <param name="longest">Where a step takes long by its nature.</param>
    /// <exception cref="MailException">Every failure of the server or of the way there.</exception>
    public async Task<T> ToldAsync<T>(Func<CancellationToken, Task<T>> act, string otherwise, CancellationToken cancellation, TimeSpan? longest = null)
    {
        using var time = new CancellationTokenSource(longest ?? Longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellation);
        try
        {
            return await act(either.Token);
        }
        catch (Exception failure) when (!(failure is OperationCanceledException && cancellation.IsCancellationRequested) && Of(failure, otherwise) is not null)
        {
            throw Of(failure, otherwise)!;
        }
    }

    /// <inheritdoc cref="ToldAsync{T}"/>
    public Task ToldAsync(Func<CancellationToken, Task> act, string otherwise, CancellationToken cancellation, TimeSpan? longest = null) => ToldAsync<bool>(
        async stop =>
        {
            await act(stop);
            return true;
        }, otherwise, cancellation, longest);

    /// <summary>Takes leave where the line still stands; whether the server hears it does not matter.</summary>
    public static async Task LeaveAsync(IMailService client)
    {
        if (client.IsConnected)
        {
            client.Timeout = LastMilliseconds;
            try
            {
                await client.DisconnectAsync(quit: true, CancellationToken.None);
            }
            catch (Exception failure) when (failure is IOException or TimeoutException or ProtocolException or CommandException)
            {
                // The work is done, and the line is closed with the client.
            }
        }
    }

    private static MailException? Of(Exception failure, string otherwise) => failure switch
    {
        SmtpCommandException refused => Refused((int)refused.StatusCode),
        // A server that lets nobody send without a name says so at the letter: the account wants a password, the letter is right.
        ServiceNotAuthenticatedException or MailKit.Security.AuthenticationException => new("mail.sign-in-refused", false),
        SslHandshakeException or System.Security.Authentication.AuthenticationException => new("mail.tls-refused", false, failure),
        FolderNotFoundException => new("mail.mailbox-missing", false),
        ImapCommandException or NotSupportedException => new(otherwise, false),
        // A conversation that breaks off and one in another language look alike: wrong port, wrong server, or none.
        ProtocolException => new("mail.unreachable", false),
        ServiceNotConnectedException or IOException or SocketException or TimeoutException or OperationCanceledException => new("mail.unreachable", false, failure),
        _ => null,
    };

    private static MailException Refused(int code) => new(string.Create(CultureInfo.InvariantCulture, $"mail.{(code >= 500 ? "refused" : "deferred")}-{code}"), code >= 500);
}
