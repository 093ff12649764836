using System.Net;
using Crm.Plugin.Features.Care;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Features.Notifications;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Care;

public sealed class CareTests(PostgresServer postgres)
{
    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Care_ByTheStricterRule_ListsWhomNobodyContacted(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var now = TimeProvider.System.GetUtcNow();
        // A regular customer of class B: every 30 days as B, every 10 as regular.
        await AddAsync(app, "Late", 2, 3, now.AddDays(-11));
        await AddAsync(app, "In time", 2, 3, now.AddDays(-9));
        await AddAsync(app, "Class alone", 2, null, now.AddDays(-29));
        await AddAsync(app, "Never", 1, null, null);
        await AddAsync(app, "No rule", 3, null, null);
        await AddAsync(app, "No class", null, null, null);
        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);
        await chief.OpenAsync("/care");

        var page = await chief.SubmitAsync("/care/rules", new() { ["importance1"] = "14", ["importance2"] = "30", ["stage3"] = "10" });

        Assert.Equal(["Late", "Never"], page.QuerySelectorAll("tbody tr td:first-child a").Select(a => a.TextContent));
        Assert.Equal(["1 days", "–"], page.QuerySelectorAll("tbody tr td:nth-child(5)").Select(c => c.TextContent.Trim()));
        Assert.Equal("14", page.QuerySelector("#importance1")!.GetAttribute("value"));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/care?who=mine");
        await anna.SubmitAsync("/care/rules", new() { ["importance1"] = "1" });
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);
        foreach (var bad in (string[])["0", "3651", "often", "-1", new string('9', 1000)])
        {
            page = await chief.SubmitAsync("/care/rules", new() { ["importance1"] = bad });
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "importance1"), (chief.Status, page.QuerySelector("[data-field]")?.GetAttribute("data-field")));
        }
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Notice_OfOverdueCare_TellsTheResponsibleOnceForEachSilence_AndTheDirectorWhenUnseen(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2037-11-23T09:00:00Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var (anna, boss) = (await app.AddUserAsync("anna", Role.SalesManager), await app.AddUserAsync("boss", Role.CommercialDirector));
        await app.SaveAsync(new CareRule { Importance = 1, EveryDays = 14 });
        await app.ChooseAsync(0, NoticeKinds.Care, NoticeChannels.Bell, escalate: 60);
        var late = await AddAsync(app, "Late", 1, null, clock.Now.AddDays(-15), "anna");
        await AddAsync(app, "In time", 1, null, clock.Now.AddDays(-13), "anna");
        await AddAsync(app, "Nobody's", 1, null, null, null);
        await AddAsync(app, "Never", 1, null, null, "anna");

        await app.TellAsync();
        Assert.Equal([("Late", "14"), ("Never", "14")], await ToldAsync(app, anna.Id));

        clock.Now += TimeSpan.FromMinutes(61);
        await app.InteractAsync(late, clock.Now); // in touch again: nothing to escalate
        await app.TellAsync();
        Assert.Equal([("Never", "14")], await ToldAsync(app, boss.Id));

        clock.Now += TimeSpan.FromDays(13);
        await app.TellAsync();
        Assert.Equal([("In time", "14"), ("Late", "14"), ("Never", "14")], await ToldAsync(app, anna.Id)); // its silence has become too long
        clock.Now += TimeSpan.FromDays(2);
        await app.TellAsync();
        await app.TellAsync();
        Assert.Equal([("In time", "14"), ("Late", "14"), ("Late", "14"), ("Never", "14")], await ToldAsync(app, anna.Id)); // a second silence
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Notice_OfManyOverdue_ComesTenAtATime_ImportantOnesFirst_InTheMorning(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2037-11-23T03:00:00Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        await app.SaveAsync(new CareRule { Importance = 1, EveryDays = 7 }, new CareRule { Stage = 3, EveryDays = 30 });
        for (var i = 0; i < 12; i++)
        {
            await AddAsync(app, $"Regular {i:00}", null, 3, null, "anna");
        }

        await AddAsync(app, "Important", 1, null, null, "anna");

        await app.TellAsync();
        Assert.All(await app.NoticesAsync(anna.Id), n => Assert.Equal((NoticeWorld.At("2037-11-23T08:00:00Z"), null), (n.DueAt, n.ToldAt)));
        clock.Now = NoticeWorld.At("2037-11-23T08:00:01Z");
        await app.TellAsync();
        Assert.Equal([("Important", "7"), .. Enumerable.Range(0, 9).Select(i => ($"Regular {i:00}", "30"))], await ToldAsync(app, anna.Id));
        clock.Now = NoticeWorld.At("2037-11-23T09:00:01Z");
        await app.TellAsync();
        Assert.Equal(13, (await ToldAsync(app, anna.Id)).Count);
    }

    private static async Task<List<(string Name, string? Days)>> ToldAsync(CrmApp app, long user)
    {
        await using var database = app.Database();
        var told = await (from n in database.Set<Notice>() join c in database.Set<CounterpartyRecord>() on n.CounterpartyId equals c.Id where n.UserId == user && n.Kind == "care" && n.ToldAt != null select new { c.Name, n.Text })
            .ToListAsync(TestContext.Current.CancellationToken);
        return [.. told.Select(t => (t.Name, t.Text)).Order()];
    }

    private static async Task<long> AddAsync(CrmApp app, string name, short? importance, short? stage, DateTimeOffset? lastAt, string? manager = null)
    {
        var id = await app.AddCounterpartyAsync(name, manager);
        await using var database = app.Database();
        await database.Set<CounterpartyRecord>().Where(c => c.Id == id).ExecuteUpdateAsync(c => c.SetProperty(x => x.Importance, importance).SetProperty(x => x.Stage, stage), TestContext.Current.CancellationToken);
        if (lastAt is { } at)
        {
            await app.InteractAsync(id, at);
        }

        return id;
    }
}
