using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static Crm.Tests.Features.Notifications.NoticeWorld;

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
}
