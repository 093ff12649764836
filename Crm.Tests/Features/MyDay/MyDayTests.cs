using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.MyDay;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.MyDay;

public sealed class MyDayTests(PostgresServer postgres)
{
    [Theory]
    // 29 March 2026 in Kyiv has 23 hours, 25 October 25; Moscow keeps its clock; 8 March in New York has 23, 1 November 25.
    [InlineData("Europe/Kyiv", "2026-03-29T12:00:00Z", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z")]
    [InlineData("Europe/Kyiv", "2026-10-25T12:00:00Z", "2026-10-24T21:00:00Z", "2026-10-25T22:00:00Z")]
    [InlineData("Europe/Moscow", "2026-03-29T12:00:00Z", "2026-03-28T21:00:00Z", "2026-03-29T21:00:00Z")]
    [InlineData("Europe/Moscow", "2026-03-28T22:30:00Z", "2026-03-28T21:00:00Z", "2026-03-29T21:00:00Z")]
    [InlineData("America/New_York", "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z")]
    [InlineData("America/New_York", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")]
    public void Edges_ClockIsTurned_DayHasItsRealLength(string zone, string now, string start, string end)
    {
        var edges = MyDayRule.Edges(Utc(now), TimeZoneInfo.FindSystemTimeZoneById(zone));

        Assert.Equal((Utc(start), Utc(end)), (edges.Start, edges.End));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Show_Plans_StandUnderTheirHeadingsInTheUsersZone(DatabaseKind kind)
    {
        // Friday 20 November 2037, 23:30 in Kyiv.
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Utc("2037-11-20T21:30:00Z")));
        var anna = await app.AddUserAsync("anna", Role.SalesManager, "en");
        await using (var database = app.Database())
        {
            await database.Set<UserAccount>().ExecuteUpdateAsync(s => s.SetProperty(a => a.TimeZone, "Europe/Kyiv"));
        }

        var id = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync(
            Plan(id, anna.Id, "Long ago", "2037-10-01T08:00:00Z"), Plan(id, anna.Id, "This evening", "2037-11-20T21:00:00Z"), Plan(id, anna.Id, "Before midnight", "2037-11-20T21:45:00Z"),
            Plan(id, anna.Id, "After midnight", "2037-11-20T22:15:00Z"), Plan(id, anna.Id, "In a week", "2037-11-27T21:59:00Z"), Plan(id, anna.Id, "Too far", "2037-11-27T22:00:00Z"),
            Plan(id, anna.Id + 1, "Another's", "2037-11-20T21:50:00Z"), Invited(id, anna.Id + 1, anna.Id, "Invited", "2037-11-20T21:55:00Z"));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        var page = await browser.OpenAsync("/my-day");

        var sections = page.QuerySelectorAll("section").Select(s => s.QuerySelector("h2")!.TextContent.Trim().Split(' ')[0].Trim(',') + ": " +
            string.Join(", ", s.QuerySelectorAll("a[href^='/interactions/']").Select(a => a.TextContent))).ToList();
        Assert.Equal(["Overdue: Long ago, This evening", "Today: Before midnight, Invited", "Tomorrow: After midnight", "Friday: In a week"], sections);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Done_OneClick_MovesThePlanToWhatWasDoneToday(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Utc("2037-11-20T10:00:00Z")));
        var anna = await app.AddUserAsync("anna", Role.SalesManager, "en");
        var id = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync(Plan(id, anna.Id, "Call them", "2037-11-20T09:00:00Z"));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var page = await browser.OpenAsync("/my-day");
        var tick = page.QuerySelector("form.crm-day-tick")!;

        page = await browser.SubmitAsync(tick.GetAttribute("action")!, tick.QuerySelectorAll("input[name]").Where(i => i.GetAttribute("name") is "version" or "back").ToDictionary(i => i.GetAttribute("name")!, i => i.GetAttribute("value")!));

        Assert.Equal("/my-day", browser.Location);
        Assert.Empty(page.QuerySelectorAll(".crm-day-row"));
        Assert.Single(page.QuerySelectorAll(".crm-done-line"));
        Assert.NotNull(page.QuerySelector(".empty"));
    }

    [Fact]
    public async Task Who_OnlyThoseWhoReviewSeeOthersPlans()
    {
        await using var app = await CrmApp.StartAsync(clock: new FixedClock(Utc("2037-11-20T10:00:00Z")));
        var anna = await app.AddUserAsync("anna", Role.SalesManager, "en");
        var id = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync(Plan(id, anna.Id, "Anna calls", "2037-11-20T12:00:00Z"));
        using var director = await app.SignInAsync("dora", Role.CommercialDirector);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);

        foreach (var who in (string[])["all", anna.Id.ToString(CultureInfo.InvariantCulture)])
        {
            await director.OpenAsync($"/my-day?who={who}");
            Assert.Contains("Anna calls", director.Source, StringComparison.Ordinal);
            await boris.OpenAsync($"/my-day?who={who}");
            Assert.DoesNotContain("Anna calls", boris.Source, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Plan_FromMyDay_StandsThereAtOnce()
    {
        await using var app = await CrmApp.StartAsync(clock: new FixedClock(Utc("2037-11-20T10:00:00Z")));
        using var browser = await app.SignInAsync("anna", Role.SalesManager, "uk");
        var id = await app.AddCounterpartyAsync("Ромашка");
        var page = await browser.OpenAsync("/my-day");
        Assert.Equal("2037-11-21T10:00", page.QuerySelector("input[name=plannedStart]")!.GetAttribute("value"));

        page = await browser.SubmitAsync("/interactions", new() { ["counterparty"] = id.ToString(CultureInfo.InvariantCulture), ["state"] = "Planned", ["kind"] = "PhoneCall", ["plannedStart"] = "2037-11-21T10:00", ["subject"] = "", ["back"] = "/my-day" });

        Assert.Equal("/my-day", browser.Location);
        Assert.Equal("Вихідний дзвінок", page.QuerySelector(".crm-day-row a[href^='/interactions/']")!.TextContent);
    }

    private static Interaction Plan(long counterparty, long responsible, string subject, string at) => new()
    {
        CounterpartyId = counterparty, Kind = InteractionKind.PhoneCall, Direction = InteractionDirection.Outgoing, Importance = InteractionImportance.Middle, State = InteractionState.Planned,
        Subject = subject, At = Utc(at), PlannedStart = Utc(at), ResponsibleId = responsible, Version = 1, CreatedBy = responsible, CreatedAt = Utc(at),
    };

    private static Interaction Invited(long counterparty, long responsible, long invited, string subject, string at)
    {
        var plan = Plan(counterparty, responsible, subject, at);
        plan.Users.Add(new InteractionUser { UserId = invited, IsOpen = true });
        return plan;
    }

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
