using System.Globalization;
using System.Net;
using Crm.Plugin.Features.Calendar;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Calendar;

/// <summary>What cannot be comes back as it was typed, with the reason at its field; nothing is kept. Script in a text is text.</summary>
public sealed class InternalPlanInputTests(PostgresServer postgres)
{
    private const string Script = "<script>alert(1)</script>";

    private static readonly DateTimeOffset Day = new(TimeProvider.System.GetUtcNow().Date.AddDays(2), TimeSpan.Zero);

    [Fact]
    public async Task Form_WithWhatCannotBe_ComesBackAsTypedWithTheReason()
    {
        await using var app = await CrmApp.StartAsync();
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        const string BadTime = "This is not a date and time. Example: 2026-11-22T10:30.";
        const string NotListed = "Choose one of the listed values.";
        (string Field, string Expected, (string Name, string Value)[] Typed)[] wrong =
        [
            ("plannedEnd", "The start is later than the end.", [("plannedEnd", At(9))]),
            ("plannedEnd", "A contact lasts at most 14 days.", [("plannedEnd", At(24 * 20))]),
            ("plannedStart", BadTime, [("plannedStart", "2097-02-30T10:00")]),
            ("plannedStart", BadTime, [("plannedStart", "2097-02-20T25:00")]),
            ("plannedStart", BadTime, [("plannedStart", "2097-02-20T10:00+03:00")]), // the zone is the user's own
            ("plannedEnd", BadTime, [("plannedEnd", "завтра")]),
            ("plannedStart", "When is it planned? Choose a date and time.", [("plannedStart", " ")]),
            ("plannedStart", "This time is in the past. Choose a later one, or log the contact as done.", [("plannedStart", "2020-01-01T10:00"), ("plannedEnd", "2020-01-01T11:00")]),
            ("subject", "What is it about? A few words will do.", [("subject", " ")]),
            ("subject", "At most 300 characters; this text has 301.", [("subject", new string('x', 301))]),
            ("room", "At most 300 characters; this text has 301.", [("room", new string('x', 301))]),
            ("content", "At most 20000 characters; this text has 10000000.", [("content", new string('x', 10_000_000))]),
            ("kind", NotListed, [("kind", "Party")]),
            ("kind", NotListed, [("kind", "99")]),
            ("remind", NotListed, [("remind", "soon")]),
            ("remind", NotListed, [("remind", "-5")]),
            ("repeat", NotListed, [("repeat", "Sometimes"), ("repeatCount", "3")]),
            ("repeatCount", "A series has 2 to 100 contacts.", [("repeat", "Daily"), ("repeatCount", "101")]),
            ("repeatCount", "A series has 2 to 100 contacts.", [("repeat", "Daily"), ("repeatCount", "many")]),
            ("users", "This user does not exist or may no longer sign in. Choose another one.", [("users", "999")]),
            ("users", "This user does not exist or may no longer sign in. Choose another one.", [("users", "x")]),
            ("responsible", "This user does not exist or may no longer sign in. Choose another one.", [("responsible", "999")]),
            ("firstDay", "This is not a day. Example: 2026-11-22.", [("kind", "Holiday"), ("firstDay", "2097-02-30")]),
            ("firstDay", "Which is the first day of the absence?", [("kind", "Holiday")]),
            ("lastDay", "The last day is before the first.", [("kind", "Holiday"), ("firstDay", "2097-03-02"), ("lastDay", "2097-03-01")]),
            ("lastDay", "An absence lasts at most 370 days. Enter a longer one in parts.", [("kind", "Holiday"), ("firstDay", "2096-03-02"), ("lastDay", "2098-03-01")]),
        ];
        foreach (var (field, expected, typed) in wrong)
        {
            await viktor.OpenAsync("/calendar/internal/new");
            var page = await viktor.SubmitAsync("/calendar/internal", Form(typed));

            Assert.Equal((field, expected, HttpStatusCode.UnprocessableEntity), (field, page.QuerySelector($"[data-field={field}]")?.TextContent, viktor.Status));
            foreach (var (name, value) in Form(typed).Where(f => f.Key is not ("users" or "responsible")))
            {
                var kept = page.QuerySelector($"[name={name}]")!;
                var shown = kept.LocalName switch { "select" => kept.QuerySelector("option[selected]")?.GetAttribute("value"), "textarea" => kept.TextContent, _ => kept.GetAttribute("value") };
                // What a list does not offer cannot be chosen in it.
                Assert.True(shown == value || (kept.LocalName == "select" && kept.QuerySelectorAll("option").All(o => o.GetAttribute("value") != value)), $"{field}: {name}");
            }

            Assert.DoesNotContain(page.Scripts, s => s.TextContent.Contains("alert", StringComparison.Ordinal));
        }

        await using var database = app.Database();
        Assert.Equal(0, await database.Set<InternalPlan>().CountAsync(TestContext.Current.CancellationToken));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Plan_WithScriptInItsTexts_IsShownHarmless(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        await viktor.OpenAsync("/calendar/internal/new");
        var page = await viktor.SubmitAsync("/calendar/internal", Form(("room", Script), ("content", "</textarea>" + Script)));
        Assert.Equal(HttpStatusCode.OK, viktor.Status);
        var plan = viktor.Location;
        Assert.Equal(("</textarea>" + Script, Script), (page.QuerySelector("#content")!.TextContent, page.QuerySelector("#room")!.GetAttribute("value")));

        foreach (var path in (string[])[plan, "/calendar", "/my-day", "/calendar/control", "/calendar/time"])
        {
            page = await viktor.OpenAsync(path);
            Assert.Equal((path, HttpStatusCode.OK), (path, viktor.Status));
            Assert.DoesNotContain(page.Scripts, s => s.TextContent.Contains("alert", StringComparison.Ordinal));
        }

        var refused = await viktor.SubmitAsync(plan + "/done", new Dictionary<string, string> { ["version"] = "1", ["result"] = new string('x', 10_000_000), ["minutes"] = "30" });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "At most 20000 characters; this text has 10000000."), (viktor.Status, refused.QuerySelector("[data-field=result]")!.TextContent));
        Assert.Equal(("30", 10_000_000), (refused.QuerySelector("#done-minutes")!.GetAttribute("value"), refused.QuerySelector("#done-result")!.GetAttribute("value")!.Length));
        await using var database = app.Database();
        Assert.Equal(InternalState.Planned, (await database.Set<InternalPlan>().SingleAsync(TestContext.Current.CancellationToken)).State);
    }

    private static string At(int hour) => Day.AddHours(hour).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Form(params (string Name, string Value)[] changes)
    {
        var form = new Dictionary<string, string> { ["kind"] = "Meeting", ["subject"] = Script, ["plannedStart"] = At(10), ["plannedEnd"] = At(11), ["room"] = "Blue", ["content"] = "Budget" };
        foreach (var (name, value) in changes)
        {
            form[name] = value;
        }

        return form;
    }
}
