using System.Net;
using System.Net.Sockets;
using System.Text;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>
/// Takes letters by SMTP on the ports that accounts name, for forwarding rules of the office's own mail server. It relays nothing: a letter
/// ends here, and only one for the account's own address is taken.
/// </summary>
internal sealed partial class MailListener(IServiceScopeFactory scopes, TimeProvider clock, ILogger<MailListener> log) : BackgroundService
{
    private const int MostConversations = 20;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Dictionary<(string Host, int Port), (TcpListener Listener, CancellationTokenSource Stop)> open = [];
    private readonly SemaphoreSlim places = new(MostConversations);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await RenewAsync(stoppingToken);
                await Task.Delay(Look, clock, stoppingToken);
            }
        }
        finally
        {
            foreach (var (listener, stop) in open.Values)
            {
                await stop.CancelAsync();
                listener.Dispose();
                stop.Dispose();
            }
        }
    }

    /// <summary>Opens and closes ports as the accounts say.</summary>
    internal async Task RenewAsync(CancellationToken cancellation)
    {
        List<MailAccount> accounts;
        await using (var scope = scopes.CreateAsyncScope())
        {
            accounts = await scope.ServiceProvider.GetRequiredService<CrmDbContext>().Set<MailAccount>().Where(a => a.IsActive && a.Source == MailSource.Listener).ToListAsync(cancellation);
        }

        var wanted = accounts.GroupBy(a => (a.InHost!, a.InPort)).ToDictionary(g => g.Key, g => g.Select(a => a.Id).ToList());
        foreach (var gone in open.Keys.Where(k => !wanted.ContainsKey(k)).ToList())
        {
            open.Remove(gone, out var closed);
            await closed.Stop.CancelAsync();
            closed.Listener.Dispose();
            closed.Stop.Dispose();
        }

        foreach (var (place, ids) in wanted.Where(w => !open.ContainsKey(w.Key)))
        {
            try
            {
                var listener = new TcpListener(IPAddress.TryParse(place.Item1, out var ip) ? ip : IPAddress.Loopback, place.Item2);
                listener.Start();
                var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                open[place] = (listener, stop);
                _ = AcceptAsync(listener, ids, stop.Token);
            }
            catch (SocketException failure)
            {
                LogNotOpened(log, place.Item2, failure.SocketErrorCode); // another process of this machine has it, or the address is not ours
            }
        }
    }

    private async Task AcceptAsync(TcpListener listener, List<long> accounts, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(cancellation);
                await places.WaitAsync(cancellation);
                _ = ConverseAsync(client, accounts, cancellation);
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ConverseAsync(TcpClient client, List<long> accounts, CancellationToken cancellation)
    {
        try
        {
            using var owned = client;
            using var time = new CancellationTokenSource(Patience, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellation);
            await using var stream = new BufferedStream(client.GetStream());
            await new SmtpReceiver(stream, (address, letter, stop) => TakeAsync(accounts, address, letter, stop)).RunAsync(either.Token);
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            LogCut(log, failure); // the sending server keeps the letter and comes again
        }
        finally
        {
            places.Release();
        }
    }

    /// <param name="accounts">Of this port.</param>
    /// <param name="address">Envelope recipient.</param>
    /// <param name="letter">Null: only whether the address is taken.</param>
    /// <param name="cancellation">Stops.</param>
    private async Task<bool> TakeAsync(List<long> accounts, string address, byte[]? letter, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<CrmDbContext>();
        var account = (await database.Set<MailAccount>().Where(a => accounts.Contains(a.Id) && a.IsActive).ToListAsync(cancellation)).Find(a => MailAddressRule.Fold(a.FromAddress) == MailAddressRule.Fold(address));
        if (account is not null && letter is not null)
        {
            await scope.ServiceProvider.GetRequiredService<MailIntake>().TakeAsync(account, letter, cancellation);
            var now = (DateTimeOffset?)clock.GetUtcNow();
            await database.Set<MailAccount>().Where(a => a.Id == account.Id).ExecuteUpdateAsync(a => a.SetProperty(x => x.CheckedAt, now), cancellation);
        }

        return account is not null;
    }

    public override void Dispose()
    {
        places.Dispose();
        base.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The port {Port} for forwarded mail could not be opened: {Error}")]
    private static partial void LogNotOpened(ILogger logger, int port, SocketError error);

    [LoggerMessage(Level = LogLevel.Information, Message = "A conversation on the port for forwarded mail was cut")]
    private static partial void LogCut(ILogger logger, Exception failure);
}

/// <summary>The receiving side of one conversation (RFC 5321).</summary>
internal sealed class SmtpReceiver(Stream stream, Func<string, byte[]?, CancellationToken, Task<bool>> take)
{
    private const int LongestCommand = 2_000;

    public async Task RunAsync(CancellationToken cancellation)
    {
        await SayAsync("220 crm ready", cancellation);
        string? recipient = null;
        for (var commands = 0; commands < 1_000; commands++)
        {
            var line = await LineAsync(cancellation);
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await SayAsync($"250-crm\r\n250-8BITMIME\r\n250 SIZE {MailIntake.MostBytes}", cancellation);
                    break;
                case "HELO" or "NOOP" or "MAIL":
                    await SayAsync("250 ok", cancellation);
                    break;
                case "RSET":
                    recipient = null;
                    await SayAsync("250 ok", cancellation);
                    break;
                case "RCPT":
                    var address = line.IndexOf('<', StringComparison.Ordinal) is var open and >= 0 && line.IndexOf('>', open) is var close and > 0 ? line[(open + 1)..close] : "";
                    var isTaken = await take(address, null, cancellation);
                    recipient = isTaken ? address : recipient;
                    await SayAsync(isTaken ? "250 ok" : "550 no such address here", cancellation);
                    break;
                case "DATA" when recipient is not null:
                    await SayAsync("354 go on", cancellation);
                    var letter = await LetterAsync(cancellation);
                    var isKept = letter is not null && await take(recipient, letter, cancellation);
                    await SayAsync(letter is null ? "552 too big" : isKept ? "250 taken" : "451 not now", cancellation);
                    recipient = null;
                    break;
                case "DATA":
                    await SayAsync("503 no recipient", cancellation);
                    break;
                case "QUIT":
                    await SayAsync("221 bye", cancellation);
                    return;
                default:
                    await SayAsync("502 not known", cancellation);
                    break;
            }
        }
    }

    private async Task SayAsync(string line, CancellationToken cancellation)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), cancellation);
        await stream.FlushAsync(cancellation);
    }

    private async Task<string> LineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancellation) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            if (line.Append((char)one[0]).Length > LongestCommand)
            {
                break;
            }
        }

        throw new IOException("The conversation ended within a command.");
    }

    /// <summary>Up to the line with a single dot; null when it is larger than is taken, and then read to its end all the same.</summary>
    private async Task<byte[]?> LetterAsync(CancellationToken cancellation)
    {
        var letter = new MemoryStream();
        var buffer = new byte[1];
        var (line, dot, isTooBig) = (0, false, false);
        var isReturn = false;
        while (await stream.ReadAsync(buffer, cancellation) == 1)
        {
            var octet = buffer[0];
            if (line == 0 && octet == '.' && !dot)
            {
                dot = true; // the first of a line is never part of it
                continue;
            }

            if (dot && line == 0 && (octet == '\n' || (octet == '\r' && !isReturn)))
            {
                if (octet == '\n')
                {
                    return isTooBig ? null : letter.ToArray();
                }

                isReturn = true;
                continue;
            }

            (dot, isReturn) = (octet == '\n' ? false : dot, false);
            line = octet == '\n' ? 0 : line + 1;
            isTooBig |= letter.Length > MailIntake.MostBytes;
            if (!isTooBig)
            {
                letter.WriteByte(octet);
            }
        }

        throw new IOException("The conversation ended within a letter.");
    }
}
