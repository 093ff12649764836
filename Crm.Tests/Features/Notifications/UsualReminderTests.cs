using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Notifications;

/// <summary>The reminder of a plan whose form says nothing of it.</summary>
public sealed class UsualReminderTests(PostgresServer postgres)
{
    [Theory]
    [InlineData("2037-11-23T10:00:00Z", 15, 15)]
    [InlineData("2037-11-23T09:15:00Z", 15, 15)]
    [InlineData("2037-11-23T09:14:59Z", 15, 0)] // the usual time has passed: at the start
    [InlineData("2037-11-23T10:00:00Z", 0, 0)]
    [InlineData("2037-11-23T10:00:00Z", null, null)]
    public void Before_AStart_IsTheUsualTimeOrTheStart(string start, int? usual, int? expected) =>
        Assert.Equal(expected, UsualReminder.Before(NoticeWorld.At(start), usual, NoticeWorld.At("2037-11-23T09:00:00Z")));

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Plan_ByQuickFormNextStepOrTick_GetsTheUsersUsualReminder(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(NoticeWorld.At("2037-11-23T09:00:00Z")));
        var id = await app.AddCounterpartyAsync("Romashka");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        await PostAsync(anna, id, ("state", "Planned"), ("plannedStart", "2037-11-23T12:00"));
        Assert.Equal(15, await LastAsync(app)); // nobody has set anything
        await PostAsync(anna, id, ("state", "Planned"), ("plannedStart", "2037-11-23T09:05"));
        Assert.Equal(0, await LastAsync(app));

        await SetAsync(anna, "60");
        await PostAsync(anna, id, ("state", "Done"), ("content", "x"), ("nextStep", "Send the offer"), ("nextIn", "1"));
        Assert.Equal(60, await LastAsync(app));
        var plan = (await app.InteractionsAsync()).First(i => i.State == InteractionState.Planned).Id;
        await anna.OpenAsync("/my-day");
        await anna.SubmitAsync($"/interactions/{plan}/done", new() { ["nextStep"] = "Again", ["nextIn"] = "7", ["back"] = "/my-day" });
        Assert.Equal(60, await LastAsync(app));

        var page = await anna.OpenAsync($"/interactions/new?counterparty={id}&state=Planned");
        Assert.Equal("60", page.QuerySelector("#remind option[selected]")!.GetAttribute("value"));
        await PostAsync(anna, id, ("state", "Planned"), ("plannedStart", "2037-11-23T09:30"), ("subject", "soon"), ("remind", "60")); // as offered, too late for it
        Assert.Equal(0, await LastAsync(app));
        await PostAsync(anna, id, ("state", "Planned"), ("plannedStart", "2037-11-24T09:30"), ("subject", "none"), ("remind", ""));
        Assert.Null(await LastAsync(app));
        await SetAsync(anna, "");
        await PostAsync(anna, id, ("state", "Planned"), ("plannedStart", "2037-11-24T15:00"));
        Assert.Null(await LastAsync(app));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Plan_ForAColleague_GetsTheColleaguesReminder(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(NoticeWorld.At("2037-11-23T09:00:00Z")));
        var id = await app.AddCounterpartyAsync("Romashka");
        var boris = await app.AddUserAsync("boris", Role.SalesManager);
        await app.SaveAsync(new NoticeSettings { UserId = boris.Id, RemindMinutes = 1440 });
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        await PostAsync(anna, id, ("state", "Planned"), ("plannedStart", "2037-11-30T12:00"), ("responsible", $"{boris.Id}"));

        Assert.Equal(1440, await LastAsync(app));
        Assert.Equal(NoticeWorld.At("2037-11-29T12:00:00Z"), (await app.InteractionsAsync()).Single().RemindAt);
    }

    [Fact]
    public async Task Calendar_MarkedHours_KeepTheirLengthWithoutACounterparty()
    {
        await using var app = await CrmApp.StartAsync(clock: new FixedClock(NoticeWorld.At("2037-11-23T09:00:00Z")));
        var id = await app.AddCounterpartyAsync("Romashka");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        var page = await anna.OpenAsync("/interactions/new?state=Planned&back=/calendar&plannedStart=2037-11-24T10:00&plannedEnd=2037-11-24T12:30");
        Assert.Equal("2037-11-24T12:30", page.QuerySelector("input[name=plannedEnd]")?.GetAttribute("value"));
        await anna.SubmitAsync("/interactions", new() { ["counterparty"] = $"{id}", ["state"] = "Planned", ["plannedStart"] = "2037-11-24T10:00", ["plannedEnd"] = "2037-11-24T12:30", ["back"] = "/calendar" });

        Assert.Equal("/calendar", anna.Location);
        Assert.Equal(NoticeWorld.At("2037-11-24T12:30:00Z"), (await app.InteractionsAsync()).Single().PlannedEnd);
        Assert.Single((await anna.OpenAsync($"/interactions/new?counterparty={id}&state=Planned&plannedEnd=2037-11-24T12:30")).QuerySelectorAll("input[name=plannedEnd]"));
    }

    private static async Task PostAsync(WebBrowser browser, long counterparty, params (string Name, string Value)[] fields)
    {
        await browser.OpenAsync("/my-day");
        await browser.SubmitAsync("/interactions", fields.Append(("counterparty", $"{counterparty}")).ToDictionary(f => f.Item1, f => f.Item2));
        Assert.Equal(System.Net.HttpStatusCode.OK, browser.Status);
    }

    private static async Task SetAsync(WebBrowser browser, string minutes)
    {
        await browser.OpenAsync("/notifications/settings");
        await browser.SubmitAsync("/notifications/settings", new() { ["zone"] = "UTC", ["birthdayDays"] = "3", ["remind"] = minutes });
        Assert.Equal("/notifications/settings?saved=1", browser.Location);
    }

    private static async Task<int?> LastAsync(CrmApp app)
    {
        await using var database = app.Database();
        return await database.Set<Interaction>().OrderByDescending(i => i.Id).Select(i => i.RemindMinutesBefore).FirstAsync();
    }
}
