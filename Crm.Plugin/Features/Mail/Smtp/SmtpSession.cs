using System.Text;

namespace Crm.Plugin.Features.Mail.Smtp;

/// <summary>Hands letters to one server (RFC 5321, STARTTLS of RFC 3207, AUTH PLAIN and LOGIN of RFC 4954). Never signs in over an open line, loopback excepted.</summary>
internal sealed class SmtpSession : IAsyncDisposable
{
    private readonly MailConnection connection;
    private string[] offers = [];

    private SmtpSession(MailConnection connection) => this.connection = connection;

    /// <exception cref="MailException">Every failure.</exception>
    public static async Task<SmtpSession> OpenAsync(SmtpServer server, MailTrust trust, TimeProvider clock, CancellationToken cancellation)
    {
        var session = new SmtpSession(await MailConnection.OpenAsync(server.Host, server.Port, server.Security, trust, clock, cancellation));
        try
        {
            await session.BeginAsync(server, cancellation);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>One letter to one address. Returns when the server has taken the responsibility for it.</summary>
    /// <param name="from">Envelope sender.</param>
    /// <param name="to">Envelope recipient.</param>
    /// <param name="letter">Headers and body with CRLF.</param>
    /// <param name="cancellation">A cancelled letter may have been taken.</param>
    public async Task SendAsync(string from, string to, ReadOnlyMemory<byte> letter, CancellationToken cancellation)
    {
        var utf8 = !Ascii.IsValid(from) || !Ascii.IsValid(to);
        if (utf8 && !Offers("SMTPUTF8"))
        {
            throw new MailException("mail.address-not-supported", true);
        }

        await CommandAsync($"MAIL FROM:<{Octets(from)}>{(Offers("SIZE") ? $" SIZE={letter.Length}" : "")}{(utf8 ? " SMTPUTF8" : "")}", 250, cancellation);
        await CommandAsync($"RCPT TO:<{Octets(to)}>", 250, cancellation);
        await CommandAsync("DATA", 354, cancellation);
        await connection.WriteAsync(Stuffed(letter.Span), cancellation);
        await ExpectAsync(250, cancellation);
    }

    /// <summary>Puts a refused transaction away, so that the next letter can follow on the same line.</summary>
    public Task ResetAsync(CancellationToken cancellation) => CommandAsync("RSET", 250, cancellation);

    public async ValueTask DisposeAsync() => await connection.DisposeAsync();

    private async Task BeginAsync(SmtpServer server, CancellationToken cancellation)
    {
        await ExpectAsync(220, cancellation);
        await HelloAsync(cancellation);
        if (server.Security == MailSecurity.StartTls)
        {
            if (!Offers("STARTTLS"))
            {
                throw new MailException("mail.tls-not-offered", false);
            }

            await CommandAsync("STARTTLS", 220, cancellation);
            await connection.SecureAsync(cancellation);
            await HelloAsync(cancellation);
        }

        if (server.User is { } user)
        {
            if (server.Security == MailSecurity.None && server.Host is not ("127.0.0.1" or "::1" or "localhost"))
            {
                throw new MailException("mail.sign-in-unprotected", false);
            }

            await SignInAsync(user, server.Password ?? "", cancellation);
        }
    }

    private async Task HelloAsync(CancellationToken cancellation)
    {
        await connection.WriteLineAsync($"EHLO {Name(Environment.MachineName)}", cancellation);
        var (code, lines) = await ReplyAsync(cancellation);
        if (code != 250)
        {
            throw Refused(code);
        }

        offers = [.. lines.Skip(1).Select(l => l.ToUpperInvariant())];
    }

    private async Task SignInAsync(string user, string password, CancellationToken cancellation)
    {
        var ways = (offers.FirstOrDefault(o => o.StartsWith("AUTH", StringComparison.Ordinal)) ?? "").Split([' ', '=']);
        await connection.WriteLineAsync(ways.Contains("PLAIN") ? "AUTH PLAIN " + Base64($"\0{user}\0{password}") : "AUTH LOGIN", cancellation);
        var (code, _) = await ReplyAsync(cancellation);
        foreach (var answer in code == 334 ? new[] { user, password } : [])
        {
            await connection.WriteLineAsync(Base64(answer), cancellation);
            (code, _) = await ReplyAsync(cancellation);
        }

        if (code != 235)
        {
            // An administrator has to act, but the letters wait meanwhile.
            throw new MailException("mail.sign-in-refused", false);
        }
    }

    private bool Offers(string extension) => offers.Any(o => o == extension || o.StartsWith(extension + " ", StringComparison.Ordinal));

    private async Task CommandAsync(string line, int expected, CancellationToken cancellation)
    {
        await connection.WriteLineAsync(line, cancellation);
        await ExpectAsync(expected, cancellation);
    }

    private async Task ExpectAsync(int expected, CancellationToken cancellation)
    {
        var (code, _) = await ReplyAsync(cancellation);
        if (code != expected && !(expected == 250 && code == 251))
        {
            throw Refused(code);
        }
    }

    private async Task<(int Code, List<string> Lines)> ReplyAsync(CancellationToken cancellation)
    {
        var lines = new List<string>();
        while (true)
        {
            var line = await connection.ReadLineAsync(cancellation);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var code))
            {
                throw new MailException("mail.not-understood", false);
            }

            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] != '-')
            {
                return (code, lines);
            }
        }
    }

    private static MailException Refused(int code) =>
        new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"mail.{(code >= 500 ? "refused" : "deferred")}-{code}"), code >= 500);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Octets(string address) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(address));

    private static string Name(string machine) => new string([.. machine.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')]) is { Length: > 0 } name ? name : "localhost";

    /// <summary>A dot at the beginning of a line is doubled (RFC 5321 4.5.2), and the letter ended.</summary>
    private static byte[] Stuffed(ReadOnlySpan<byte> letter)
    {
        var result = new MemoryStream(letter.Length + 64);
        var isStart = true;
        foreach (var octet in letter)
        {
            if (isStart && octet == '.')
            {
                result.WriteByte((byte)'.');
            }

            result.WriteByte(octet);
            isStart = octet == '\n';
        }

        result.Write(isStart ? ".\r\n"u8 : "\r\n.\r\n"u8);
        return result.ToArray();
    }
}

/// <summary>Where letters are handed over.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">1–65535.</param>
/// <param name="Security">How the line is protected.</param>
/// <param name="User">Null where the server wants no sign-in.</param>
/// <param name="Password">Never logged.</param>
internal sealed record SmtpServer(string Host, int Port, MailSecurity Security, string? User, string? Password)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Port}";
}
