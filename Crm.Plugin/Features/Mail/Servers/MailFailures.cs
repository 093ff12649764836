using System.Globalization;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Crm.Plugin.Features.Mail.Servers;

/// <summary>MailKit's failures as the codes that the manual lists. What a server said stays out of them: it may name people.</summary>
internal static class MailFailures
{
    /// <param name="act">One step of a conversation.</param>
    /// <param name="otherwise">Code for what the server does not offer or refuses at this step.</param>
    /// <param name="cancellation">Of the caller: its own wish to stop is no failure.</param>
    /// <exception cref="MailException">Every failure of the server or of the way there.</exception>
    public static async Task<T> ToldAsync<T>(Func<Task<T>> act, string otherwise, CancellationToken cancellation)
    {
        try
        {
            return await act();
        }
        catch (Exception failure) when (!(failure is OperationCanceledException && cancellation.IsCancellationRequested) && Of(failure, otherwise) is not null)
        {
            throw Of(failure, otherwise)!;
        }
    }

    /// <inheritdoc cref="ToldAsync{T}"/>
    public static Task ToldAsync(Func<Task> act, string otherwise, CancellationToken cancellation) => ToldAsync<bool>(
        async () =>
        {
            await act();
            return true;
        }, otherwise, cancellation);

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
