using System.Net;
using System.Net.Sockets;
using System.Text;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Letters in: from a real Dovecot, from folders, through a port of our own.</summary>
public sealed class MailSourceTests(PostgresServer postgres, MailServer server)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Imap_LettersOfKnownPeople_AreStoredOnceAndTheOthersQueued(DatabaseKind kind)
    {
        await server.StartAsync();
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        var mailbox = $"in-{kind}".ToLowerInvariant();
        var account = await app.AddAccountAsync(server, MailSource.Imap, mailbox);
        var second = await app.AddAccountAsync(server, MailSource.Imap, mailbox + "2", isDefault: false);
        var large = MailWorld.Letter("info@romashka.example", "large@x", body: new string('x', 3 << 20));
        foreach (var letter in (string[])[MailWorld.Letter("Мария <MARIA@romashka.example>", "one@x"), MailWorld.Letter("spam@nobody.example", "two@x"), large, MailWorld.Letter("info@romashka.example", "auto@x", more: "Auto-Submitted: auto-replied\n")])
        {
            await server.DeliverAsync(mailbox, letter);
        }

        await server.DeliverAsync(mailbox + "2", MailWorld.Letter("Мария <maria@romashka.example>", "one@x")); // the same letter to a second mailbox

        Assert.Equal(5, await app.FetchMailAsync());
        Assert.Equal(0, await app.FetchMailAsync());
        await using (var database = app.Database())
        {
            // As if the server had numbered anew: everything is read again, and nothing stored twice.
            await database.Set<MailAccount>().ExecuteUpdateAsync(a => a.SetProperty(x => x.UidValidity, 0L));
        }

        await app.FetchMailAsync();
        Assert.Equal((4, 4), await server.UntouchedAsync(mailbox)); // read, and nothing there tells it
        Assert.Equal(["large@x Stored", "one@x Stored", "two@x Unmatched"], (await app.InboxAsync()).Select(m => $"{m.MessageId} {m.State}").Order(StringComparer.Ordinal));
        Assert.Equal(2, (await app.InteractionsAsync()).Count);
        Assert.All(await app.InteractionsAsync(), i => Assert.Equal((id, InteractionDirection.Incoming, InteractionKind.Email), (i.CounterpartyId, i.Direction, i.Kind)));
        Assert.Equal(new() { ["fetched"] = 8, ["matched"] = 2, ["stored"] = 2, ["unmatched"] = 1, ["skipped.automatic"] = 2, ["skipped.known"] = 3 }, await app.CountsAsync(account));
        Assert.Equal(new() { ["fetched"] = 2, ["skipped.known"] = 2 }, await app.CountsAsync(second));
    }

    [Theory]
    [InlineData("Входящие", ".&BBIERQQ+BDQETwRJBDgENQ-")] // RFC 3501 5.1.3
    [InlineData("A&B", ".A&-B")]
    public async Task Imap_MailboxOfAnyLetters_IsOpenedAsTheServerNamesIt(string name, string folder)
    {
        await server.StartAsync();
        await using var app = await CrmApp.StartAsync();
        await app.AddRomashkaAsync();
        await server.DeliverAsync("letters", MailWorld.Letter("info@romashka.example", "inbox@x"));
        await server.DeliverAsync(Path.Combine("letters", folder), MailWorld.Letter("info@romashka.example", name.Length + "@x"));
        await app.AddAccountAsync(server, MailSource.Imap, "letters", name);

        Assert.Equal(1, await app.FetchMailAsync());
        Assert.Equal([name.Length + "@x"], (await app.InboxAsync()).Select(m => m.MessageId));
    }

    [Fact]
    public async Task Folder_EmlAndMaildir_AreTakenInAndPutAside()
    {
        var clock = new FixedClock(TimeProvider.System.GetUtcNow());
        await using var app = await CrmApp.StartAsync(clock: clock);
        await app.AddRomashkaAsync();
        var (plain, maildir) = (Directory.CreateTempSubdirectory("crm-eml-").FullName, Directory.CreateTempSubdirectory("crm-maildir-").FullName);
        Directory.CreateDirectory(Path.Combine(maildir, "new"));
        Directory.CreateDirectory(Path.Combine(maildir, "cur"));
        await app.AddAccountAsync(source: MailSource.Folder, folder: plain);
        await app.AddAccountAsync(source: MailSource.Folder, folder: maildir, mailbox: "second", isDefault: false);
        await File.WriteAllTextAsync(Path.Combine(plain, "a.eml"), MailWorld.Letter("info@romashka.example", "f1@x"));
        await File.WriteAllTextAsync(Path.Combine(plain, "note.txt"), "not a letter");
        await File.WriteAllTextAsync(Path.Combine(maildir, "new", "1.host"), MailWorld.Letter("info@romashka.example", "f2@x"));

        Assert.Equal(1, await app.FetchMailAsync()); // the file may still be being written
        clock.Now = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(10); // however long all that took
        Assert.Equal(1, await app.FetchMailAsync());

        Assert.Equal(["f1@x", "f2@x"], (await app.InboxAsync()).Select(m => m.MessageId).Order(StringComparer.Ordinal));
        Assert.Equal(["a.eml", "note.txt"], Directory.GetFiles(plain, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(plain, "done", "a.eml")));
        Assert.True(File.Exists(Path.Combine(maildir, "cur", "1.host:2,S")));
        Directory.Delete(plain, true);
        Directory.Delete(maildir, true);
    }

    [Fact]
    public async Task Listener_ForwardedLetters_AreTakenForItsOwnAddressOnly()
    {
        await using var app = await CrmApp.StartAsync(runJobs: true);
        await app.AddRomashkaAsync();
        var port = ServerProcess.FreePort();
        await using (var database = app.Database())
        {
            database.Add(new MailAccount { FromAddress = "sales@trade.example", IsActive = true, Source = MailSource.Listener, InHost = "127.0.0.1", InPort = port, KeepsUnknown = true });
            await database.SaveChangesAsync();
        }

        using var client = await ConnectAsync(port);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        Assert.StartsWith("220", await reader.ReadLineAsync(), StringComparison.Ordinal);
        foreach (var (command, answer) in ((string, string)[])[("HELO office", "250"), ("MAIL FROM:<maria@romashka.example>", "250"), ("DATA", "503"), ("RCPT TO:<victim@elsewhere.example>", "550"), ("RCPT TO:<Sales@trade.example>", "250"), ("DATA", "354")])
        {
            await writer.WriteLineAsync(command);
            Assert.StartsWith(answer, await reader.ReadLineAsync(), StringComparison.Ordinal);
        }

        await writer.WriteAsync(MailWorld.Letter("maria@romashka.example", "fwd@x", body: "первая\n..точка\n...две").ReplaceLineEndings("\r\n") + "\r\n.\r\n");
        Assert.StartsWith("250", await reader.ReadLineAsync(), StringComparison.Ordinal);
        await writer.WriteLineAsync("QUIT");
        Assert.StartsWith("221", await reader.ReadLineAsync(), StringComparison.Ordinal);

        Assert.Equal(("fwd@x", MailInState.Stored, "первая\n.точка\n..две"), (await app.InboxAsync()).Select(m => (m.MessageId, m.State, m.Text)).Single());
    }

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return client;
            }
            catch (SocketException) when (i < 200)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }
}
