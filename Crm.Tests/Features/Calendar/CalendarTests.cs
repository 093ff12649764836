using System.Net;
using System.Text.Json;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Calendar;

/// <summary>The calendar, its drag, its feed, the control of plans and of working time.</summary>
public sealed class CalendarTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Today = new(TimeProvider.System.GetUtcNow().Date.AddDays(1), TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Drag_ToAFreeHour_IsSaved_ToABusyOneRefusedWithTheReason(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Ромашка");
        using var anna = await app.SignInAsync("anna", Role.SalesManager, "ru");
        await PlanAsync(anna, id, 10, 11, "Meeting", "Зал");
        await PlanAsync(anna, id, 14, 15, "Meeting", "");
        var events = await EventsAsync(anna, "");
        Assert.Equal([(10, 11, true), (14, 15, true)], events.Select(e => (Hour(e, "start"), Hour(e, "end"), e.GetProperty("editable").GetBoolean())));
        var second = events[1];

        Assert.Equal((HttpStatusCode.UnprocessableEntity, 0), await MoveAsync(anna, second, 10, 11));
        Assert.Contains("Anna", anna.Source, StringComparison.Ordinal);
        Assert.Contains("другая встреча", anna.Source, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, 2), await MoveAsync(anna, second, 16, 18));
        Assert.Equal((HttpStatusCode.Conflict, 0), await MoveAsync(anna, second, 17, 18)); // the version that was seen is gone
        Assert.Equal([10, 16], (await EventsAsync(anna, "")).Select(e => Hour(e, "start")));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, 0), await MoveAsync(anna, events[0], 12, 11)); // ends before it starts
        Assert.Equal((HttpStatusCode.UnprocessableEntity, 0), await MoveAsync(anna, events[0], 12, 13, Today.AddDays(-30)));
        await anna.SubmitAsync($"/calendar/{events[0].GetProperty("id").GetString()}/move", new() { ["start"] = "yesterday", ["version"] = "1" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Events_OfOthers_AreSeenWithinRightsAndDraggedByNobodyWhoMayNot(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (mine, other) = (await app.AddCounterpartyAsync("Mine", "anna"), await app.AddCounterpartyAsync("Other", "boris"));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        await PlanAsync(anna, mine, 9, 10, "PhoneCall", "");
        await PlanAsync(boris, other, 9, 10, "PhoneCall", "");
        Assert.Equal(2, (await EventsAsync(anna, "all")).Count);
        var theirs = (await EventsAsync(boris, "")).Single();

        await app.NarrowSalespeopleAsync();

        Assert.Single(await EventsAsync(anna, "all"));
        Assert.Equal(HttpStatusCode.NotFound, (await MoveAsync(anna, theirs, 12, 13)).Status);
        await anna.OpenAsync("/calendar/events?start=2026-01-01&end=2028-01-01");
        Assert.Equal(HttpStatusCode.BadRequest, anna.Status);
        await anna.OpenAsync("/calendar/events?start=x&end=");
        Assert.Equal(HttpStatusCode.BadRequest, anna.Status);
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Feed_ByItsAddress_ShowsOwnPlansUntilItIsRevoked(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Ромашка");
        using var anna = await app.SignInAsync("anna", Role.SalesManager, "ru");
        await PlanAsync(anna, id, 10, 11, "Meeting", "Зал");
        await anna.OpenAsync("/calendar");
        var page = await anna.SubmitAsync("/calendar/feed", []);
        var address = new Uri(page.QuerySelector("input[readonly]")!.GetAttribute("value")!).AbsolutePath;
        using var nobody = new WebBrowser(app.Address);

        await nobody.OpenAsync(address);
        Assert.Contains($"DTSTART:{Today:yyyyMMdd}T100000Z\r\n", nobody.Source, StringComparison.Ordinal);
        Assert.Contains("SUMMARY:Ромашка: Встреча", nobody.Source, StringComparison.Ordinal);
        await anna.OpenAsync("/calendar");
        page = await anna.SubmitAsync("/calendar/feed", []);
        await nobody.OpenAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, nobody.Status); // a new one ends the old
        address = new Uri(page.QuerySelector("input[readonly]")!.GetAttribute("value")!).AbsolutePath;
        await anna.SubmitAsync("/calendar/feed/revoke", []);
        await nobody.OpenAsync(address);
        Assert.Equal(HttpStatusCode.NotFound, nobody.Status);
        await nobody.OpenAsync("/calendar/feed/" + new string('0', 48) + ".ics");
        Assert.Equal(HttpStatusCode.NotFound, nobody.Status);
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task ControlAndTime_AddUpWhatIsOpenAndWhatWasDone(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (first, second) = (await app.AddCounterpartyAsync("First"), await app.AddCounterpartyAsync("Second"));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);
        var user = (await app.AddUserAsync("boris", Role.SalesManager)).Id;
        var now = TimeProvider.System.GetUtcNow();
        await app.SaveAsync(
            Entry(first, user, InteractionState.Planned, now.AddDays(-2)), // overdue
            Entry(first, user, InteractionState.Planned, now.AddDays(3)), // within the week
            Entry(second, user, InteractionState.Done, now.AddMinutes(-30), minutes: 45), // done without a plan, no next step
            Entry(second, user, InteractionState.Done, now.AddMinutes(-20), minutes: 30, planned: now.AddMinutes(-25)),
            Entry(second, user, InteractionState.Cancelled, now.AddMinutes(-10), planned: now.AddMinutes(-10)));

        var control = await chief.OpenAsync("/calendar/control");
        Assert.Equal(["Boris", "1", "0", "1", "1"], control.QuerySelectorAll("tbody tr td").Select(c => c.TextContent.Trim()));
        foreach (var (part, rows) in new[] { ("Overdue", "First"), ("Week", "First"), ("Adrift", "Second") })
        {
            Assert.Contains(control.QuerySelectorAll("tbody a"), a => a.GetAttribute("href") == $"/calendar/control/{user}/{part}");
            Assert.Equal([rows], (await chief.OpenAsync($"/calendar/control/{user}/{part}")).QuerySelectorAll("tbody tr td:nth-child(2)").Select(c => c.TextContent));
        }

        Assert.Equal("Nothing here.", (await chief.OpenAsync($"/calendar/control/{user}/Today")).QuerySelector("tbody")!.TextContent.Trim());
        foreach (var (browser, path) in new[] { (chief, $"/calendar/control/{user}/Yesterday"), (chief, "/calendar/control/404/Overdue"), (anna, $"/calendar/control/{user}/Overdue") })
        {
            await browser.OpenAsync(path);
            Assert.True(browser.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, path); // no such part, no such user, not of her team
        }

        var time = await chief.OpenAsync($"/calendar/time?from={now.AddDays(-1):yyyy-MM-dd}&to={now:yyyy-MM-dd}");
        Assert.Equal(["Boris", "2", "1.0", "2", "1.3", "1", "1"], time.QuerySelectorAll("table")[0].QuerySelectorAll("tbody td").Select(c => c.TextContent.Trim()));
        Assert.Equal(["Boris", "0.0", "0.0", "0.0", "1.3"], time.QuerySelectorAll("table")[1].QuerySelectorAll("tbody td").Select(c => c.TextContent.Trim()));
        Assert.DoesNotContain("Boris", (await anna.OpenAsync("/calendar/control")).QuerySelector("tbody")!.TextContent, StringComparison.Ordinal); // not of her team
        await chief.OpenAsync("/calendar/time?from=soon&to=2999-99-99");
        Assert.Equal(HttpStatusCode.OK, chief.Status);
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task ControlList_OfManyRows_ComesPageByPage_AsManyAsTheFigureSays(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(new(2037, 11, 23, 12, 0, 0, TimeSpan.Zero)));
        var now = new DateTimeOffset(2037, 11, 23, 12, 0, 0, TimeSpan.Zero);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var user = (await app.AddUserAsync("boris", Role.SalesManager)).Id;
        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);
        var ids = new List<long>();
        for (var i = 0; i < 51; i++)
        {
            ids.Add(await app.AddCounterpartyAsync($"C{i:00}"));
        }

        // Overdue by an hour: today's, all at one instant; and each has been in touch with another plan still open or none.
        await app.SaveAsync([.. ids.Select(id => Entry(id, user, InteractionState.Planned, now.AddHours(-1)))]);
        var lone = await app.AddCounterpartyAsync("Lone");
        await app.SaveAsync(Entry(lone, user, InteractionState.Done, now.AddDays(-89)), Entry(await app.AddCounterpartyAsync("Long ago"), user, InteractionState.Done, now.AddDays(-91)));

        Assert.Equal(["Boris", "51", "0", "0", "1"], (await chief.OpenAsync("/calendar/control")).QuerySelectorAll("tbody tr td").Select(c => c.TextContent.Trim()));
        var first = await chief.OpenAsync($"/calendar/control/{user}/Overdue");
        var second = await chief.OpenAsync(first.QuerySelector("tbody tr:last-child a")!.GetAttribute("href")!);
        Assert.Equal((51, 1), (first.QuerySelectorAll("tbody tr").Length, second.QuerySelectorAll("tbody tr").Length));
        Assert.Equal(51, first.QuerySelectorAll("tbody td:nth-child(2)").Concat(second.QuerySelectorAll("tbody td:nth-child(2)")).Select(c => c.TextContent).Distinct().Count());
        Assert.Equal(["Lone"], (await chief.OpenAsync($"/calendar/control/{user}/Adrift")).QuerySelectorAll("tbody td:nth-child(2)").Select(c => c.TextContent));
    }

    private static Interaction Entry(long counterparty, long user, InteractionState state, DateTimeOffset at, int? minutes = null, DateTimeOffset? planned = null) => new()
    {
        CounterpartyId = counterparty, Kind = InteractionKind.PhoneCall, Direction = InteractionDirection.Outgoing, State = state, Importance = InteractionImportance.Middle, At = at,
        PlannedStart = state == InteractionState.Planned ? at : planned, StartedAt = state == InteractionState.Done ? at : null, Minutes = minutes, ResponsibleId = user, Version = 1, CreatedBy = user, CreatedAt = at,
    };

    private static async Task PlanAsync(WebBrowser browser, long counterparty, int from, int to, string kind, string room)
    {
        await browser.OpenAsync($"/interactions/new?counterparty={counterparty}&state=Planned");
        await browser.SubmitAsync("/interactions", new()
        {
            ["counterparty"] = $"{counterparty}", ["state"] = "Planned", ["kind"] = kind, ["plannedStart"] = $"{Today:yyyy-MM-dd}T{from:00}:00", ["plannedEnd"] = $"{Today:yyyy-MM-dd}T{to:00}:00", ["room"] = room,
        });
        Assert.Equal(HttpStatusCode.OK, browser.Status);
    }

    private static async Task<List<JsonElement>> EventsAsync(WebBrowser browser, string who)
    {
        await browser.OpenAsync($"/calendar/events?who={who}&start={Today:yyyy-MM-dd}T00:00:00Z&end={Today.AddDays(1):yyyy-MM-dd}T00:00:00Z");
        return [.. JsonDocument.Parse(browser.Source).RootElement.EnumerateArray()];
    }

    private static int Hour(JsonElement plan, string field) => DateTime.Parse(plan.GetProperty(field).GetString()!, System.Globalization.CultureInfo.InvariantCulture).Hour;

    private static async Task<(HttpStatusCode Status, int Version)> MoveAsync(WebBrowser browser, JsonElement plan, int from, int to, DateTimeOffset? day = null)
    {
        await browser.OpenAsync("/my-day");
        await browser.SubmitAsync($"/calendar/{plan.GetProperty("id").GetString()}/move", new()
        {
            ["start"] = $"{day ?? Today:yyyy-MM-dd}T{from:00}:00:00Z", ["end"] = $"{day ?? Today:yyyy-MM-dd}T{to:00}:00:00Z", ["version"] = $"{plan.GetProperty("version").GetInt32()}",
        });
        return (browser.Status, browser.Status == HttpStatusCode.NotFound ? 0 : JsonDocument.Parse(browser.Source).RootElement.GetProperty("version").GetInt32());
    }
}
