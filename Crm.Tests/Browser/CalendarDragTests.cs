using Crm.Plugin.Features.Calendar;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;

namespace Crm.Tests.Browser;

/// <summary>A plan dragged on the calendar, in a real browser.</summary>
public sealed class CalendarDragTests(Chromium chromium, PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite, "ru", ColorScheme.Light)]
    [InlineData(DatabaseKind.PostgreSql, "en", ColorScheme.Dark)]
    public async Task Drag_MovesThePlan_AndABusyHourSendsItBackWithTheReason(DatabaseKind kind, string language, ColorScheme theme)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Ромашка");
        var user = (await app.AddUserAsync("anna", Role.SalesManager, language)).Id;
        // Next week's Wednesday: never past, and on one page of the week.
        var today = TimeProvider.System.GetUtcNow();
        var day = new DateTimeOffset(today.Date, TimeSpan.Zero).AddDays(7 - ((int)today.DayOfWeek + 6) % 7 + 2);
        await app.SaveAsync(Meeting(id, user, day.AddHours(9), "Утро"), Meeting(id, user, day.AddHours(13), "День"));
        var page = await chromium.OpenAsync(language, theme);
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.AddRange(message.Type == "error" && !message.Text.Contains("422", StringComparison.Ordinal) ? [message.Text] : []);
        page.PageError += (_, failure) => complaints.Add(failure);
        // The answer to a drag is heard late: the next drag begins before it.
        await page.AddInitScriptAsync("const j = Response.prototype.json; Response.prototype.json = async function () { await new Promise(r => setTimeout(r, this.url.includes('move') ? 250 : 0)); return j.call(this); };");
        await page.GotoAsync(new Uri(app.Address, "/calendar").ToString());
        await page.FillAsync("#login", "anna");
        await page.FillAsync("#password", CrmApp.Password);
        await page.PressAsync("#password", "Enter");
        await page.GotoAsync(new Uri(app.Address, "/calendar").ToString());
        await page.Locator("#calendar button").First.WaitForAsync();
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-calendar-now.png") });
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^(Next|След)") }).First.ClickAsync();
        var morning = page.GetByText("Утро").First;
        var noon = page.GetByText("День", new() { Exact = false }).Last;
        await morning.WaitForAsync();
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-calendar.png") });

        // Two hours down is free.
        var hour = ((await noon.BoundingBoxAsync())!.Y - (await morning.BoundingBoxAsync())!.Y) / 4;
        Assert.Equal(200, await MoveAsync(page, morning, 2 * hour));
        Assert.Equal(11, (await app.InteractionsAsync())[0].PlannedStart!.Value.Hour);

        // Two more is where the other meeting is.
        Assert.Equal(422, await MoveAsync(page, page.GetByText("Утро").First, 2 * hour));
        await Assertions.Expect(page.Locator("#calendar-message")).ToContainTextAsync(language == "ru" ? "другая встреча" : "another meeting");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, $"{language}-calendar-refused.png") });
        Assert.Equal(11, (await app.InteractionsAsync())[0].PlannedStart!.Value.Hour);
        Assert.Empty(complaints);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite, "ru", ColorScheme.Dark, "другая встреча")]
    [InlineData(DatabaseKind.PostgreSql, "en", ColorScheme.Light, "another meeting")]
    public async Task Drag_OfAnInternalMeetingToABusyHour_PutsItBackWithTheReason(DatabaseKind kind, string language, ColorScheme theme, string reason)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var user = (await app.AddUserAsync("anna", Role.SalesManager, language)).Id;
        var today = TimeProvider.System.GetUtcNow();
        var day = new DateTimeOffset(today.Date, TimeSpan.Zero).AddDays(7 - ((int)today.DayOfWeek + 6) % 7 + 2);
        await app.SaveAsync(Inside(user, day.AddHours(9), "Планёрка"), Meeting(await app.AddCounterpartyAsync("Ромашка"), user, day.AddHours(13), "День"));
        await using var walk = await Walk.StartAsync(chromium, app, "anna", language, theme);
        await walk.GoAsync("/calendar");
        await walk.Page.Locator("#calendar button").First.WaitForAsync();
        await walk.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^(Next|След)") }).First.ClickAsync();
        var inside = walk.Page.GetByText("Планёрка").First;
        var noon = walk.Page.GetByText("День", new() { Exact = false }).Last;
        await inside.WaitForAsync();
        var hour = ((await noon.BoundingBoxAsync())!.Y - (await inside.BoundingBoxAsync())!.Y) / 4;

        // Two hours down is free: it stays there.
        Assert.Equal(200, await MoveAsync(walk.Page, inside, 2 * hour));
        Assert.Equal(11, await HourAsync(app));
        var apart = await ApartAsync();

        // Two more is where the meeting with the customer is.
        Assert.Equal(422, await MoveAsync(walk.Page, inside, 2 * hour));
        await Assertions.Expect(walk.Page.Locator("#calendar-message")).ToContainTextAsync(reason);
        await walk.TakeAsync("calendar-internal-refused");
        Assert.Equal(11, await HourAsync(app));
        Assert.Equal(apart, await ApartAsync(), 2f); // drawn where it was
        walk.AssertCalm();

        async Task<float> ApartAsync() => (await noon.BoundingBoxAsync())!.Y - (await inside.BoundingBoxAsync())!.Y;
    }

    private static async Task<int> HourAsync(CrmApp app)
    {
        await using var database = app.Database();
        return (await database.Set<InternalPlan>().SingleAsync(TestContext.Current.CancellationToken)).StartsAt.Hour;
    }

    private static InternalPlan Inside(long owner, DateTimeOffset at, string subject) =>
        new() { Kind = InternalKind.Meeting, OwnerId = owner, Subject = subject, StartsAt = at, EndsAt = at.AddHours(1), Version = 1, CreatedBy = owner, CreatedAt = at };

    [Fact]
    public async Task Week_WithPlansAtNight_ShowsThem()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Ромашка");
        var user = (await app.AddUserAsync("anna", Role.SalesManager, "en")).Id;
        var today = TimeProvider.System.GetUtcNow();
        var day = new DateTimeOffset(today.Date, TimeSpan.Zero).AddDays(7 - ((int)today.DayOfWeek + 6) % 7 + 2);
        await app.SaveAsync(Meeting(id, user, day.AddHours(4), "Early"), Meeting(id, user, day.AddHours(22.5), "Late"));
        var page = await chromium.OpenAsync("en", ColorScheme.Light);
        await page.GotoAsync(new Uri(app.Address, "/calendar").ToString());
        await page.FillAsync("#login", "anna");
        await page.FillAsync("#password", CrmApp.Password);
        await page.PressAsync("#password", "Enter");
        await page.GotoAsync(new Uri(app.Address, "/calendar").ToString());
        await page.Locator("#calendar button").First.WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Next") }).First.ClickAsync();

        await Assertions.Expect(page.GetByText("Early").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Late").First).ToBeVisibleAsync();
        await page.ScreenshotAsync(new() { Path = Path.Combine(Chromium.Pictures, "en-calendar-night.png"), FullPage = true });
        await page.Context.CloseAsync();
    }

    /// <summary>Drags, and tells how the server answered. On a busy machine the browser may take all of a drag for one frame, and the plan stays: then it is dragged again, as a person would.</summary>
    private static async Task<int> MoveAsync(IPage page, ILocator what, float down)
    {
        for (var attempt = 1; ; attempt++)
        {
            var asked = page.WaitForRequestAsync("**/move", new() { Timeout = attempt < 3 ? 10_000 : 30_000 });
            await DragAsync(page, what, down);
            try
            {
                return (await (await asked).ResponseAsync())!.Status;
            }
            catch (TimeoutException) when (attempt < 3)
            {
                // Nothing was asked, so nothing was moved.
            }
        }
    }

    private static async Task DragAsync(IPage page, ILocator what, float down)
    {
        // In the middle of the window: near its edge a drag scrolls the page. At once: the theme scrolls smoothly, and on a busy machine so late that
        // the plan seems to stand still before it moves. Hovering waits until nothing lies over it.
        await what.EvaluateAsync("plan => plan.scrollIntoView({ block: 'center', behavior: 'instant' })");
        await what.HoverAsync(new() { Position = new() { X = 10, Y = 5 } });
        var box = (await what.BoundingBoxAsync())!;
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + 10, box.Y + 5 + (down / 2), new() { Steps = 5 });
        await page.Mouse.MoveAsync(box.X + 10, box.Y + 5 + down, new() { Steps = 5 });
        await page.Mouse.UpAsync();
    }

    private static Interaction Meeting(long counterparty, long user, DateTimeOffset at, string subject) => new()
    {
        CounterpartyId = counterparty, Kind = InteractionKind.Meeting, Direction = InteractionDirection.Outgoing, State = InteractionState.Planned, Importance = InteractionImportance.Middle, At = at,
        PlannedStart = at, PlannedEnd = at.AddHours(1), Subject = subject, ResponsibleId = user, Version = 1, CreatedBy = user, CreatedAt = at,
    };
}
