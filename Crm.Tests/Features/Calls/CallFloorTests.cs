using System.Globalization;
using System.Net;
using Crm.Plugin.Features.Calls;
using Crm.Plugin.Security;
using Crm.Plugin.Shell.Live;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Calls;

/// <summary>The queue as it is, and the figures of some days.</summary>
public sealed class CallFloorTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Now = new(new DateTime(TimeProvider.System.GetUtcNow().Year + 1, 3, 4, 15, 0, 0), TimeSpan.Zero);

    [Fact]
    public void Figures_OfCalls_AreWorkedOutByHand()
    {
        var at = new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
        // Ten answered after 1 to 10 seconds: the fifth and the ninth. One call rang at two lines and was taken at one.
        List<CountedCall> calls = [.. Enumerable.Range(1, 10).Select(n => new CountedCall($"a{n}", "Anna", CallDirection.Incoming, "1234567", at, at.AddSeconds(n), at.AddSeconds(n + 60), "answered"))];
        calls.Add(new("a1", "Boris", CallDirection.Incoming, "1234567", at, null, at.AddSeconds(1), "elsewhere"));
        calls.Add(new("m1", "Boris", CallDirection.Incoming, "5550001", at.AddHours(1), null, at.AddHours(1).AddSeconds(20), "no-answer"));
        calls.Add(new("m2", "Boris", CallDirection.Incoming, "5550002", at.AddHours(1), null, at.AddHours(1).AddSeconds(20), null));
        calls.Add(new("m3", "Boris", CallDirection.Incoming, null, at.AddHours(1), null, at.AddHours(1).AddSeconds(20), "no-answer"));
        calls.Add(new("o1", "Anna", CallDirection.Outgoing, "5550001", at.AddHours(20), at.AddHours(20), at.AddHours(20).AddSeconds(30), "answered"));
        calls.Add(new("o2", "Anna", CallDirection.Outgoing, "5550002", at.AddHours(26), null, at.AddHours(27), "busy")); // more than a day later, and behind the period

        var figures = CallStatisticsRule.Apply(calls, at.AddHours(24), TimeZoneInfo.Utc);

        Assert.Equal(new CallSum(13, 3, 1, 1, 630, 5, 9) { Answered = 10 }, figures.All);
        Assert.Equal([("Anna", 10, 0), ("Boris", 3, 3)], figures.Users.Select(u => (u.User!, u.Sum.Incoming, u.Sum.Missed)));
        Assert.Equal([(4, 0, 0d), (8, 10, 5d), (9, 3, 0d)], figures.Hours.Select(h => (h.Hour, h.Sum.Incoming, h.Sum.MedianSeconds ?? 0)));
        Assert.Equal([("answered", 11), ("no-answer", 2), ("", 1)], figures.Dispositions);
        Assert.Null(CallStatisticsRule.Rank([], 0.5));
        Assert.Equal((1, 3), (CallStatisticsRule.Rank([1], 0.9), CallStatisticsRule.Rank([1, 2, 3, 4, 5], 0.5)));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Queue_ShowsWhoRingsAndWhoTalksAndToWhomItMay(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        var boris = await app.AddUserAsync("boris", Role.SalesManager);
        await app.SaveAsync(
            Call("ring", "101", anna.Id, Now.AddSeconds(-75)), Call("ring", "102", boris.Id, Now.AddSeconds(-70)),
            Call("talk", "102", boris.Id, Now.AddMinutes(-3), c => c.AnsweredAt = Now.AddMinutes(-3).AddSeconds(12)),
            Call("over", "101", anna.Id, Now.AddMinutes(-9), c => c.EndedAt = Now.AddMinutes(-8)), Call("lost", "101", anna.Id, Now.AddMinutes(-9)), Call("inside", "101", anna.Id, Now, c => c.IsInternal = true));
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        using var salesman = await app.SignInAsync("anna", Role.SalesManager);

        Assert.Equal(["Ringing|1:15||Anna, Boris", "In talk|0:12|2:48|Boris"], Rows(await viktor.OpenAsync("/calls/queue"), "#queue tbody tr"));
        Assert.Equal(["Ringing|1:15||Anna"], Rows(await salesman.PartAsync("/calls/queue/live?who=all"), "#queue tbody tr"));
        Assert.NotNull((await viktor.PartAsync("/calls/queue/live")).QuerySelector("#queue[hx-trigger*='crm:queue']"));
        var all = (await viktor.OpenAsync("/calls/queue?period=today")).QuerySelectorAll("#figures tr.fw-semibold td");
        Assert.Equal(("4", "1"), (all[1].TextContent, all[2].TextContent.Split(' ')[0]));

        static IEnumerable<string> Rows(AngleSharp.Dom.IDocument page, string path) => page.QuerySelectorAll(path).Select(r => string.Join('|', r.QuerySelectorAll("td").Skip(1).Select(c => c.TextContent.Trim())));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Figures_OfAPeriod_HoldItsDaysOnly(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        await app.SaveAsync(
            Call("today", "101", anna.Id, Now.AddHours(-2), c => (c.AnsweredAt, c.EndedAt, c.Disposition) = (Now.AddHours(-2).AddSeconds(8), Now.AddHours(-1), "answered")),
            Call("before", "101", anna.Id, Now.AddDays(-10), c => (c.EndedAt, c.Disposition) = (Now.AddDays(-10).AddSeconds(9), "no-answer")),
            Call("back", "101", anna.Id, Now.AddDays(-9).AddHours(-1), c => (c.Direction, c.EndedAt) = (CallDirection.Outgoing, Now.AddDays(-9))));
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        var (first, last) = (Now.AddDays(-10).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Now.AddDays(-10).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

        Assert.Equal("1|0 · 0.0%|–|8 s|8 s|0|59 min", await AllAsync("period=today"));
        // Called back on the day after the period.
        Assert.Equal("1|1 · 100.0%|1|–|–|0|0 min", await AllAsync($"period=days&from={first}&to={last}"));

        async Task<string> AllAsync(string query) =>
            string.Join('|', (await viktor.OpenAsync("/calls/queue?" + query)).QuerySelectorAll("#figures tr.fw-semibold td").Skip(1).Select(c => c.TextContent.Trim().Replace(" %", "%", StringComparison.Ordinal).Replace(" %", "%", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("period=days&from=2026-03-05&to=2026-03-01", "to", "The last day is before the first.")]
    [InlineData("period=days&from=x&to=2026-03-01", "from", "This is not a day. Example: 2026-11-22.")]
    [InlineData("period=days&from=2020-03-05&to=2026-03-01", "to", "At most 366 days.")]
    [InlineData("period=century", "period", "Choose one of the listed values.")]
    public async Task Figures_OfABadPeriod_AreRefusedAtTheFieldAndWhatWasTypedStays(string query, string field, string reason)
    {
        await using var app = await CrmApp.StartAsync();
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);

        var page = await viktor.OpenAsync("/calls/queue?" + query);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, reason), (viktor.Status, page.QuerySelector($"[data-field={field}]")!.TextContent));
        if (query.Contains("to=", StringComparison.Ordinal))
        {
            Assert.Equal("2026-03-01", page.QuerySelector("#to")!.GetAttribute("value"));
        }
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Report_OfTheExchange_WakesTheQueueOfWhoReviews(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var director = await app.AddUserAsync("viktor", Role.CommercialDirector);
        await app.AddUserAsync("boris", Role.SalesManager);
        using var exchange = await Exchange.ConnectAsync(app);

        await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "+74951234567", extension = "77" });

        await using var database = app.Database();
        Assert.Equal(director.Id, Assert.Single(await database.Set<LiveEvent>().Where(e => e.Kind == "queue").ToListAsync()).UserId);
    }

    private static PhoneCall Call(string key, string line, long user, DateTimeOffset at, Action<PhoneCall>? change = null)
    {
        var call = new PhoneCall { CallKey = key, Line = line, UserId = user, Direction = CallDirection.Incoming, Number = "+7 495 123-45-67", Digits = "74951234567", RangAt = at };
        change?.Invoke(call);
        return call;
    }
}
