using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Notifications;

/// <summary>From something with a date to the user who is told of it.</summary>
public sealed class NoticeTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Reminder_WhenItIsTime_IsToldOnce(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2026-11-23T09:29:59Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        var counterparty = await app.AddCounterpartyAsync("ООО «Ромашка»");
        await app.PlanAsync(counterparty, anna.Id, NoticeWorld.At("2026-11-23T10:00:00Z"), 30);

        await app.TellAsync();
        Assert.Empty(await app.NoticesAsync());

        clock.Now = NoticeWorld.At("2026-11-23T09:30:05Z");
        await app.TellAsync();
        clock.Now = NoticeWorld.At("2026-11-23T09:31:00Z");
        await app.TellAsync();

        var notice = Assert.Single(await app.NoticesAsync());
        Assert.Equal((anna.Id, "contact", "Call about the offer", 1), (notice.UserId, notice.Kind, notice.Text, notice.Round));
        Assert.Equal(NoticeWorld.At("2026-11-23T09:30:05Z"), notice.ToldAt);
        Assert.Equal((NoticeChannels.Bell, DeliveryState.Delivered), Assert.Single((await app.DeliveriesAsync()).Select(d => (d.Channel, d.State))));
    }

    /// <summary>Kyiv's clock skips 3:00–4:00 on 29 March 2026 and shows it twice on 25 October; New York's 2:00–3:00 on 8 March, 1:00–2:00 twice on 1 November.</summary>
    [Theory]
    [InlineData("Europe/Kyiv", "2026-03-29T03:30", "2026-03-29T01:15:00Z")] // becomes 4:30 EEST
    [InlineData("Europe/Kyiv", "2026-10-25T03:30", "2026-10-25T00:15:00Z")] // the first 3:30, still EEST
    [InlineData("America/New_York", "2026-03-08T02:30", "2026-03-08T07:15:00Z")]
    [InlineData("America/New_York", "2026-11-01T01:30", "2026-11-01T05:15:00Z")]
    [InlineData("Europe/Moscow", "2026-03-29T03:30", "2026-03-29T00:15:00Z")]
    public async Task Reminder_WhenTheClockIsTurned_ComesAtTheUsersTime(string zone, string planned, string expected)
    {
        var clock = new FixedClock(NoticeWorld.At(expected) - TimeSpan.FromSeconds(6));
        await using var app = await CrmApp.StartAsync(clock: clock);
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        var start = LocalTime.Read(planned, TimeZoneInfo.FindSystemTimeZoneById(zone))!.Value;
        await app.PlanAsync(await app.AddCounterpartyAsync("A"), anna.Id, start, 15);

        await app.TellAsync();
        Assert.Empty(await app.NoticesAsync());
        clock.Now = NoticeWorld.At(expected);
        await app.TellAsync();

        Assert.Single(await app.NoticesAsync());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task QuietHours_Reminder_WaitsForTheirEnd(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2026-11-23T21:00:00Z")); // 23:00 in Kyiv
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        await app.ChangeAccountAsync(anna.Id, "Europe/Kyiv");
        await app.SaveAsync(new NoticeSettings { UserId = anna.Id, QuietFrom = 22 * 60, QuietTo = 8 * 60 });
        await app.PlanAsync(await app.AddCounterpartyAsync("A"), anna.Id, NoticeWorld.At("2026-11-23T21:00:00Z"));

        await app.TellAsync();
        Assert.Equal(NoticeWorld.At("2026-11-24T06:00:00Z"), Assert.Single(await app.NoticesAsync()).PlanAt);
        Assert.Empty(await app.DeliveriesAsync());

        clock.Now = NoticeWorld.At("2026-11-24T06:00:00Z");
        await app.TellAsync();
        Assert.Single(await app.DeliveriesAsync());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task QuietHours_ContactHeldCalledOffOrMovedMeanwhile_IsNotToldAfterThem(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2026-11-23T21:00:00Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        await app.SaveAsync(new NoticeSettings { UserId = anna.Id, QuietFrom = 20 * 60, QuietTo = 8 * 60 });
        var counterparty = await app.AddCounterpartyAsync("A");
        long[] plans = [.. await Task.WhenAll(Enumerable.Range(0, 4).Select(i => app.PlanAsync(counterparty, anna.Id, clock.Now, subject: $"{i}")))];
        await app.TellAsync();
        Assert.Equal(4, (await app.NoticesAsync()).Count);

        await app.ChangePlanAsync(plans[0], InteractionState.Done);
        await app.ChangePlanAsync(plans[1], InteractionState.Cancelled);
        await app.ChangePlanAsync(plans[2], InteractionState.Planned, NoticeWorld.At("2026-11-24T15:00:00Z"));
        clock.Now = NoticeWorld.At("2026-11-24T08:00:00Z");
        await app.TellAsync();
        Assert.Equal(["3"], (await app.NoticesAsync()).Where(n => n.ToldAt is not null).Select(n => n.Text));

        clock.Now = NoticeWorld.At("2026-11-24T15:00:01Z"); // the moved one in its new time
        await app.TellAsync();
        Assert.Equal(["2", "3"], (await app.NoticesAsync()).Where(n => n.ToldAt is not null).Select(n => n.Text).Order());
        Assert.Equal(2, (await app.DeliveriesAsync()).Count);
    }

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
    public async Task Snooze_UntilLater_IsToldAgain(DatabaseKind kind)
    {
        var clock = new FixedClock(TimeProvider.System.GetUtcNow());
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await using var database = app.Database();
        var anna = await database.Set<UserAccount>().SingleAsync(a => a.Login == "anna");
        await app.PlanAsync(await app.AddCounterpartyAsync("A"), anna.Id, clock.Now);
        await app.TellAsync();
        var id = (await app.NoticesAsync()).Single().Id;
        Assert.Equal("1", (await browser.PartAsync("/notifications/bell")).QuerySelector(".badge")?.TextContent);

        await browser.OpenAsync("/notifications");
        await browser.SubmitAsync($"/notifications/{id}/snooze", new() { ["until"] = "hour" });
        Assert.Null((await browser.PartAsync("/notifications/bell")).QuerySelector(".badge"));
        Assert.Empty((await browser.OpenAsync("/notifications")).QuerySelectorAll(".crm-notice"));

        clock.Now += TimeSpan.FromMinutes(61);
        await app.TellAsync();
        Assert.Single((await browser.OpenAsync("/notifications")).QuerySelectorAll(".crm-notice"));
        Assert.Equal([1, 2], (await app.DeliveriesAsync()).Select(d => d.Round));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Escalation_UnseenTooLong_TellsTheDirectorOnce(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2026-11-23T09:00:00Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var (anna, boss, other) = (await app.AddUserAsync("anna", Role.SalesManager), await app.AddUserAsync("boss", Role.CommercialDirector), await app.AddUserAsync("other", Role.CommercialDirector));
        await using (var database = app.Database())
        {
            await database.Set<UserAccount>().Where(a => a.Id == anna.Id || a.Id == other.Id).ExecuteUpdateAsync(a => a.SetProperty(x => x.Team, "North"));
        }

        await app.ChooseAsync(0, "contact", NoticeChannels.Bell, escalate: 60);
        await app.PlanAsync(await app.AddCounterpartyAsync("A"), anna.Id, clock.Now);
        await app.TellAsync();
        clock.Now += TimeSpan.FromMinutes(59);
        await app.TellAsync();
        Assert.Empty(await app.NoticesAsync(other.Id));

        clock.Now += TimeSpan.FromMinutes(2);
        await app.TellAsync();
        clock.Now += TimeSpan.FromHours(3);
        await app.TellAsync();

        Assert.Empty(await app.NoticesAsync(boss.Id)); // not of anna's team
        var escalated = Assert.Single(await app.NoticesAsync(other.Id));
        Assert.Equal((anna.Id, 1), (escalated.OriginUserId, escalated.Round));
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

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task RecordsOfTheErp_DueAndOverdue_AreToldToTheirManager(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2026-02-26T10:00:00Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        await app.AddUserAsync("viktor", Role.SalesManager);
        var counterparty = await app.AddCounterpartyAsync("A", "anna");
        var person = await app.AddPersonAsync(counterparty, "Мария");
        await using (var database = app.Database())
        {
            var leap = (DateOnly?)new DateOnly(1984, 2, 29);
            await database.Set<ContactPersonRecord>().Where(p => p.Id == person).ExecuteUpdateAsync(p => p.SetProperty(x => x.Birthday, leap));
            // The CRM's own persons: one speaks for the counterparty, the other has left.
            PersonCard[] own = [Own("Ольга", new(1, 3, 1)), Own("Пётр", new(1990, 3, 1))];
            database.AddRange(own);
            await database.SaveChangesAsync();
            database.AddRange(
                new PersonPlace { PersonCardId = own[0].Id, CounterpartyId = counterparty },
                new PersonPlace { PersonCardId = own[1].Id, CounterpartyId = counterparty, LeftOn = new(2026, 1, 31) });
            await database.SaveChangesAsync();
        }

        await app.SaveAsync(
            Payment(counterparty, "2026-02-20", 100_0000, "EUR"), Payment(counterparty, "2026-02-20", 50_0000, "EUR"), Payment(counterparty, "2026-02-20", 7_0000, "UAH"),
            Payment(counterparty, "2026-02-26", 1, "EUR"), Payment(counterparty, "2026-01-01", 1, "EUR"), // not overdue yet; no news any more
            new SalesOrderRecord { HostKey = "o1", Version = "1", ConnectionId = 1, CounterpartyId = counterparty, Number = "SO-1", State = Contracts.OrderState.Confirmed, Currency = "EUR", PromisedOn = new(2026, 2, 25) },
            new SalesOrderRecord { HostKey = "o2", Version = "1", ConnectionId = 1, CounterpartyId = counterparty, Number = "SO-2", State = Contracts.OrderState.Delivered, Currency = "EUR", PromisedOn = new(2026, 2, 25), DeliveredOn = new(2026, 2, 24) });

        await app.TellAsync();
        clock.Now = NoticeWorld.At("2026-02-28T10:00:00Z");
        await app.TellAsync();

        var told = (await app.NoticesAsync()).Where(n => n.Kind != "connector-silent").ToList();
        Assert.All(told, n => Assert.Equal(anna.Id, n.UserId));
        Assert.Equal(
            ["birthday 01.03 Ольга 0", "birthday 28.02 Мария 0", "debt 20.02  1500000", "debt 20.02  70000", "debt 26.02  1", "late-delivery 25.02 SO-1 0"],
            told.Select(n => $"{n.Kind} {n.Day:dd.MM} {n.Text} {n.AmountE4 ?? 0}").Order(StringComparer.Ordinal).ToArray());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_OutOfReach_IsNeitherShownNorCounted(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await using var database = app.Database();
        var anna = await database.Set<UserAccount>().SingleAsync(a => a.Login == "anna");
        await app.PlanAsync(await app.AddCounterpartyAsync("Secret Ltd", "viktor"), anna.Id, TimeProvider.System.GetUtcNow());
        await app.TellAsync();
        Assert.Contains("Secret Ltd", (await browser.OpenAsync("/notifications")).Body!.TextContent, StringComparison.Ordinal);

        await app.NarrowSalespeopleAsync();

        Assert.DoesNotContain("Secret Ltd", (await browser.OpenAsync("/notifications")).Body!.TextContent, StringComparison.Ordinal);
        Assert.Null((await browser.PartAsync("/notifications/bell")).QuerySelector(".badge"));
        using var viktor = await app.SignInAsync("viktor", Role.SalesManager);
        await viktor.OpenAsync("/notifications");
        await viktor.SubmitAsync($"/notifications/{(await app.NoticesAsync()).Single().Id}/done", new Dictionary<string, string>());
        Assert.Equal(System.Net.HttpStatusCode.NotFound, viktor.Status);
    }

    private static PersonCard Own(string name, DateOnly birthday) => new() { Name = name, NameFolded = name.ToLowerInvariant(), Birthday = birthday, CreatedAt = DateTimeOffset.UnixEpoch };

    private static PaymentRecord Payment(long counterparty, string due, long amount, string currency) => new()
    {
        HostKey = Guid.NewGuid().ToString("N"), Version = "1", ConnectionId = 1, CounterpartyId = counterparty, Currency = currency, AmountE4 = amount,
        DueOn = DateOnly.ParseExact(due, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
    };
}
