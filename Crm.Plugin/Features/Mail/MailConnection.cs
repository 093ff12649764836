using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Crm.Plugin.Features.Mail;

/// <summary>Which certificates of mail servers are trusted.</summary>
internal sealed class MailTrust
{
    /// <summary><c>CRM_MAIL_CA</c>: a PEM file with the authorities of an office's own servers; null for those of the system.</summary>
    public string? AuthorityFile { get; set; } = Environment.GetEnvironmentVariable("CRM_MAIL_CA") is { Length: > 0 } file ? file : null;

    public SslClientAuthenticationOptions Options(string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (AuthorityFile is { } file)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        }

        return options;
    }
}

/// <summary>A line-wise conversation with a mail server, that ends when the server is silent for too long.</summary>
internal sealed class MailConnection : IAsyncDisposable
{
    private const int LongestLine = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient client;
    private readonly string host;
    private readonly MailTrust trust;
    private readonly TimeProvider clock;
    private readonly byte[] buffer = new byte[16 << 10];
    private Stream stream;
    private int start;
    private int end;

    private MailConnection(TcpClient client, string host, MailTrust trust, TimeProvider clock)
    {
        (this.client, this.host, this.trust, this.clock) = (client, host, trust, clock);
        stream = client.GetStream();
    }

    /// <exception cref="MailException">mail.unreachable, mail.tls-refused.</exception>
    public static async Task<MailConnection> OpenAsync(string host, int port, MailSecurity security, MailTrust trust, TimeProvider clock, CancellationToken cancellation)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            using var patience = new CancellationTokenSource(Patience, clock);
            await using var _ = patience.Token.Register(limit.Cancel);
            await client.ConnectAsync(host, port, limit.Token);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            client.Dispose();
            throw new MailException("mail.unreachable", false, failure);
        }

        var connection = new MailConnection(client, host, trust, clock);
        if (security == MailSecurity.Tls)
        {
            await connection.SecureAsync(cancellation);
        }

        return connection;
    }

    /// <summary>From here on everything is encrypted. What the server said before in clear text is forgotten.</summary>
    public async Task SecureAsync(CancellationToken cancellation)
    {
        (start, end) = (0, 0);
        var secure = new SslStream(stream);
        try
        {
            await LimitedAsync(async stop =>
            {
                await secure.AuthenticateAsClientAsync(trust.Options(host), stop);
                return true;
            }, Patience, cancellation);
        }
        catch (AuthenticationException failure)
        {
            throw new MailException("mail.tls-refused", false, failure);
        }

        stream = secure;
    }

    /// <summary>One line without its end, bytes as Latin-1.</summary>
    public Task<string> ReadLineAsync(CancellationToken cancellation, TimeSpan? patience = null) => LimitedAsync(LineAsync, patience ?? Patience, cancellation);

    /// <summary>Exactly so many bytes.</summary>
    public Task<byte[]> ReadAsync(int count, CancellationToken cancellation) => LimitedAsync(
        async stop =>
        {
            var result = new byte[count];
            var taken = Math.Min(count, end - start);
            buffer.AsSpan(start, taken).CopyTo(result);
            start += taken;
            await stream.ReadExactlyAsync(result.AsMemory(taken), stop);
            return result;
        }, Patience + TimeSpan.FromSeconds(count / 100_000), cancellation);

    /// <summary>A command; its letters are ASCII or, for IMAP names, were encoded before.</summary>
    public Task WriteLineAsync(string line, CancellationToken cancellation) => WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"), cancellation);

    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => LimitedAsync(
        async stop =>
        {
            await stream.WriteAsync(bytes, stop);
            await stream.FlushAsync(stop);
            return true;
        }, Patience + TimeSpan.FromSeconds(bytes.Length / 100_000), cancellation);

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        client.Dispose();
    }

    private async Task<string> LineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (true)
        {
            while (start < end)
            {
                var letter = (char)buffer[start++];
                if (letter == '\n')
                {
                    return line.Length > 0 && line[^1] == '\r' ? line.ToString(0, line.Length - 1) : line.ToString();
                }

                line.Append(letter);
            }

            (start, end) = (0, await stream.ReadAsync(buffer, cancellation));
            if (end == 0 || line.Length > LongestLine)
            {
                throw new IOException(end == 0 ? "The server ended the conversation." : "The server's line is too long.");
            }
        }
    }

    private async Task<T> LimitedAsync<T>(Func<CancellationToken, Task<T>> act, TimeSpan patience, CancellationToken cancellation)
    {
        using var time = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellation);
        try
        {
            return await act(either.Token);
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new MailException("mail.unreachable", false, failure);
        }
    }
}
