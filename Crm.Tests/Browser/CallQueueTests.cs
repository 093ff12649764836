using System.Diagnostics;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Calls;
using Crm.Tests.Servers;
using Microsoft.Playwright;
using Xunit;

namespace Crm.Tests.Browser;

/// <summary>A chief looks at the queue while calls come and go.</summary>
public sealed class CallQueueTests(Chromium chromium, PostgresServer postgres)
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite, "ru", ColorScheme.Light, "Звонит", "Разговор")]
    [InlineData(DatabaseKind.PostgreSql, "en", ColorScheme.Dark, "Ringing", "In talk")]
    public async Task Queue_WhenACallRingsIsAnsweredAndEnds_ChangesWithoutReload(DatabaseKind kind, string language, ColorScheme theme, string ringing, string inTalk)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await Exchange.MirrorPeopleAsync(app);
        await app.AddUserAsync("anna", Role.SalesManager, language);
        await app.AddUserAsync("viktor", Role.CommercialDirector, language);
        using var exchange = await Exchange.ConnectAsync(app);
        await using var walk = await Walk.StartAsync(chromium, app, "viktor", language, theme);
        var stream = walk.Page.WaitForRequestAsync("**/live*");
        await walk.GoAsync("/calls/queue");
        await stream;
        await walk.Page.WaitForTimeoutAsync(300);
        await walk.Page.EvaluateAsync("() => { window.before = true; }");
        var rows = walk.Page.Locator("#queue tbody tr");

        var clock = Stopwatch.StartNew();
        await exchange.SayAsync(new { callId = "5.1", @event = "ringing", number = "8 (916) 000-11-22", user = "anna" });
        await Assertions.Expect(rows.Locator(".badge")).ToHaveTextAsync(ringing);
        var shown = clock.Elapsed;
        await Assertions.Expect(rows).ToContainTextAsync("Anna");
        await walk.TakeAsync("queue-ringing");
        await exchange.SayAsync(new { callId = "5.1", @event = "answered", user = "anna" });
        await Assertions.Expect(rows.Locator(".badge")).ToHaveTextAsync(inTalk);
        await walk.TakeAsync("queue-in-talk");
        await exchange.SayAsync(new { callId = "5.1", @event = "ended", user = "anna" });
        await Assertions.Expect(rows.Locator(".badge")).ToHaveCountAsync(0);

        Assert.True(await walk.Page.EvaluateAsync<bool>("() => window.before === true")); // the page was not loaded again
        Assert.True(shown < TimeSpan.FromSeconds(3), $"shown after {shown}"); // pushed: it is asked for every five seconds only
        walk.AssertCalm();
    }
}
