using System.Globalization;
using System.Net;
using System.Text.Json;
using Crm.Plugin.Features.Calendar;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Calendar;

/// <summary>Meetings among colleagues, own tasks and absences: made, refused, dragged, cancelled, seen by others, reported.</summary>
public sealed class InternalPlanTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Day = new(TimeProvider.System.GetUtcNow().Date.AddDays(2), TimeSpan.Zero);

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Meeting_WithAColleague_BlocksPeopleAndRoomOfBothKindsOfPlan(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Romashka");
        var boris = await app.AddUserAsync("boris", Role.SalesManager);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await MakeAsync(anna, "Meeting", 10, 11, ("subject", "Planning"), ("room", "Blue"), ("users", boris.Id.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(HttpStatusCode.OK, anna.Status);

        await anna.SubmitAsync("/interactions", Contact(id, "Meeting", 10));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Contains("Anna is in another meeting", anna.Source, StringComparison.Ordinal);
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        await viktor.OpenAsync("/interactions/new");
        await viktor.SubmitAsync("/interactions", [.. Contact(id, "PhoneCall", 10), new("room", "BLUE")]);
        Assert.Contains("Room BLUE is reserved", viktor.Source, StringComparison.Ordinal);
        var refused = await MakeAsync(viktor, "Meeting", 10, 11, ("subject", "Other"), ("users", boris.Id.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Other"), (viktor.Status, refused.QuerySelector("#subject")!.GetAttribute("value")));
        Assert.Contains("Boris is in another meeting", refused.QuerySelector("[data-field=users]")!.TextContent, StringComparison.Ordinal);
        // A task takes nobody's time from a meeting.
        await MakeAsync(anna, "Task", 10, 11, ("subject", "Report"));
        Assert.Equal(HttpStatusCode.OK, anna.Status);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Absence_MakesEveryPlanInItAConflictWithItsReason(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Romashka");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        await anna.OpenAsync("/interactions/new");
        await anna.SubmitAsync("/interactions", Contact(id, "PhoneCall", 9));
        var page = await AbsentAsync(anna, "Illness");
        Assert.Equal(HttpStatusCode.OK, anna.Status);
        Assert.Contains("Romashka", page.QuerySelector(".crm-done-line")!.TextContent, StringComparison.Ordinal); // what it leaves behind

        await anna.SubmitAsync("/interactions", Contact(id, "PhoneCall", 12));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Contains("Anna is ill from", anna.Source, StringComparison.Ordinal);
        await anna.SubmitAsync("/interactions", new Dictionary<string, string>
        {
            ["counterparty"] = Text(id), ["state"] = "Done", ["kind"] = "PhoneCall", ["direction"] = "Outgoing", ["content"] = "x", ["nextStep"] = "Call", ["nextAt"] = At(12),
        });
        Assert.Contains("Anna is ill from", anna.Source, StringComparison.Ordinal);
        // Somebody else is not told why.
        await boris.OpenAsync("/interactions/new");
        await boris.SubmitAsync("/interactions", [.. Contact(id, "PhoneCall", 12), new("users", "1")]);
        Assert.Contains("Anna is away from", boris.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("ill from", boris.Source, StringComparison.Ordinal);
        // What was planned before is still described, but not moved within.
        var plan = Assert.Single(await app.InteractionsAsync());
        await anna.OpenAsync($"/interactions/{plan.Id}");
        await anna.SubmitAsync($"/interactions/{plan.Id}", new Dictionary<string, string> { ["version"] = "1", ["kind"] = "PhoneCall", ["direction"] = "Outgoing", ["content"] = "More", ["subject"] = "Visit", ["plannedStart"] = At(9), ["plannedEnd"] = At(10) });
        Assert.Equal(HttpStatusCode.OK, anna.Status);
        await anna.SubmitAsync($"/interactions/{plan.Id}/postpone", new Dictionary<string, string> { ["version"] = "2", ["plannedStart"] = At(15) });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        await AbsentAsync(anna, "Holiday");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status); // away already
        await MakeAsync(anna, "Task", 10, 11, ("subject", "Report"));
        Assert.Contains("Anna is ill from", anna.Source, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Others_SeeThatSomebodyIsBusyAndNothingElse(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        await MakeAsync(anna, "Meeting", 10, 11, ("subject", "Secret"), ("room", "Blue"), ("content", "Salaries"));
        await AbsentAsync(anna, "Illness", 1);

        var seen = await EventsAsync(boris);
        Assert.Equal(["Busy · Anna", "Away · Anna"], seen.Select(e => e.GetProperty("title").GetString()!));
        Assert.Equal(["", ""], seen.Select(e => e.GetProperty("url").GetString()!));
        Assert.All(seen, e => Assert.False(e.GetProperty("editable").GetBoolean()));
        Assert.Equal([false, true], seen.Select(e => e.GetProperty("allDay").GetBoolean()));
        foreach (var path in (string[])["/calendar?who=all", "/calendar/events?who=all" + Range, "/my-day", "/calendar/time"])
        {
            await boris.OpenAsync(path);
            Assert.DoesNotContain("Secret", boris.Source, StringComparison.Ordinal);
            Assert.DoesNotContain("Illness", boris.Source, StringComparison.Ordinal);
            Assert.DoesNotContain("Blue", boris.Source, StringComparison.Ordinal);
        }

        foreach (var plan in await PlansAsync(app))
        {
            await boris.OpenAsync($"/calendar/internal/{plan.Id}");
            Assert.Equal(HttpStatusCode.NotFound, boris.Status);
            await boris.SubmitAsync($"/calendar/internal/{plan.Id}/cancel", new Dictionary<string, string> { ["version"] = "1" });
            Assert.Equal(HttpStatusCode.NotFound, boris.Status);
            await boris.SubmitAsync($"/calendar/internal-{plan.Id}/move", new Dictionary<string, string> { ["version"] = "1", ["start"] = At(15) });
            Assert.Equal(HttpStatusCode.NotFound, boris.Status);
        }

        Assert.Equal(["Secret · Anna", "Illness · Anna"], (await EventsAsync(viktor)).Select(e => e.GetProperty("title").GetString()!));
        await MakeAsync(boris, "Task", 10, 11, ("subject", "For Anna"), ("responsible", "1"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, boris.Status); // a colleague's plans are not everybody's to make
        await MakeAsync(viktor, "Task", 14, 15, ("subject", "From Viktor"), ("responsible", "1"));
        Assert.Contains("From Viktor", (await anna.OpenAsync("/my-day")).Body!.TextContent, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Series_IsDraggedDoneReportedAndCancelled(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await MakeAsync(anna, "Meeting", 10, 12, ("subject", "Weekly"), ("repeat", "Daily"), ("repeatCount", "3"));
        var plans = await PlansAsync(app);
        Assert.Equal([10, 34, 58], plans.Select(p => (p.StartsAt - Day).TotalHours));

        var first = (await EventsAsync(anna))[0];
        Assert.Equal((HttpStatusCode.OK, 2), await MoveAsync(anna, first, 13, 14));
        Assert.Equal((HttpStatusCode.Conflict, 0), await MoveAsync(anna, first, 15, 16));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, 0), await MoveAsync(anna, (await EventsAsync(anna))[0], 13, 14, Day.AddDays(-30)));
        await anna.OpenAsync($"/calendar/internal/{plans[0].Id}");
        await anna.SubmitAsync($"/calendar/internal/{plans[0].Id}/done", new Dictionary<string, string> { ["version"] = "2", ["minutes"] = "5000", ["result"] = "Typed" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Contains("value=\"Typed\"", anna.Source, StringComparison.Ordinal);
        await anna.SubmitAsync($"/calendar/internal/{plans[0].Id}/done", new Dictionary<string, string> { ["version"] = "2", ["minutes"] = "90", ["result"] = "Decided" });
        Assert.Equal(HttpStatusCode.OK, anna.Status);
        await anna.SubmitAsync($"/calendar/internal/{plans[1].Id}/cancel", new Dictionary<string, string> { ["version"] = "1", ["following"] = "1" });
        Assert.Equal([InternalState.Done, InternalState.Cancelled, InternalState.Cancelled], (await PlansAsync(app)).Select(p => p.State));
        await AbsentAsync(anna, "BusinessTrip", 4);

        var report = await anna.OpenAsync(string.Create(CultureInfo.InvariantCulture, $"/calendar/time?from={Day:yyyy-MM-dd}&to={Day.AddDays(4):yyyy-MM-dd}"));
        // Planned: an hour after the drag and twice two; done: 90 minutes; away on the fifth day.
        Assert.Equal("Anna: internal · away, days: 1|3|5.0|1|1.5||2", string.Join('|', report.QuerySelectorAll(".crm-inside td").Select(c => c.TextContent.Trim())));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task MyDayControlFeedAndReminders_KnowOfIt(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        await MakeAsync(anna, "Task", 10, 11, ("subject", "Report"), ("remind", "60"));
        await AbsentAsync(anna, "Holiday", 3);

        var day = await anna.OpenAsync("/my-day");
        Assert.Equal(2, day.QuerySelectorAll(".crm-day-row").Length);
        var control = await viktor.OpenAsync("/calendar/control");
        Assert.Contains("/calendar/control/1/Week", control.Body!.InnerHtml, StringComparison.Ordinal);
        Assert.Contains("Report", (await viktor.OpenAsync("/calendar/control/1/Week")).Body!.TextContent, StringComparison.Ordinal);
        await anna.OpenAsync("/calendar");
        var page = await anna.SubmitAsync("/calendar/feed", []);
        var feed = await anna.Http.GetStringAsync(new Uri(new Uri(page.QuerySelector("input[readonly]")!.GetAttribute("value")!).AbsolutePath, UriKind.Relative));
        Assert.Contains("SUMMARY:Report\r\n", feed, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"DTSTART;VALUE=DATE:{Day.AddDays(3):yyyyMMdd}\r\nDTEND;VALUE=DATE:{Day.AddDays(4):yyyyMMdd}\r\n"), feed, StringComparison.Ordinal);

        await using var scope = app.Services.CreateAsyncScope();
        var source = scope.ServiceProvider.GetServices<IReminderSource>().Single(s => s.Kind == "internal");
        var due = new List<Reminder>();
        await foreach (var reminder in source.DueAsync(Day.AddHours(9), TestContext.Current.CancellationToken))
        {
            due.Add(reminder);
        }

        Assert.Equal((1, "Report", "/calendar/internal/1"), (Assert.Single(due).UserId, due[0].Text, due[0].Address));
    }

    [Theory]
    [InlineData("Task", "subject", "", "subject", "What is it about? A few words will do.")]
    [InlineData("Task", "plannedStart", "", "plannedStart", "When is it planned? Choose a date and time.")]
    [InlineData("Task", "plannedStart", "tomorrow", "plannedStart", "This is not a date and time. Example: 2026-11-22T10:30.")]
    [InlineData("Task", "plannedStart", "2001-01-01T10:00", "plannedStart", "This time is in the past. Choose a later one, or log the contact as done.")]
    [InlineData("Task", "plannedEnd", "2026-01-01T10:00", "plannedEnd", "The start is later than the end.")]
    [InlineData("Task", "users", "999", "users", "This user does not exist or may no longer sign in. Choose another one.")]
    [InlineData("Meeting", "repeat", "Hourly", "repeat", "Choose one of the listed values.")]
    [InlineData("Party", "subject", "x", "kind", "Choose one of the listed values.")]
    [InlineData("Holiday", "firstDay", "", "firstDay", "Which is the first day of the absence?")]
    [InlineData("Holiday", "firstDay", "31.12.2026", "firstDay", "This is not a day. Example: 2026-11-22.")]
    [InlineData("Holiday", "lastDay", "2001-01-01", "lastDay", "The last day is before the first.")]
    public async Task BadInput_IsRefusedAtTheFieldAndWhatWasTypedStays(string planKind, string field, string typed, string at, string reason)
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/calendar/internal/new");
        var fields = new Dictionary<string, string>
        {
            ["kind"] = planKind, ["subject"] = "Kept", ["content"] = "Kept too", ["plannedStart"] = At(10), ["plannedEnd"] = At(11), ["firstDay"] = At(0)[..10], ["lastDay"] = At(0)[..10], ["repeatCount"] = "2",
        };
        fields[field] = typed;

        var page = await anna.SubmitAsync("/calendar/internal", fields);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Equal(reason, page.QuerySelector($"[data-field={at}]")!.TextContent);
        Assert.Equal("Kept too", page.QuerySelector("#content")!.TextContent);
        Assert.Empty(await PlansAsync(app));
    }

    private static string Range => string.Create(CultureInfo.InvariantCulture, $"&start={Day.AddDays(-1):yyyy-MM-dd}&end={Day.AddDays(10):yyyy-MM-dd}");

    private static string At(int hour) => Day.AddHours(hour).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Contact(long counterparty, string kind, int hour) => new()
    {
        ["counterparty"] = Text(counterparty), ["state"] = "Planned", ["kind"] = kind, ["direction"] = "Outgoing", ["subject"] = "Visit", ["plannedStart"] = At(hour), ["plannedEnd"] = At(hour + 1),
    };

    private static async Task<AngleSharp.Dom.IDocument> MakeAsync(WebBrowser browser, string kind, int from, int to, params (string Name, string Value)[] more)
    {
        await browser.OpenAsync("/calendar/internal/new");
        return await browser.SubmitAsync("/calendar/internal", [new("kind", kind), new("plannedStart", At(from)), new("plannedEnd", At(to)), .. more.Select(m => new KeyValuePair<string, string>(m.Name, m.Value))]);
    }

    private static async Task<AngleSharp.Dom.IDocument> AbsentAsync(WebBrowser browser, string kind, int afterDays = 0)
    {
        await browser.OpenAsync("/calendar/internal/new");
        var day = At(24 * afterDays)[..10];
        return await browser.SubmitAsync("/calendar/internal", new Dictionary<string, string> { ["kind"] = kind, ["firstDay"] = day, ["lastDay"] = day });
    }

    private static async Task<List<JsonElement>> EventsAsync(WebBrowser browser)
    {
        var json = await browser.Http.GetStringAsync(new Uri("/calendar/events?who=all" + Range, UriKind.Relative));
        await browser.OpenAsync("/calendar");
        return [.. JsonDocument.Parse(json).RootElement.EnumerateArray()];
    }

    private static async Task<(HttpStatusCode Status, int Version)> MoveAsync(WebBrowser browser, JsonElement plan, int from, int to, DateTimeOffset? day = null)
    {
        var shift = (day ?? Day) - Day;
        await browser.SubmitAsync($"/calendar/{plan.GetProperty("id").GetString()}/move", new Dictionary<string, string>
        {
            ["start"] = (Day + shift).AddHours(from).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture), ["end"] = (Day + shift).AddHours(to).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
            ["version"] = plan.GetProperty("version").GetInt32().ToString(CultureInfo.InvariantCulture),
        });
        return (browser.Status, JsonDocument.Parse(browser.Source).RootElement.GetProperty("version").GetInt32());
    }

    private static async Task<IReadOnlyList<InternalPlan>> PlansAsync(CrmApp app)
    {
        await using var database = app.Database();
        return await database.Set<InternalPlan>().OrderBy(p => p.Id).ToListAsync();
    }
}
