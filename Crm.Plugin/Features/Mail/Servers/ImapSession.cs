using System.Net;
using System.Net.Security;
using System.Text;
using Crm.Plugin.Features.Mail.Incoming;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;

namespace Crm.Plugin.Features.Mail.Servers;

/// <summary>What a mailbox tells when it is opened.</summary>
internal sealed record ImapMailbox(long UidValidity, long UidNext);

/// <summary>A mailbox that is read by MailKit. Changes nothing on the server: it is opened for reading alone, and letters stay unread.</summary>
internal sealed class ImapSession : IAsyncDisposable
{
    /// <summary>MailKit waits for ever while it idles: a server that has gone would never be missed.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromMilliseconds(MailTalk.SilentMilliseconds);

    private readonly Client client;
    private readonly MailTalk talk;
    private readonly TimeProvider clock;
    private IMailFolder? folder;
    private int count;
    private bool came;
    private CancellationTokenSource? waiting;

    private ImapSession(Client client, TimeProvider clock) => (this.client, this.clock, talk) = (client, clock, new(clock));

    private IMailFolder Folder => folder ?? throw new InvalidOperationException("No mailbox is open.");

    /// <exception cref="MailException">Every failure.</exception>
    public static async Task<ImapSession> OpenAsync(MailHost server, MailTrust trust, TimeProvider clock, CancellationToken cancellation)
    {
        server.DemandProtection();
        var session = new ImapSession(new(trust) { Timeout = MailTalk.SilentMilliseconds, CheckCertificateRevocation = false }, clock);
        try
        {
            await session.talk.ToldAsync(stop => session.client.ConnectAsync(server.Host, server.Port, server.Options, stop), "mail.tls-not-offered", cancellation);
            await session.talk.ToldAsync(stop => session.client.AuthenticateAsync(Encoding.UTF8, new NetworkCredential(server.User ?? "", server.Password ?? ""), stop), "mail.sign-in-refused", cancellation);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a mailbox without the right to change it (EXAMINE).</summary>
    public async Task<ImapMailbox> ExamineAsync(string mailbox, CancellationToken cancellation)
    {
        folder = await talk.ToldAsync(stop => client.GetFolderAsync(mailbox, stop), "mail.mailbox-missing", cancellation);
        await talk.ToldAsync(stop => Folder.OpenAsync(FolderAccess.ReadOnly, stop), "mail.mailbox-missing", cancellation);
        count = Folder.Count;
        Folder.CountChanged += OnCount;
        return new(Folder.UidValidity, Folder.UidNext?.Id ?? 0);
    }

    /// <summary>Numbers of the letters from a number on, ascending.</summary>
    public Task<IReadOnlyList<long>> NumbersAsync(long from, CancellationToken cancellation) => FindAsync(SearchQuery.Uids(new UniqueIdRange(new UniqueId((uint)from), UniqueId.MaxValue)), from, cancellation);

    /// <summary>Numbers of the letters that came on a day or later, ascending.</summary>
    public Task<IReadOnlyList<long>> SinceAsync(DateOnly day, CancellationToken cancellation) => FindAsync(SearchQuery.DeliveredAfter(day.ToDateTime(TimeOnly.MinValue)), 1, cancellation);

    /// <summary>Numbers and sizes of the letters from a number on, ascending.</summary>
    public async Task<IReadOnlyList<(long Uid, long Size)>> ListAsync(long from, int most, CancellationToken cancellation)
    {
        var numbers = (await NumbersAsync(from, cancellation)).Take(most).ToList();
        return numbers.Count == 0 ? [] : [.. (await SummariesAsync(numbers, MessageSummaryItems.Size, cancellation)).Select(s => ((long)s.UniqueId.Id, (long)(s.Size ?? 0))).OrderBy(l => l.Item1)];
    }

    /// <summary>The heads of some letters, without what they say.</summary>
    public async Task<IReadOnlyList<byte[]>> HeadsAsync(IReadOnlyList<long> uids, CancellationToken cancellation) =>
        [.. (await SummariesAsync(uids, MessageSummaryItems.Headers, cancellation)).Where(s => s.Headers is not null).OrderBy(s => s.UniqueId.Id).Select(s => Octets(s.Headers!))];

    /// <summary>Whether the server tells of new letters by itself.</summary>
    public bool CanIdle => client.Capabilities.HasFlag(ImapCapabilities.Idle);

    /// <summary>Waits in an opened mailbox until the server tells of a letter.</summary>
    /// <param name="longest">Servers end conversations that are silent for half an hour.</param>
    /// <param name="cancellation">Stops waiting; the conversation cannot be used after that.</param>
    /// <returns>Whether something came, since the last wait or the opening.</returns>
    public async Task<bool> IdleAsync(TimeSpan longest, CancellationToken cancellation)
    {
        using var done = new CancellationTokenSource(longest, clock);
        waiting = done;
        try
        {
            if (!came)
            {
                await talk.ToldAsync(stop => client.IdleAsync(done.Token, stop), "mail.not-understood", cancellation, longest + Lost);
            }
        }
        finally
        {
            waiting = null;
        }

        (var isNew, came) = (came, false);
        return isNew;
    }

    /// <summary>One letter as it lies there; null when it is gone. One octet more than is taken in of a letter that is larger than its server said.</summary>
    public async Task<byte[]?> FetchAsync(long uid, CancellationToken cancellation)
    {
        try
        {
            await using var letter = await talk.ToldAsync(stop => Folder.GetStreamAsync(new UniqueId((uint)uid), 0, MailIntake.MostBytes + 1, stop), "mail.not-understood", cancellation);
            var octets = new byte[letter.Length];
            await letter.ReadExactlyAsync(octets, cancellation);
            return octets;
        }
        catch (MessageNotFoundException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await MailTalk.LeaveAsync(client);
        client.Dispose();
    }

    private Task<IList<IMessageSummary>> SummariesAsync(IReadOnlyList<long> uids, MessageSummaryItems items, CancellationToken cancellation) =>
        talk.ToldAsync(stop => Folder.FetchAsync([.. uids.Select(u => new UniqueId((uint)u))], items | MessageSummaryItems.UniqueId, stop), "mail.not-understood", cancellation);

    private async Task<IReadOnlyList<long>> FindAsync(SearchQuery query, long from, CancellationToken cancellation)
    {
        var found = await talk.ToldAsync(stop => Folder.SearchAsync(query, stop), "mail.not-understood", cancellation);
        // The last letter answers to a range that begins after it.
        return [.. found.Select(u => (long)u.Id).Where(u => u >= from).Order()];
    }

    private void OnCount(object? sender, EventArgs args)
    {
        came |= Folder.Count > count;
        count = Folder.Count;
        if (came)
        {
            waiting?.Cancel();
        }
    }

    private static byte[] Octets(MimeKit.HeaderList headers)
    {
        using var head = new MemoryStream();
        headers.WriteTo(head);
        return head.ToArray();
    }

    private sealed class Client(MailTrust trust) : ImapClient
    {
        protected override SslClientAuthenticationOptions GetSslClientAuthenticationOptions(string host, RemoteCertificateValidationCallback remoteCertificateValidationCallback) =>
            trust.Narrow(base.GetSslClientAuthenticationOptions(host, remoteCertificateValidationCallback));
    }
}
