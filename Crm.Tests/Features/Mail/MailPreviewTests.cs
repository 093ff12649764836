using Crm.Plugin.Features.Mail;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Nothing is read from a mailbox before somebody saw what would be stored and said so.</summary>
public sealed class MailPreviewTests(PostgresServer postgres, MailServer server)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Mailbox_BeforeTheFirstReading_ShowsWhatWouldBeKeptAndStoresNothing(DatabaseKind kind)
    {
        await server.StartAsync();
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.AddRomashkaAsync();
        var mailbox = $"preview-{kind}".ToLowerInvariant();
        foreach (var letter in (string[])
            [
                MailWorld.Letter("Мария <maria@romashka.example>", "p1@x", "Заявка на август"), MailWorld.Letter("spam@nobody.example", "p2@x", "Предложение"),
                MailWorld.Letter("info@romashka.example", "p3@x", "Автоответ", "Auto-Submitted: auto-replied\n"),
            ])
        {
            await server.DeliverAsync(mailbox, letter);
        }

        var account = await app.AddAccountAsync(server, MailSource.Imap, mailbox);
        await NotBegunAsync(app);
        using var chief = await app.SignInAsync("admin", Role.Administrator);

        Assert.Equal(0, await app.FetchMailAsync());
        Assert.NotNull((await chief.OpenAsync($"/mail/accounts?id={account}")).QuerySelector($"a[href='/mail/accounts/{account}/outlook']"));
        var page = await chief.OpenAsync($"/mail/accounts/{account}/outlook");
        Assert.Equal(["maria@romashka.example Заявка на август ООО «Ромашка»", "spam@nobody.example Предложение queue of the unmatched"], page.QuerySelectorAll("tbody tr").Select(r => string.Join(" ", r.QuerySelectorAll("td").Skip(1).Select(c => c.TextContent.Trim()))).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("Автоответ", page.Body!.TextContent, StringComparison.Ordinal); // passed over, so nobody's business
        Assert.Empty(await app.InboxAsync());
        Assert.Empty(await app.CountsAsync(account));

        await chief.SubmitAsync($"/mail/accounts/{account}/begin", []);
        Assert.Equal($"/mail/accounts?id={account}", chief.Location);
        Assert.Equal(3, await app.FetchMailAsync());
        Assert.Equal(["p1@x Stored", "p2@x Unmatched"], (await app.InboxAsync()).Select(m => $"{m.MessageId} {m.State}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Mailbox_ReadSinceToday_LeavesOlderLettersWhereTheyAre()
    {
        await server.StartAsync();
        await using var app = await CrmApp.StartAsync(DatabaseKind.Sqlite, postgres);
        await app.AddRomashkaAsync();
        await server.DeliverAsync("since", MailWorld.Letter("maria@romashka.example", "s1@x"));
        var account = await app.AddAccountAsync(server, MailSource.Imap, "since");
        await SinceAsync(app, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(2));

        Assert.Equal(0, await app.FetchMailAsync());
        await server.DeliverAsync("since", MailWorld.Letter("maria@romashka.example", "s2@x"));
        Assert.Equal(1, await app.FetchMailAsync());
        Assert.Equal(["s2@x"], (await app.InboxAsync()).Select(m => m.MessageId));

        // A day before the first letter: both are there, the second one known.
        await SinceAsync(app, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-2));
        Assert.Equal(2, await app.FetchMailAsync());
        Assert.Equal(["s2@x", "s1@x"], (await app.InboxAsync()).Select(m => m.MessageId));
        Assert.Equal(1, (await app.CountsAsync(account))["skipped.known"]);
    }

    [Fact]
    public async Task Outlook_ServerDoesNotAnswerOrPasswordIsWrong_SaysWhatToDo()
    {
        await server.StartAsync();
        await using var app = await CrmApp.StartAsync(DatabaseKind.Sqlite, postgres);
        var account = await app.AddAccountAsync(server, MailSource.Imap, "nobody");
        await using (var database = app.Database())
        {
            await database.Set<MailAccount>().ExecuteUpdateAsync(a => a.SetProperty(x => x.InFolder, "No such"));
        }

        using var chief = await app.SignInAsync("admin", Role.Administrator, "ru");
        Assert.Contains("Такого ящика на сервере нет", (await chief.OpenAsync($"/mail/accounts/{account}/outlook")).QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
        using var manager = await app.SignInAsync("anna", Role.SalesManager);
        await manager.OpenAsync($"/mail/accounts/{account}/outlook");
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, manager.Status);
    }

    [Fact]
    public async Task Folder_BeforeTheFirstReading_LiesUntouched()
    {
        await using var app = await CrmApp.StartAsync(DatabaseKind.Sqlite, postgres);
        await app.AddRomashkaAsync();
        var folder = Directory.CreateTempSubdirectory("crm-eml").FullName;
        var letter = Path.Combine(folder, "a.eml");
        await File.WriteAllTextAsync(letter, MailWorld.Letter("maria@romashka.example", "f1@x"), TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(letter, new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var account = await app.AddAccountAsync(null, MailSource.Folder, folder: folder);
        await NotBegunAsync(app);
        using var chief = await app.SignInAsync("admin", Role.Administrator);

        Assert.Equal(0, await app.FetchMailAsync());
        Assert.Contains("ООО «Ромашка»", (await chief.OpenAsync($"/mail/accounts/{account}/outlook")).QuerySelector("tbody")!.TextContent, StringComparison.Ordinal);
        Assert.True(File.Exists(letter));
        await chief.SubmitAsync($"/mail/accounts/{account}/begin", []);
        Assert.Equal(1, await app.FetchMailAsync());
        Directory.Delete(folder, recursive: true);
    }

    private static async Task NotBegunAsync(CrmApp app)
    {
        await using var database = app.Database();
        await database.Set<MailAccount>().ExecuteUpdateAsync(a => a.SetProperty(x => x.BegunAt, (DateTimeOffset?)null));
    }

    private static async Task SinceAsync(CrmApp app, DateOnly day)
    {
        await using var database = app.Database();
        await database.Set<MailAccount>().ExecuteUpdateAsync(a => a.SetProperty(x => x.ReadSince, (DateOnly?)day).SetProperty(x => x.UidNext, 0L).SetProperty(x => x.UidValidity, 0L));
    }
}
