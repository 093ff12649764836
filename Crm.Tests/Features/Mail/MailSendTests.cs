using System.Globalization;
using System.Net;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Mail.Letters;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.People;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Letters out, through a real Exim, and those that are held back.</summary>
public sealed class MailSendTests(PostgresServer postgres, MailServer server)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Send_FromTheCard_ArrivesAndStandsOnTheTimeline(DatabaseKind kind)
    {
        await server.StartAsync();
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var maria = $"maria.{kind}@romashka.example".ToLowerInvariant();
        var id = await app.AddRomashkaAsync(maria: maria);
        await app.AddAccountAsync(server);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var page = await browser.OpenAsync($"/mail/new?counterparty={id}");
        Assert.Equal(["info@romashka.example", maria], page.QuerySelectorAll("#to option").Select(o => o.GetAttribute("value")));
        var form = new Dictionary<string, string>
        {
            ["key"] = page.QuerySelector("[name=key]")!.GetAttribute("value")!, ["counterparty"] = $"{id}", ["to"] = maria, ["subject"] = "Прайс для {counterparty}", ["text"] = "Здравствуйте, {person}!", ["do"] = "preview",
        };
        page = await browser.SubmitAsync("/mail/send", form);
        Assert.Equal("Прайс для ООО «Ромашка»", page.QuerySelector("#preview .fw-semibold")?.TextContent);
        Assert.Contains("Здравствуйте, Иванова Мария!", page.QuerySelector("#preview")!.TextContent, StringComparison.Ordinal);

        form["do"] = "send";
        await browser.SubmitAsync("/mail/send", form);
        Assert.Equal($"/counterparties/{id}", browser.Location);
        await browser.SubmitAsync("/mail/send", form); // the button pressed twice
        var letter = Assert.Single(await app.OutboxAsync());
        Assert.Equal(1, await app.SendMailAsync());
        Assert.Equal(0, await app.SendMailAsync());

        var arrived = LetterReader.Read(System.Text.Encoding.UTF8.GetBytes(Assert.Single(await ArrivedAsync(maria.Split('@')[0], 1))));
        Assert.Equal((letter.MessageId, "Прайс для ООО «Ромашка»", "ООО «Торговля»"), (arrived.MessageId, arrived.Subject, arrived.From?.Name));
        Assert.Equal("Здравствуйте, Иванова Мария!\n\n-- \nС уважением, Anna", arrived.Text);
        Assert.Equal(MailState.Sent, (await app.OutboxAsync()).Single().State);
        var contact = Assert.Single(await app.InteractionsAsync());
        Assert.Equal((InteractionKind.Email, InteractionDirection.Outgoing, InteractionState.Done), (contact.Kind, contact.Direction, contact.State));
        Assert.Contains("Прайс для ООО «Ромашка»", (await browser.OpenAsync($"/counterparties/{id}")).QuerySelector("#timeline")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_TlsAndWrongPassword_AreTold()
    {
        await server.StartAsync();
        await using var app = await CrmApp.StartAsync();
        var account = await app.AddAccountAsync(server);
        await QueueAsync(app, "tls", "tls@x.example");
        await using (var database = app.Database())
        {
            await database.Set<MailAccount>().ExecuteUpdateAsync(a => a.SetProperty(x => x.SmtpPort, server.SmtpsPort).SetProperty(x => x.SmtpSecurity, MailSecurity.Tls));
        }

        Assert.Equal(1, await app.SendMailAsync());
        await QueueAsync(app, "bad", "bad@x.example");
        Environment.SetEnvironmentVariable($"CRM_MAIL_{account.ToString(CultureInfo.InvariantCulture)}_SMTP_PASSWORD", null);
        await using (var database = app.Database())
        {
            await database.Set<MailAccount>().ExecuteUpdateAsync(a => a.SetProperty(x => x.SmtpUser, "nobody"));
        }

        Assert.Equal(0, await app.SendMailAsync());
        Assert.Equal((MailState.Queued, "mail.sign-in-refused", 1), (await app.OutboxAsync()).Where(m => m.Key == "bad").Select(m => (m.State, m.Error, m.Attempts)).Single());
        await using (var database = app.Database())
        {
            // The server's name is not that of its certificate.
            await database.Set<MailAccount>().ExecuteUpdateAsync(a => a.SetProperty(x => x.SmtpHost, "127.0.0.2"));
            await database.Set<MailOut>().ExecuteUpdateAsync(m => m.SetProperty(x => x.NextAt, DateTimeOffset.UnixEpoch));
        }

        await app.SendMailAsync();
        Assert.Contains((await app.OutboxAsync()).Single(m => m.Key == "bad").Error, (string[])["mail.unreachable", "mail.tls-refused"]);
    }

    [Fact]
    public async Task Send_RefusedAndDeferred_AreGivenUpAndTriedAgain()
    {
        await server.StartAsync();
        var clock = new FixedClock(TimeProvider.System.GetUtcNow());
        await using var app = await CrmApp.StartAsync(clock: clock);
        await app.AddAccountAsync(server);
        await QueueAsync(app, "one", "refused@x.example");
        await QueueAsync(app, "two", "deferred@x.example");
        await QueueAsync(app, "three", "third@x.example");

        Assert.Equal(1, await app.SendMailAsync());
        Assert.Equal(["one Failed mail.refused-550", "two Queued mail.deferred-451", "three Sent "], (await app.OutboxAsync()).Select(m => $"{m.Key} {m.State} {m.Error}"));
        var id = (await app.OutboxAsync())[1].MessageId;
        await server.OpenDeferred();
        Assert.Equal(0, await app.SendMailAsync()); // not before its time
        clock.Now += TimeSpan.FromMinutes(2);
        Assert.Equal(1, await app.SendMailAsync());

        Assert.Contains($"<{id}>", (await ArrivedAsync("deferred", 1)).Single(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Unsubscribe_BetweenWritingAndSending_Holds(DatabaseKind kind)
    {
        await server.StartAsync();
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var address = $"info.{kind}@romashka.example".ToLowerInvariant();
        await app.AddRomashkaAsync(address);
        await app.AddAccountAsync(server);
        await app.SaveAsync(new NoticeSettings { UserId = 0, PublicAddress = app.Address.ToString() });
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await SendToSelectionAsync(browser, "first");
        await app.SendMailAsync();
        var letter = (await ArrivedAsync(address.Split('@')[0], 1)).Single();
        var link = letter.Replace("\n ", " ", StringComparison.Ordinal).Split("List-Unsubscribe: <")[1].Split('>')[0];

        await SendToSelectionAsync(browser, "second");
        using var stranger = new HttpClient();
        Assert.Contains("<form", await stranger.GetStringAsync(link), StringComparison.Ordinal); // a scanner's look changes nothing
        using (var click = await stranger.PostAsync(link, new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")])))
        {
            Assert.Equal(HttpStatusCode.OK, click.StatusCode);
        }

        Assert.Equal(0, await app.SendMailAsync());
        Assert.Equal((MailState.Suppressed, "mail.suppressed"), (await app.OutboxAsync()).Select(m => (m.State, m.Error)).Last());
        var page = await browser.OpenAsync("/mail/new?role=customer");
        Assert.Contains("wants no letters", page.Body!.TextContent, StringComparison.Ordinal);
        using var wrong = await stranger.PostAsync(link[..^5] + "aaaaa", null);
        Assert.Equal(HttpStatusCode.NotFound, wrong.StatusCode);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Send_ToTheCrmsOwnPerson_IsOnTheTimelineWithThemAndHeldWhenTheyWantNone(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        await app.AddAccountAsync();
        var olga = await app.AddOwnPersonAsync("Ольга", "olga@home.example", id);
        await app.SaveAsync(new CounterpartyPreference { CounterpartyId = id, Channel = ContactChannel.Phone, Terms = "только утром" });
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var page = await browser.OpenAsync($"/mail/new?counterparty={id}");
        Assert.All((string[])["by phone", "только утром"], t => Assert.Contains(t, page.QuerySelector("main")!.TextContent, StringComparison.Ordinal));

        await browser.SubmitAsync("/mail/send", new() { ["key"] = "k", ["counterparty"] = $"{id}", ["to"] = "OLGA@home.example", ["subject"] = "Цены", ["text"] = "Добрый день", ["do"] = "send" });

        var contact = (await app.InteractionsAsync()).Single();
        Assert.Equal((id, null, olga), (contact.CounterpartyId, contact.PersonId, contact.CardId));
        Assert.Contains("Ольга", (await browser.OpenAsync($"/counterparties/{id}")).QuerySelector("#timeline")!.TextContent, StringComparison.Ordinal);
        await using (var database = app.Database())
        {
            await database.Set<PersonCard>().ExecuteUpdateAsync(c => c.SetProperty(x => x.DoNotContact, true));
        }

        Assert.Equal(0, await app.SendMailAsync());
        Assert.Equal((MailState.Suppressed, "mail.suppressed"), (await app.OutboxAsync()).Select(m => (m.State, m.Error)).Single());
        await browser.SubmitAsync("/mail/send", new() { ["key"] = "k2", ["counterparty"] = $"{id}", ["to"] = "olga@home.example", ["subject"] = "Цены", ["text"] = "Добрый день", ["do"] = "send" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);

        // Many are written to at once: who would rather be called is seen before it is sent.
        page = await browser.OpenAsync("/mail/new?role=customer");
        Assert.Contains("ООО «Ромашка»: by phone", page.QuerySelector(".crm-other-wishes")!.TextContent, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Send_CounterpartyIsNotToBeContacted_GetsNothingAlsoWhatWaitsAlready(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        await app.AddAccountAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await SendToSelectionAsync(browser, "first");

        await app.SaveAsync(new CounterpartyPreference { CounterpartyId = id, DoNotContact = true });

        Assert.Equal(0, await app.SendMailAsync());
        Assert.Equal((MailState.Suppressed, "mail.suppressed"), (await app.OutboxAsync()).Select(m => (m.State, m.Error)).Single());
        Assert.Contains("wants no letters", (await browser.OpenAsync("/mail/new?role=customer")).Body!.TextContent, StringComparison.Ordinal);
        var page = await browser.OpenAsync($"/mail/new?counterparty={id}");
        await browser.SubmitAsync("/mail/send", new() { ["key"] = page.QuerySelector("[name=key]")!.GetAttribute("value")!, ["counterparty"] = $"{id}", ["to"] = "info@romashka.example", ["subject"] = "s", ["text"] = "t", ["do"] = "send" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Single(await app.OutboxAsync());
    }

    private static async Task SendToSelectionAsync(WebBrowser browser, string subject)
    {
        var page = await browser.OpenAsync("/mail/new?role=customer");
        await browser.SubmitAsync("/mail/send", new() { ["key"] = page.QuerySelector("[name=key]")!.GetAttribute("value")!, ["selection"] = "?role=customer", ["subject"] = subject, ["text"] = "t", ["do"] = "send" });
        Assert.Equal("/mail/outbox", browser.Location);
    }

    private static async Task QueueAsync(CrmApp app, string key, string address)
    {
        await using var database = app.Database();
        await MailQueue.AddAsync(database, new() { Key = key, Purpose = MailPurpose.Personal, ToAddress = address, Subject = "s", Text = "t" }, TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1), CancellationToken.None);
    }

    private async Task<IReadOnlyList<string>> ArrivedAsync(string mailbox, int count)
    {
        for (var i = 0; i < 100 && server.Letters(mailbox).Count < count; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        return server.Letters(mailbox);
    }
}
