using System.Globalization;
using System.Text;

namespace Crm.Plugin.Features.Mail.Imap;

/// <summary>What a mailbox tells when it is opened.</summary>
internal sealed record ImapMailbox(long UidValidity, long UidNext);

/// <summary>The part of IMAP4rev1 (RFC 3501) that reading a mailbox needs, and IDLE (RFC 2177). Changes nothing on the server: letters stay unread.</summary>
internal sealed class ImapSession : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly MailConnection connection;
    private readonly TimeProvider clock;
    private int number;

    private ImapSession(MailConnection connection, TimeProvider clock) => (this.connection, this.clock) = (connection, clock);

    /// <exception cref="MailException">Every failure.</exception>
    public static async Task<ImapSession> OpenAsync(Smtp.SmtpServer server, MailTrust trust, TimeProvider clock, CancellationToken cancellation)
    {
        var session = new ImapSession(await MailConnection.OpenAsync(server.Host, server.Port, server.Security, trust, clock, cancellation), clock);
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

    /// <summary>Opens a mailbox without the right to change it.</summary>
    public async Task<ImapMailbox> ExamineAsync(string mailbox, CancellationToken cancellation)
    {
        var lines = await CommandAsync($"EXAMINE {Quoted(Utf7(mailbox))}", "mail.mailbox-missing", cancellation);
        return new(Code(lines, "UIDVALIDITY"), Code(lines, "UIDNEXT"));
    }

    /// <summary>Numbers and sizes of the letters from a number on, ascending.</summary>
    public async Task<IReadOnlyList<(long Uid, long Size)>> ListAsync(long from, int most, CancellationToken cancellation)
    {
        // "*" is the last letter, so a range that begins after it still answers with that one.
        var lines = await CommandAsync(string.Create(CultureInfo.InvariantCulture, $"UID FETCH {from}:* (UID RFC822.SIZE)"), "mail.not-understood", cancellation);
        return [.. lines.Where(l => l.Contains("FETCH", StringComparison.OrdinalIgnoreCase)).Select(l => (Uid: After(l, "UID "), Size: After(l, "RFC822.SIZE "))).Where(l => l.Uid >= from).OrderBy(l => l.Uid).Take(most)];
    }

    /// <summary>Numbers of the letters that came on a day or later, ascending.</summary>
    public async Task<IReadOnlyList<long>> SinceAsync(DateOnly day, CancellationToken cancellation)
    {
        var lines = await CommandAsync(string.Create(CultureInfo.InvariantCulture, $"UID SEARCH SINCE {day:d-MMM-yyyy}"), "mail.not-understood", cancellation);
        return [.. lines.Where(l => l.StartsWith("* SEARCH", StringComparison.OrdinalIgnoreCase)).SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(2)).Select(w => long.Parse(w, NumberStyles.None, CultureInfo.InvariantCulture)).Order()];
    }

    /// <summary>The heads of some letters, without what they say.</summary>
    public async Task<IReadOnlyList<byte[]>> HeadsAsync(IReadOnlyCollection<long> uids, CancellationToken cancellation)
    {
        var heads = new List<byte[]>();
        await CommandAsync(string.Create(CultureInfo.InvariantCulture, $"UID FETCH {string.Join(',', uids)} (UID BODY.PEEK[HEADER])"), "mail.not-understood", cancellation, heads.Add);
        return heads;
    }

    /// <summary>Whether the server tells of new letters by itself.</summary>
    public async Task<bool> CanIdleAsync(CancellationToken cancellation) =>
        (await CommandAsync("CAPABILITY", "mail.not-understood", cancellation)).Exists(l => l.Split(' ').Contains("IDLE", StringComparer.OrdinalIgnoreCase));

    /// <summary>Waits in an opened mailbox until the server tells of a letter.</summary>
    /// <param name="longest">Servers end conversations that are silent for half an hour.</param>
    /// <param name="cancellation">Stops waiting; the conversation cannot be used after that.</param>
    /// <returns>Whether something came.</returns>
    public async Task<bool> IdleAsync(TimeSpan longest, CancellationToken cancellation)
    {
        var tag = Tag();
        await connection.WriteLineAsync($"{tag} IDLE", cancellation);
        var came = false;
        for (var line = await connection.ReadLineAsync(cancellation); !line.StartsWith('+'); line = await connection.ReadLineAsync(cancellation))
        {
            came |= TellsOfALetter(line);
            if (line.StartsWith(tag + " ", StringComparison.Ordinal))
            {
                throw new MailException("mail.not-understood", false);
            }
        }

        // A read that is given up ends the conversation, so the one under way is not: what the wait leaves unread comes before the answer to DONE.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var over = Task.Delay(longest, clock, stop.Token);
        var next = connection.ReadLineAsync(cancellation, longest + Patience);
        while (!came && await Task.WhenAny(next, over) == next)
        {
            came = TellsOfALetter(await next);
            next = connection.ReadLineAsync(cancellation, longest + Patience);
        }

        await stop.CancelAsync();
        await connection.WriteLineAsync("DONE", cancellation);
        for (var line = await next; !line.StartsWith(tag + " ", StringComparison.Ordinal); line = await connection.ReadLineAsync(cancellation))
        {
            came |= TellsOfALetter(line);
        }

        return came;
    }

    /// <summary>One letter as it lies there; null when it is gone.</summary>
    public async Task<byte[]?> FetchAsync(long uid, CancellationToken cancellation)
    {
        byte[]? letter = null;
        await CommandAsync(string.Create(CultureInfo.InvariantCulture, $"UID FETCH {uid} (UID BODY.PEEK[])"), "mail.not-understood", cancellation, literal => letter = literal);
        return letter;
    }

    public async ValueTask DisposeAsync() => await connection.DisposeAsync();

    private async Task BeginAsync(Smtp.SmtpServer server, CancellationToken cancellation)
    {
        await connection.ReadLineAsync(cancellation);
        if (server.Security == MailSecurity.StartTls)
        {
            await CommandAsync("STARTTLS", "mail.tls-not-offered", cancellation);
            await connection.SecureAsync(cancellation);
        }
        else if (server.Security == MailSecurity.None && server.Host is not ("127.0.0.1" or "::1" or "localhost"))
        {
            throw new MailException("mail.sign-in-unprotected", false);
        }

        var (user, password) = (server.User ?? "", server.Password ?? "");
        if (Ascii.IsValid(user) && Ascii.IsValid(password))
        {
            await CommandAsync($"LOGIN {Quoted(user)} {Quoted(password)}", "mail.sign-in-refused", cancellation);
        }
        else
        {
            // LOGIN's letters are ASCII; others go as SASL says (RFC 4616).
            var tag = Tag();
            await connection.WriteLineAsync($"{tag} AUTHENTICATE PLAIN", cancellation);
            await connection.ReadLineAsync(cancellation);
            await connection.WriteLineAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}")), cancellation);
            await UntilAsync(tag, "mail.sign-in-refused", null, cancellation);
        }
    }

    private async Task<List<string>> CommandAsync(string command, string otherwise, CancellationToken cancellation, Action<byte[]>? literal = null)
    {
        var tag = Tag();
        await connection.WriteLineAsync($"{tag} {command}", cancellation);
        return await UntilAsync(tag, otherwise, literal, cancellation);
    }

    private async Task<List<string>> UntilAsync(string tag, string otherwise, Action<byte[]>? literal, CancellationToken cancellation)
    {
        var lines = new List<string>();
        while (true)
        {
            var line = await connection.ReadLineAsync(cancellation);
            if (line.EndsWith('}') && line.LastIndexOf('{') is var open and >= 0 && int.TryParse(line.AsSpan(open + 1, line.Length - open - 2).TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                if (count > Incoming.MailIntake.MostBytes)
                {
                    throw new MailException("mail.not-understood", false); // sizes were asked before: such a letter was not
                }

                var octets = await connection.ReadAsync(count, cancellation);
                literal?.Invoke(octets);
                line += await connection.ReadLineAsync(cancellation);
            }

            if (line.StartsWith(tag + " ", StringComparison.Ordinal))
            {
                return line[(tag.Length + 1)..].StartsWith("OK", StringComparison.OrdinalIgnoreCase) ? lines : throw new MailException(otherwise, false);
            }

            lines.Add(line);
        }
    }

    private static bool TellsOfALetter(string line) => line.StartsWith("* ", StringComparison.Ordinal) && line.EndsWith(" EXISTS", StringComparison.OrdinalIgnoreCase);

    private string Tag() => string.Create(CultureInfo.InvariantCulture, $"a{++number}");

    private static long Code(List<string> lines, string name) => lines.Select(l => After(l, $"[{name} ")).FirstOrDefault(v => v > 0);

    private static long After(string line, string name)
    {
        var at = line.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        var digits = at < 0 ? "" : new string([.. line.Skip(at + name.Length).TakeWhile(char.IsAsciiDigit)]);
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Names of mailboxes in modified UTF-7 (RFC 3501 5.1.3).</summary>
    internal static string Utf7(string name)
    {
        var result = new StringBuilder();
        for (var i = 0; i < name.Length;)
        {
            if (name[i] is >= ' ' and <= '~')
            {
                result.Append(name[i] == '&' ? "&-" : name[i].ToString());
                i++;
                continue;
            }

            var start = i;
            while (i < name.Length && (name[i] < ' ' || name[i] > '~'))
            {
                i++;
            }

            result.Append('&').Append(Convert.ToBase64String(Encoding.BigEndianUnicode.GetBytes(name[start..i])).TrimEnd('=').Replace('/', ',')).Append('-');
        }

        return result.ToString();
    }
}
