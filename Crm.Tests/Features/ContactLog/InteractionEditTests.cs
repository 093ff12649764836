using System.Globalization;
using System.Net;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

public sealed class InteractionEditTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Now = new(2037, 11, 20, 10, 0, 0, TimeSpan.Zero);

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Done_PlannedContact_KeepsBothTimesAndPlansTheNextStep(DatabaseKind kind)
    {
        var clock = new FixedClock(Now);
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var planned = await PlanAsync(app, browser, "2037-11-20T12:00");
        clock.Now = new(2037, 11, 20, 12, 40, 0, TimeSpan.Zero);

        await browser.SubmitAsync($"/interactions/{planned.Id}/done", new() { ["version"] = "1", ["result"] = "Agreed", ["minutes"] = "25", ["nextStep"] = "Send contract", ["nextIn"] = "1", ["back"] = "/my-day" });

        Assert.Equal("/my-day", browser.Location);
        var all = await app.InteractionsAsync();
        Assert.Equal((InteractionState.Done, "Agreed", 25, 2), (all[0].State, all[0].Result, all[0].Minutes!.Value, all[0].Version));
        Assert.Equal((new(2037, 11, 20, 12, 0, 0, TimeSpan.Zero), new DateTimeOffset(2037, 11, 20, 12, 0, 0, TimeSpan.Zero)), (all[0].PlannedStart!.Value, all[0].StartedAt!.Value));
        // 12:40 rounded up to the quarter of an hour, a day later.
        Assert.Equal(("Send contract", new(2037, 11, 21, 12, 45, 0, TimeSpan.Zero), all[0].Id), (all[1].Subject, all[1].PlannedStart!.Value, all[1].FollowsId!.Value));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Edit_OlderVersion_IsToldAndDoesNotWin(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        var planned = await PlanAsync(app, anna, "2037-11-21T12:00");
        await boris.OpenAsync($"/interactions/{planned.Id}");

        await anna.SubmitAsync($"/interactions/{planned.Id}", Edit(planned, ("content", "Anna's words")));
        Assert.Equal(HttpStatusCode.OK, anna.Status);
        var page = await boris.SubmitAsync($"/interactions/{planned.Id}", Edit(planned, ("content", "Boris's words")));

        Assert.Equal(HttpStatusCode.Conflict, boris.Status);
        Assert.Equal(RefusalTexts.ChangedMeanwhile, page.QuerySelector(".alert-warning")!.TextContent);
        Assert.Equal("Boris's words", page.QuerySelector("textarea[name=content]")!.TextContent);
        Assert.Equal("2", page.QuerySelector("input[name=version]")!.GetAttribute("value"));
        Assert.Equal("Anna's words", (await app.InteractionsAsync())[0].Content);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Edit_Replaced_IsKeptInTheAuditLogAndShown(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var boris = await app.AddUserAsync("boris", Role.SalesManager);
        var planned = await PlanAsync(app, anna, "2037-11-21T12:00");

        await anna.SubmitAsync($"/interactions/{planned.Id}", Edit(planned, ("content", "Второй текст"), ("users", boris.Id.ToString(CultureInfo.InvariantCulture)), ("plannedStart", "2037-11-21T13:00"), ("remind", "15")));

        await using var database = app.Database();
        var note = await database.Set<AuditEntry>().SingleAsync(a => a.Action == "interaction.changed");
        Assert.Equal($$"""{"content":["First text","Второй текст"],"plannedStart":["2037-11-21T12:00:00Z","2037-11-21T13:00:00Z"],"users":[[],["{{boris.Id}}"]]}""", note.Detail);
        var page = await anna.OpenAsync($"/interactions/{planned.Id}");
        Assert.Contains("First text", page.QuerySelector("del")!.TextContent, StringComparison.Ordinal);
        Assert.True((await app.InteractionsAsync())[0].Users.Single().IsOpen);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Cancel_Contact_StaysReadable(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var planned = await PlanAsync(app, anna, "2037-11-21T12:00");

        await anna.SubmitAsync($"/interactions/{planned.Id}/cancel", new() { ["version"] = "1", ["result"] = "They are away" });
        var page = await anna.OpenAsync("/interactions");
        Assert.Single(page.QuerySelectorAll("tr.crm-gone"));
        await anna.SubmitAsync($"/interactions/{planned.Id}/done", new() { ["result"] = "x" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        var stored = Assert.Single(await app.InteractionsAsync());
        Assert.Equal((InteractionState.Cancelled, "They are away"), (stored.State, stored.Result));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Postpone_Plan_MovesEndAndReminderAlong(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var planned = await PlanAsync(app, anna, "2037-11-21T12:00", ("plannedEnd", "2037-11-21T12:45"), ("remind", "15"));

        await anna.SubmitAsync($"/interactions/{planned.Id}/postpone", new() { ["version"] = "1", ["days"] = "7" });

        var moved = Assert.Single(await app.InteractionsAsync());
        Assert.Equal((new(2037, 11, 28, 12, 0, 0, TimeSpan.Zero), new(2037, 11, 28, 12, 45, 0, TimeSpan.Zero), new DateTimeOffset(2037, 11, 28, 11, 45, 0, TimeSpan.Zero)),
            (moved.PlannedStart!.Value, moved.PlannedEnd!.Value, moved.RemindAt!.Value));
        await anna.SubmitAsync($"/interactions/{planned.Id}/postpone", new() { ["plannedStart"] = "2037-11-01T12:00" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        await anna.SubmitAsync($"/interactions/{planned.Id}/postpone", new() { ["days"] = "many" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Plan_RoomOrColleagueTaken_IsRefusedWithTheTimes(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var vera = await app.SignInAsync("vera", Role.SalesManager);
        var boris = (await app.AddUserAsync("boris", Role.SalesManager)).Id.ToString(CultureInfo.InvariantCulture);
        var id = (await app.AddCounterpartyAsync("Romashka")).ToString(CultureInfo.InvariantCulture);
        Dictionary<string, string> meeting = new() { ["counterparty"] = id, ["state"] = "Planned", ["kind"] = "Meeting", ["subject"] = "", ["plannedStart"] = "2037-11-23T14:00", ["plannedEnd"] = "2037-11-23T15:00", ["room"] = "Blue", ["users"] = boris, ["back"] = "/interactions" };
        await anna.OpenAsync("/my-day");
        await vera.OpenAsync("/my-day");
        await anna.SubmitAsync("/interactions", meeting);
        Assert.Equal(HttpStatusCode.OK, anna.Status);

        var page = await vera.SubmitAsync("/interactions", new Dictionary<string, string>(meeting) { ["plannedStart"] = "2037-11-23T14:59", ["plannedEnd"] = "2037-11-23T16:00", ["room"] = " blue" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, vera.Status);
        Assert.Equal("Room blue is reserved from 23/11/2037 14:00 to 23/11/2037 15:00.", page.QuerySelector("[data-field=room]")!.TextContent);
        Assert.Equal("Boris is in another meeting from 23/11/2037 14:00 to 23/11/2037 15:00.", page.QuerySelector("[data-field=users]")!.TextContent);
        var own = await anna.SubmitAsync("/interactions", new Dictionary<string, string>(meeting) { ["room"] = "", ["users"] = "" });
        Assert.Equal("Anna is in another meeting from 23/11/2037 14:00 to 23/11/2037 15:00.", own.QuerySelector("[data-field=plannedStart]")!.TextContent);
        // One that begins when the other ends is in nobody's way.
        await vera.SubmitAsync("/interactions", new Dictionary<string, string>(meeting) { ["plannedStart"] = "2037-11-23T15:00", ["plannedEnd"] = "2037-11-23T16:00" });
        Assert.Equal(HttpStatusCode.OK, vera.Status);
        Assert.Equal(2, (await app.InteractionsAsync()).Count);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Plan_SameRoomAtOnce_OnlyOneWins(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        var id = (await app.AddCounterpartyAsync("Romashka")).ToString(CultureInfo.InvariantCulture);
        var browsers = new List<WebBrowser>();
        for (var i = 0; i < 6; i++)
        {
            browsers.Add(await app.SignInAsync($"user{i}", Role.SalesManager));
            await browsers[i].OpenAsync("/my-day");
        }

        await Task.WhenAll(browsers.Select(b => b.SubmitAsync("/interactions", new Dictionary<string, string>
        {
            ["counterparty"] = id, ["state"] = "Planned", ["kind"] = "Meeting", ["plannedStart"] = "2037-11-23T14:00", ["room"] = "Blue", ["back"] = "/interactions",
        })));

        Assert.Single(await app.InteractionsAsync());
        Assert.Equal(1, browsers.Count(b => b.Status == HttpStatusCode.OK));
        browsers.ForEach(b => b.Dispose());
    }

    private static async Task<Interaction> PlanAsync(CrmApp app, WebBrowser browser, string start, params (string, string)[] more)
    {
        var id = await app.AddCounterpartyAsync("Romashka");
        await browser.OpenAsync($"/interactions/new?counterparty={id}&state=Planned");
        await browser.SubmitAsync("/interactions", [new("counterparty", id.ToString(CultureInfo.InvariantCulture)), new("state", "Planned"), new("content", "First text"), new("plannedStart", start), new("back", "/interactions"), .. more.Select(m => new KeyValuePair<string, string>(m.Item1, m.Item2))]);
        return Assert.Single(await app.InteractionsAsync());
    }

    private static Dictionary<string, string> Edit(Interaction of, params (string Field, string Value)[] changes)
    {
        var fields = new Dictionary<string, string> { ["version"] = "1", ["content"] = of.Content!, ["plannedStart"] = "2037-11-21T12:00", ["kind"] = "PhoneCall", ["direction"] = "Outgoing", ["importance"] = "Middle" };
        foreach (var (field, value) in changes)
        {
            fields[field] = value;
        }

        return fields;
    }
}
