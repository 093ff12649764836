using System.Net;
using System.Net.Sockets;
using System.Text;
using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.People;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Letters in: from a real Dovecot, from folders, through a port of our own.</summary>
public sealed class MailReceiveTests(PostgresServer postgres, MailServer server)
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

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Conversation_FromAnUnknownAddress_StaysWithItsCounterparty(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("maria@romashka.example", "q1@x", "Цены")));
        var received = (await app.InboxAsync()).Single();
        var page = await browser.OpenAsync($"/mail/new?counterparty={id}&reply={received.Id}");
        Assert.Equal("Re: Цены", page.QuerySelector("[name=subject]")?.GetAttribute("value"));
        await browser.SubmitAsync("/mail/send", new() { ["key"] = "k", ["counterparty"] = $"{id}", ["reply"] = $"{received.Id}", ["to"] = "maria@romashka.example", ["subject"] = "Re: Цены", ["text"] = "Вот", ["do"] = "send" });
        Assert.Equal($"/counterparties/{id}", browser.Location);
        var answer = (await app.OutboxAsync()).Single();
        Assert.Equal(("q1@x", "q1@x"), (answer.InReplyTo, answer.ReferenceIds));

        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("maria@home.example", "q2@x", "Re: Цены", $"In-Reply-To: <{answer.MessageId}>\nReferences: <q1@x> <{answer.MessageId}>\n")));
        Assert.Equal("skipped.own", await app.TakeAsync(account, MailWorld.Letter("sales@trade.example", answer.MessageId)));
        Assert.Equal(id, (await app.InboxAsync()).Last().CounterpartyId);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task AddressTypedHere_IsKnownWithItsPerson(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync(keepsUnknown: false);
        await using var database = app.Database();
        var maria = (await database.Set<Crm.Plugin.Mirror.Records.ContactPersonRecord>().SingleAsync()).Id;
        var olga = await app.AddOwnPersonAsync("Ольга", "Olga@Home.example", id);
        await app.AddOwnMechanismAsync(id, null, null, ContactMechanismKind.Email, "office@romashka.example");
        await app.AddOwnMechanismAsync(id, null, maria, ContactMechanismKind.Email, "maria@home.example");

        foreach (var (from, no) in ((string, int)[])[("olga@home.EXAMPLE", 1), ("office@romashka.example", 2), ("maria@home.example", 3)])
        {
            Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter(from, $"{no}@x")));
        }

        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("olga@train.example", "4@x", more: "In-Reply-To: <1@x>\n")));
        Assert.Equal(
            [(id, null, olga), (id, null, null), (id, maria, null), (id, null, olga)],
            (await app.InteractionsAsync()).Select(i => (i.CounterpartyId, i.PersonId, i.CardId)));
        Assert.Equal([olga, null, null, olga], (await app.InboxAsync()).Select(m => m.CardId));

        // No longer in use: whose it was is not guessed.
        await database.Set<OwnMechanism>().ExecuteUpdateAsync(m => m.SetProperty(x => x.ValidTo, new DateOnly(2020, 1, 1)));
        Assert.Equal("skipped.unknown", await app.TakeAsync(account, MailWorld.Letter("olga@home.example", "5@x")));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task PersonOfSeveralCounterparties_IsAskedAbout_AndStoredWithThem(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (first, second) = (await app.AddRomashkaAsync(), await app.AddCounterpartyAsync("Лютик"));
        var account = await app.AddAccountAsync(keepsUnknown: false);
        var olga = await app.AddOwnPersonAsync("Ольга", "olga@home.example", first, second);
        await using var database = app.Database();
        var maria = (await database.Set<Crm.Plugin.Mirror.Records.ContactPersonRecord>().SingleAsync()).Id;
        var card = new PersonCard { Name = "Иванова Мария", NameFolded = "иванова мария", ContactPersonId = maria };
        await app.SaveAsync(card);
        await app.SaveAsync(new PersonPlace { PersonCardId = card.Id, CounterpartyId = first }, new PersonPlace { PersonCardId = card.Id, CounterpartyId = second });

        Assert.Equal("unmatched", await app.TakeAsync(account, MailWorld.Letter("olga@home.example", "1@x")));
        Assert.Equal("unmatched", await app.TakeAsync(account, MailWorld.Letter("maria@romashka.example", "2@x")));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var letters = await app.InboxAsync();
        foreach (var letter in letters)
        {
            Assert.Equal(["Лютик", "ООО «Ромашка»"], (await browser.OpenAsync("/mail")).QuerySelectorAll($"#mail-{letter.Id} option").Select(o => o.TextContent));
            await browser.SubmitAsync($"/mail/{letter.Id}/assign", new() { ["counterparty"] = $"{second}" });
            Assert.Equal($"/mail/{letter.Id}", browser.Location);
        }

        Assert.Equal([(second, null, olga), (second, null, card.Id)], (await app.InteractionsAsync()).Select(i => (i.CounterpartyId, i.PersonId, i.CardId)));

        // Who has left one of them writes for the other.
        await database.Set<PersonPlace>().Where(p => p.CounterpartyId == second).ExecuteUpdateAsync(p => p.SetProperty(x => x.LeftOn, new DateOnly(2020, 1, 1)));
        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("olga@home.example", "3@x")));
        Assert.Equal((first, olga), (await app.InteractionsAsync()).Select(i => (i.CounterpartyId, i.CardId!.Value)).Last());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Queue_SameDomain_IsOffered_ButNotOneOfEverybodys(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.AddRomashkaAsync(maria: "maria@gmail.com");
        var account = await app.AddAccountAsync();
        await app.TakeAsync(account, MailWorld.Letter("new@romashka.example", "1@x"));
        await app.TakeAsync(account, MailWorld.Letter("stranger@gmail.com", "2@x"));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        var page = await browser.OpenAsync("/mail");

        var letters = await app.InboxAsync();
        Assert.Equal(["ООО «Ромашка»"], page.QuerySelectorAll($"#mail-{letters[0].Id} option").Select(o => o.TextContent));
        Assert.Empty(page.QuerySelectorAll($"#mail-{letters[1].Id} option"));
    }

    [Theory]
    [InlineData("a@romashka.example", "romashka.example")]
    [InlineData("A@Romashka.Example", "romashka.example")]
    [InlineData("a@gmail.com", null)]
    [InlineData("a@ukr.net", null)]
    [InlineData("a@mail.ru", null)]
    [InlineData("nonsense", null)]
    public void OfCompany_DomainThatTellsTheCompany(string address, string? expected) => Assert.Equal(expected, MailDomainRule.OfCompany(address));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("999999")]
    [InlineData("ромашка")]
    public async Task Queue_AssignToNobody_IsToldAtTheLetter(string counterparty)
    {
        await using var app = await CrmApp.StartAsync();
        await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        await app.TakeAsync(account, MailWorld.Letter("new@person.example", "1@x"));
        var id = (await app.InboxAsync()).Single().Id;
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync("/mail");

        var page = await browser.SubmitAsync($"/mail/{id}/assign", new() { ["counterparty"] = counterparty, ["find"] = "ромаш" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("Choose a counterparty that you may write to.", page.QuerySelector($"#mail-{id} [data-field=counterparty]")!.TextContent);
        Assert.Equal("ромаш", page.QuerySelector($"#mail-{id} form[method=get] [name=find]")!.GetAttribute("value"));
        Assert.Equal(MailInState.Unmatched, (await app.InboxAsync()).Single().State);
    }

    [Fact]
    public async Task Unknown_WithoutQueue_LeavesNothing()
    {
        await using var app = await CrmApp.StartAsync();
        var account = await app.AddAccountAsync(keepsUnknown: false);

        Assert.Equal("skipped.unknown", await app.TakeAsync(account, MailWorld.Letter("wife@home.example", "private@x", "Ужин")));

        Assert.Empty(await app.InboxAsync());
        Assert.False(Directory.Exists(Path.Combine(app.Folder, "mail")));
        Assert.Equal(new() { ["fetched"] = 1, ["skipped.unknown"] = 1 }, await app.CountsAsync(account));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Queue_AssignAndForget_DecideOnce(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        await app.TakeAsync(account, MailWorld.Letter("new@person.example", "n1@x", "Хочу купить"));
        await app.TakeAsync(account, MailWorld.Letter("spam@person.example", "n2@x", "Купите слона"));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var letters = await app.InboxAsync();
        var page = await browser.OpenAsync($"/mail?of={letters[0].Id}&find=ромашка");
        Assert.Equal($"{id}", page.QuerySelector($"#mail-{letters[0].Id} option")?.GetAttribute("value"));

        await browser.SubmitAsync($"/mail/{letters[0].Id}/assign", new() { ["counterparty"] = $"{id}" });
        Assert.Equal($"/mail/{letters[0].Id}", browser.Location);
        await browser.SubmitAsync($"/mail/{letters[0].Id}/assign", new() { ["counterparty"] = $"{id}" });
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
        await browser.SubmitAsync($"/mail/{letters[1].Id}/ignore", new Dictionary<string, string>());

        Assert.Single(await app.InteractionsAsync());
        var forgotten = (await app.InboxAsync())[1];
        Assert.Equal((MailInState.Ignored, "", null, null), (forgotten.State, forgotten.FromAddress, forgotten.Subject, forgotten.Text));
        Assert.Single(Directory.GetFiles(Path.Combine(app.Folder, "mail"), "*", SearchOption.AllDirectories));
        Assert.Equal("skipped.known", await app.TakeAsync(account, MailWorld.Letter("spam@person.example", "n2@x", "Купите слона")));
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

    [Fact]
    public async Task Letter_WithScript_IsShownHarmlessAndItsFilesAsDownloads()
    {
        await using var app = await CrmApp.StartAsync();
        await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        await app.TakeAsync(account, "From: info@romashka.example\nMessage-ID: <evil@x>\nSubject: <script>alert(1)</script>\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p onmouseover=alert(1)>Hi<script>alert(1)</script><img src=https://t.example/x.gif></p>\n--b\nContent-Type: text/html; name=evil.html\nContent-Disposition: attachment\n\n<script>alert(1)</script>\n--b--\n");
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var id = (await app.InboxAsync()).Single().Id;

        var page = await browser.OpenAsync($"/mail/{id}");

        Assert.Equal("<p>Hi</p>", page.QuerySelector("#letter")!.InnerHtml.Trim());
        Assert.DoesNotContain("alert(1)", page.QuerySelector("#letter")!.InnerHtml, StringComparison.Ordinal);
        using var file = await browser.Http.GetAsync($"/mail/{id}/files/0");
        Assert.Equal(("application/octet-stream", "attachment"), (file.Content.Headers.ContentType?.MediaType, file.Content.Headers.ContentDisposition?.DispositionType));
        await app.NarrowSalespeopleAsync();
        await using (var database = app.Database())
        {
            await database.Set<Crm.Plugin.Mirror.Records.CounterpartyRecord>().ExecuteUpdateAsync(c => c.SetProperty(x => x.ManagerLogin, "viktor"));
        }

        await browser.OpenAsync($"/mail/{id}");
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
        using var hidden = await browser.Http.GetAsync($"/mail/{id}/files/0");
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
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
