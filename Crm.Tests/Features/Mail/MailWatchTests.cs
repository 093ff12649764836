using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Mail.Incoming;
using Crm.Plugin.Features.Mail.Servers;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Letters that a real Dovecot tells of by itself.</summary>
public sealed class MailWatchTests(PostgresServer postgres, MailServer server)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Watch_ALetterComes_IsStoredWithoutATurnOfTheSchedule(DatabaseKind kind)
    {
        await server.StartAsync();
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.AddRomashkaAsync();
        var mailbox = $"watched-{kind}".ToLowerInvariant();
        await server.DeliverAsync(mailbox, Letter("before@x"));
        var account = await app.AddAccountAsync(server, MailSource.Imap, mailbox);
        var watches = app.Services.GetRequiredService<MailWatches>();
        using var watch = ActivatorUtilities.CreateInstance<MailWatch>(app.Services);
        await watch.StartAsync(CancellationToken.None);

        // What came while nobody listened is read when listening begins; what comes after that, when the server tells of it.
        await Eventually(async () => (await app.InboxAsync()).Count == 1);
        await server.DeliverAsync(mailbox, Letter("first@x"));
        await Eventually(async () => (await app.InboxAsync()).Count == 2);
        await server.DeliverAsync(mailbox, Letter("second@x"));
        await Eventually(async () => (await app.InboxAsync()).Count == 3);
        Assert.True(watches.Hears(account));
        Assert.Equal(["before@x", "first@x", "second@x"], (await app.InboxAsync()).Select(m => m.MessageId));

        await watch.StopAsync(CancellationToken.None);
        Assert.False(watches.Hears(account));
    }

    [Fact]
    public async Task Idle_NothingComes_EndsInTimeAndTheConversationGoesOn()
    {
        await server.StartAsync();
        var cancellation = TestContext.Current.CancellationToken;
        await server.DeliverAsync("idle", Letter("old@x"));
        var trust = new MailTrust { AuthorityFile = server.AuthorityFile };
        await using var session = await ImapSession.OpenAsync(new("localhost", server.ImapsPort, MailSecurity.Tls, "idle", MailServer.Password), trust, TimeProvider.System, cancellation);
        Assert.True(session.CanIdle);
        await session.ExamineAsync("INBOX", cancellation);

        Assert.False(await session.IdleAsync(TimeSpan.FromMilliseconds(300), cancellation));
        var waiting = session.IdleAsync(TimeSpan.FromMinutes(1), cancellation);
        await server.DeliverAsync("idle", Letter("new@x"));
        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(50), cancellation));
        Assert.Equal(2, (await session.ListAsync(1, 10, cancellation)).Count);
    }

    private static string Letter(string id) => MailWorld.Letter("maria@romashka.example", id);

    private static async Task Eventually(Func<Task<bool>> holds)
    {
        for (var i = 0; !await holds(); i++)
        {
            Assert.True(i < 400, "It did not come in 40 seconds.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
