using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Crm.Tests.Features.Notifications.NoticeWorld;

namespace Crm.Tests.Features.Notifications;

/// <summary>Notices by e-mail: one by one, and as the digest of the day.</summary>
public sealed class NoticeLetterTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Letter_WaitingWhileTheContactIsHeld_IsNotWritten(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2026-11-23T09:00:00Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        await app.ChangeAccountAsync(anna.Id, email: "anna@trade.example");
        await app.ChooseAsync(anna.Id, "contact", NoticeChannels.Email | NoticeChannels.Webhook);
        var plan = await app.PlanAsync(await app.AddCounterpartyAsync("A"), anna.Id, clock.Now);
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<NoticeCollector>().RunAsync(TestContext.Current.CancellationToken);
        await scope.ServiceProvider.GetRequiredService<NoticePlanner>().RunAsync(TestContext.Current.CancellationToken);

        await app.ChangePlanAsync(plan, InteractionState.Done);
        await app.TellAsync();

        Assert.Equal(["notice.settled", "notice.settled"], (await app.DeliveriesAsync()).Select(d => d.Error));
        await using var database = app.Database();
        Assert.Empty(await database.Set<MailOut>().ToListAsync(TestContext.Current.CancellationToken));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Email_AndDigest_AreQueuedOnce(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2026-11-23T06:00:00Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var anna = await app.AddUserAsync("anna", Role.SalesManager, "ru");
        await app.ChangeAccountAsync(anna.Id, "Europe/Kyiv", "anna@trade.example");
        await app.ChooseAsync(anna.Id, "contact", NoticeChannels.Bell | NoticeChannels.Email | NoticeChannels.Digest);
        await app.SaveAsync(new NoticeSettings { UserId = anna.Id, DigestMinute = (8 * 60) + 30 }, new NoticeSettings { UserId = 0, PublicAddress = "https://crm.example" });
        await app.PlanAsync(await app.AddCounterpartyAsync("ООО «Ромашка»"), anna.Id, clock.Now, subject: "Обсудить цены");

        await app.TellAsync();
        await app.TellAsync();
        clock.Now = NoticeWorld.At("2026-11-23T06:30:00Z"); // 8:30 in Kyiv
        await app.TellAsync();
        clock.Now = NoticeWorld.At("2026-11-23T15:00:00Z");
        await app.TellAsync();

        await using var database = app.Database();
        var notice = Assert.Single(await app.NoticesAsync());
        var letters = await database.Set<MailOut>().OrderBy(m => m.Id).ToListAsync();
        Assert.Equal(["23.11.2026 8:00: Обсудить цены – ООО «Ромашка»", "Ваши оповещения за 23.11.2026: 1"], letters.Select(l => l.Subject.Replace("08:00", "8:00", StringComparison.Ordinal)));
        Assert.All(letters, l => Assert.Contains($"https://crm.example/notifications/{notice.Id}/open", l.Text, StringComparison.Ordinal));
        Assert.All(letters, l => Assert.Equal("anna@trade.example", l.ToAddress));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task EmailOnly_IsNeitherListedNorCountedOnTheBell_AndReadThroughTheLetter(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await using var database = app.Database();
        var anna = await database.Set<UserAccount>().SingleAsync(a => a.Login == "anna");
        await app.ChangeAccountAsync(anna.Id, email: "anna@trade.example");
        await app.ChooseAsync(anna.Id, "contact", NoticeChannels.Email);
        var plan = await app.PlanAsync(await app.AddCounterpartyAsync("A"), anna.Id, TimeProvider.System.GetUtcNow());

        await app.TellAsync();

        Assert.Null((await browser.PartAsync("/notifications/bell")).QuerySelector(".badge"));
        Assert.Empty((await browser.OpenAsync("/notifications")).QuerySelectorAll(".crm-notice"));
        Assert.Single(await database.Set<MailOut>().ToListAsync());
        await browser.OpenAsync($"/notifications/{(await app.NoticesAsync()).Single().Id}/open");
        Assert.Equal($"/interactions/{plan}", browser.Location);
        Assert.NotNull((await app.NoticesAsync()).Single().ReadAt);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task EmailOnly_WithoutAnAddress_StandsOnTheBellAfterAll(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(NoticeWorld.At("2037-11-23T07:00:00Z")));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        await using var database = app.Database();
        var users = await database.Set<UserAccount>().OrderBy(a => a.Login).ToListAsync();
        await app.ChooseAsync(users[0].Id, "contact", NoticeChannels.Email);
        await app.ChooseAsync(users[1].Id, "contact", NoticeChannels.Digest);
        var counterparty = await app.AddCounterpartyAsync("A");
        foreach (var user in users)
        {
            await app.PlanAsync(counterparty, user.Id, NoticeWorld.At("2037-11-23T07:00:00Z"));
        }

        await app.TellAsync();
        Assert.Equal("1", (await anna.PartAsync("/notifications/bell")).QuerySelector(".badge")?.TextContent);
        Assert.Null((await boris.PartAsync("/notifications/bell")).QuerySelector(".badge"));
        ((FixedClock)app.Services.GetRequiredService<TimeProvider>()).Now = NoticeWorld.At("2037-11-23T08:30:00Z");
        await app.TellAsync();
        Assert.Equal("1", (await boris.PartAsync("/notifications/bell")).QuerySelector(".badge")?.TextContent);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Digest_WithoutSettings_CarriesWhatIsTickedAndStandsOnce_AtHalfPastEight(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2026-11-23T06:00:00Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var anna = await app.AddUserAsync("anna", Role.SalesManager, "en");
        await app.ChangeAccountAsync(anna.Id, email: "anna@trade.example");
        await app.ChooseAsync(anna.Id, "contact", NoticeChannels.Digest);
        await app.ChooseAsync(anna.Id, "debt", NoticeChannels.Bell);
        var counterparty = await app.AddCounterpartyAsync("A", "anna");
        await app.SaveAsync(Payment(counterparty, "2026-11-20", 100_0000, "EUR"));
        await app.PlanAsync(counterparty, anna.Id, clock.Now, subject: "Call on Monday");
        var held = await app.PlanAsync(counterparty, anna.Id, clock.Now, subject: "Held");
        await app.TellAsync();
        await app.ChangePlanAsync(held, InteractionState.Done);
        await using var database = app.Database();
        foreach (var (at, letters) in new[] { ("2026-11-23T08:29:59Z", 0), ("2026-11-23T08:30:00Z", 1), ("2026-11-23T16:00:00Z", 1), ("2026-11-24T09:00:00Z", 1) })
        {
            clock.Now = NoticeWorld.At(at);
            await app.TellAsync();
            Assert.Equal(letters, await database.Set<MailOut>().CountAsync());
        }

        await app.PlanAsync(counterparty, anna.Id, clock.Now, subject: "After the time of the day");
        await app.TellAsync();
        Assert.Single(await database.Set<MailOut>().ToListAsync());
        clock.Now = NoticeWorld.At("2026-11-25T08:30:00Z");
        await app.TellAsync();

        var texts = await database.Set<MailOut>().OrderBy(m => m.Id).Select(m => m.Text).ToListAsync();
        Assert.Equal(["• 23/11/2026 06:00: Call on Monday – A\n", "• 24/11/2026 09:00: After the time of the day – A\n"], texts);
    }
}
