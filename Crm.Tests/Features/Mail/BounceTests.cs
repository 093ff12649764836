using System.Net;
using System.Net.Sockets;
using System.Text;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Mail.Incoming;
using Crm.Plugin.Features.Mail.Letters;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Reports of servers that a letter did not arrive.</summary>
public sealed class BounceTests(PostgresServer postgres, MailServer server)
{
    // Form of RFC 3464, appendix E, with the original's headers alone.
    private const string Report = """
        Return-Path: <>
        From: Mail Delivery Subsystem <MAILER-DAEMON@mx.x.example>
        To: sales@trade.example
        Subject: Returned mail: see transcript for details
        Message-ID: <{report}@mx.x.example>
        MIME-Version: 1.0
        Auto-Submitted: auto-replied
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b

        The original message was received and could not be delivered.

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.x.example
        Arrival-Date: Sun, 22 Nov 2026 08:00:00 +0000

        Original-Recipient: rfc822;info@romashka.example
        Final-Recipient: rfc822;info@romashka.example
        Action: {action}
        Status: {status}
        Diagnostic-Code: smtp; 550 {status} <info@romashka.example>:
            User unknown

        --b
        Content-Type: text/rfc822-headers

        From: sales@trade.example
        Message-ID: <{id}>
        Subject: Price list
        --b--
        """;

    [Theory]
    [InlineData("failed", "5.1.1", "5.1.1", true)]
    [InlineData("Failed (mailbox)", "4.4.7", "4.4.7", false)] // given up after days of delay
    [InlineData("delayed", "4.4.1", null, false)]
    [InlineData("delivered", "2.1.5", null, false)]
    public void Find_StatusNotification_IsABounceWhenItFailed(string action, string status, string? expected, bool isHard)
    {
        var bounce = BounceRule.Find(Read(Report.Replace("{action}", action, StringComparison.Ordinal).Replace("{status}", status, StringComparison.Ordinal).Replace("{id}", "crm.1@trade.example", StringComparison.Ordinal)));

        Assert.Equal((expected, isHard), (bounce?.Status, bounce?.IsHard ?? false));
        Assert.Equal(expected is null ? null : $"550 {status} <info@romashka.example>: User unknown", bounce?.Reason);
        Assert.Equal(expected is null ? null : "crm.1@trade.example", bounce?.MessageIds.Single());
    }

    [Theory]
    [InlineData("MAILER-DAEMON@qmail.example", "failure notice", "", "Hi. This is the qmail-send program.\n\n<info@romashka.example>:\n10.0.0.1 does not like recipient.\nRemote host said: 550 5.1.1 unknown user\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <own@trade.example>\n", "5.1.1 own@trade.example")]
    [InlineData("Mailer-Daemon@exim.example", "Mail delivery failed: returning message to sender", "X-Failed-Recipients: info@romashka.example\n", "A message that you sent could not be delivered.\n\n  info@romashka.example\n    all relevant MX records point to non-existent hosts\n\nMessage-ID: <own@trade.example>\n", " own@trade.example")]
    [InlineData("postmaster@exchange.example", "Не доставлено: Прайс", "In-Reply-To: <own@trade.example>\n", "Получатель не найден: 550 нет такого ящика", "5.0.0 own@trade.example")]
    [InlineData("postmaster@x.example", "Warning: message delayed 4 hours", "In-Reply-To: <own@trade.example>\n", "451 4.4.1 will be tried again for 5 days", null)]
    [InlineData("maria@romashka.example", "Re: failed delivery of 550 boxes", "In-Reply-To: <own@trade.example>\n", "The delivery of 5.1.1 failed, we returned it.", null)] // a person's letter
    [InlineData("maria@romashka.example", "Automatic reply", "In-Reply-To: <own@trade.example>\nAuto-Submitted: auto-replied\nReturn-Path: <>\n", "I am away until 5.1.2027", null)]
    [InlineData("postmaster@x.example", "Question about your server", "In-Reply-To: <own@trade.example>\n", "Could you call me?", null)]
    [InlineData("MAILER-DAEMON@x.example", "failure notice", "", "550 5.1.1 no such user, and no word of which letter", null)]
    public void Find_BareReport_NeedsAServerAndACode(string from, string subject, string more, string body, string? expected)
    {
        var bounce = BounceRule.Find(Read(MailWorld.Letter(from, "r@x", subject, more, body)));

        Assert.Equal(expected, bounce is null ? null : $"{bounce.Status} {bounce.MessageIds.Single()}");
    }

    [Fact]
    public void Find_WholeOriginalAttached_NamesIt()
    {
        var letter = Report.Replace("text/rfc822-headers", "message/rfc822", StringComparison.Ordinal).Replace("{action}", "failed", StringComparison.Ordinal).Replace("{status}", "5.2.2", StringComparison.Ordinal).Replace("{id}", "whole@trade.example", StringComparison.Ordinal);

        Assert.Equal(["whole@trade.example"], BounceRule.Find(Read(letter))!.MessageIds);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Bounce_OfOurLetter_IsSeenWhereItMattersAndKeptOnce(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync($"/mail/new?counterparty={id}");
        await browser.SubmitAsync("/mail/send", new() { ["key"] = "k", ["counterparty"] = $"{id}", ["to"] = "info@romashka.example", ["subject"] = "Прайс", ["text"] = "t", ["do"] = "send" });
        var letter = (await app.OutboxAsync()).Single();
        await MarkSentAsync(app);

        Assert.Equal("bounced", await app.TakeAsync(account, Of(letter.MessageId, "r1")));
        Assert.Equal("skipped.known", await app.TakeAsync(account, Of(letter.MessageId, "r1")));
        Assert.Equal("skipped.automatic", await app.TakeAsync(account, Of("somebody@else.example", "r2"))); // of a letter that another program sent

        Assert.Empty(await app.InboxAsync());
        Assert.Single(await app.InteractionsAsync());
        Assert.Equal(new() { ["fetched"] = 3, ["bounced"] = 1, ["skipped.known"] = 1, ["skipped.automatic"] = 1 }, await app.CountsAsync(account));
        letter = (await app.OutboxAsync()).Single();
        Assert.Equal((MailState.Bounced, "5.1.1", "550 5.1.1 <info@romashka.example>: User unknown", "mail.bounced"), (letter.State, letter.BounceStatus, letter.BounceReason, letter.Error));
        await using var database = app.Database();
        Assert.Equal(("info@romashka.example", "bounced"), (await database.Set<MailSuppression>().ToListAsync()).Select(s => (s.Address, s.Reason)).Single());
        Assert.Equal(1, await database.Set<AuditEntry>().CountAsync(a => a.Action == "mail.bounced"));

        var outbox = await browser.OpenAsync("/mail/outbox");
        Assert.Contains("came back", outbox.QuerySelector("tbody")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("550 5.1.1 <info@romashka.example>: User unknown", outbox.QuerySelector(".crm-bounce")?.TextContent);
        var card = await browser.OpenAsync($"/counterparties/{id}");
        Assert.Equal("Letters to info@romashka.example come back", card.QuerySelector(".crm-comes-back")?.TextContent.Trim());
        Assert.Contains("A letter came back: Прайс", card.QuerySelector("#timeline")!.TextContent, StringComparison.Ordinal);
        var compose = await browser.OpenAsync($"/mail/new?counterparty={id}");
        Assert.Contains("550 5.1.1 <info@romashka.example>: User unknown", compose.QuerySelector(".crm-comes-back")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("ООО «Ромашка»: letters to this address come back", (await browser.OpenAsync("/mail/new?role=customer")).QuerySelector("details")!.TextContent, StringComparison.Ordinal);

        // A personal letter may still go; and somebody may say that the address is right.
        await browser.SubmitAsync("/mail/send", new() { ["key"] = "k2", ["counterparty"] = $"{id}", ["to"] = "info@romashka.example", ["subject"] = "Ещё раз", ["text"] = "t", ["do"] = "send" });
        Assert.Equal(2, (await app.OutboxAsync()).Count);
        await browser.OpenAsync("/mail/outbox");
        await browser.SubmitAsync($"/mail/outbox/{letter.Id}/right", new Dictionary<string, string>());
        Assert.Contains("1 recipients, 0 left out", (await browser.OpenAsync("/mail/new?role=customer")).QuerySelector("#to")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bounce_SoftOrOfAnUnsubscribed_ChangesNoWish()
    {
        await using var app = await CrmApp.StartAsync();
        var account = await app.AddAccountAsync();
        await app.SaveAsync(
            new MailSuppression { Address = "gone@x.example", Reason = MailSuppressions.Unsubscribed },
            Sent("soft@trade.example", "soft@x.example"), Sent("hard@trade.example", "gone@x.example"), Sent("notice@trade.example", "anna@trade.example", MailPurpose.Notice));

        Assert.Equal("bounced", await app.TakeAsync(account, Of("soft@trade.example", "r1", "4.4.7")));
        Assert.Equal("bounced", await app.TakeAsync(account, Of("hard@trade.example", "r2")));
        Assert.Equal("bounced", await app.TakeAsync(account, Of("notice@trade.example", "r3")));

        await using var database = app.Database();
        Assert.Equal(("gone@x.example", "unsubscribed"), (await database.Set<MailSuppression>().ToListAsync()).Select(s => (s.Address, s.Reason)).Single());
    }

    [Fact]
    public async Task Bounce_ThroughMailboxFolderAndPort_IsTaken()
    {
        await server.StartAsync();
        var clock = new FixedClock(TimeProvider.System.GetUtcNow());
        await using var app = await CrmApp.StartAsync(clock: clock);
        var folder = Directory.CreateTempSubdirectory("crm-eml-").FullName;
        await app.AddAccountAsync(server, MailSource.Imap, "bounces");
        await app.AddAccountAsync(source: MailSource.Folder, folder: folder, mailbox: "second", isDefault: false);
        var port = ServerProcess.FreePort();
        await app.SaveAsync(
            new MailAccount { FromAddress = "third@trade.example", IsActive = true, Source = MailSource.Listener, InHost = "127.0.0.1", InPort = port, KeepsUnknown = true },
            Sent("one@trade.example", "a@x.example"), Sent("two@trade.example", "b@x.example"), Sent("three@trade.example", "c@x.example"));
        await server.DeliverAsync("bounces", Of("one@trade.example", "r1"));
        await File.WriteAllTextAsync(Path.Combine(folder, "b.eml"), Of("two@trade.example", "r2"));
        clock.Now = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(10); // however long all that took

        Assert.Equal(2, await app.FetchMailAsync());
        using var stop = new CancellationTokenSource();
        var listener = ActivatorUtilities.CreateInstance<MailListener>(app.Services);
        await listener.RenewAsync(stop.Token);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
            await reader.ReadLineAsync();
            foreach (var (command, answer) in ((string, string)[])[("HELO mx", "250"), ("MAIL FROM:<>", "250"), ("RCPT TO:<third@trade.example>", "250"), ("DATA", "354"), (Of("three@trade.example", "r3").ReplaceLineEndings("\r\n") + "\r\n.", "250")])
            {
                await writer.WriteLineAsync(command);
                Assert.StartsWith(answer, await reader.ReadLineAsync(), StringComparison.Ordinal);
            }
        }

        await stop.CancelAsync();
        listener.Dispose();
        Assert.All(await app.OutboxAsync(), m => Assert.Equal(MailState.Bounced, m.State));
        Assert.Empty(await app.InboxAsync());
        Directory.Delete(folder, true);
    }

    private static ReceivedLetter Read(string letter) => LetterReader.Read(Encoding.UTF8.GetBytes(letter.ReplaceLineEndings("\r\n")));

    private static string Of(string id, string report, string status = "5.1.1") =>
        Report.Replace("{action}", "failed", StringComparison.Ordinal).Replace("{status}", status, StringComparison.Ordinal).Replace("{id}", id, StringComparison.Ordinal).Replace("{report}", report, StringComparison.Ordinal);

    private static MailOut Sent(string id, string to, MailPurpose purpose = MailPurpose.Personal) => new()
    {
        Key = id, MessageId = id, Purpose = purpose, ToAddress = to, Subject = "s", Text = "t", State = MailState.Sent, CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private static async Task MarkSentAsync(CrmApp app)
    {
        await using var database = app.Database();
        await database.Set<MailOut>().ExecuteUpdateAsync(m => m.SetProperty(x => x.State, MailState.Sent));
    }
}
