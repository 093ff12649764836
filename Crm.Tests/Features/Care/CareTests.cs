using System.Net;
using Crm.Plugin.Features.Care;
using Crm.Plugin.Features.Classification;
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
    public async Task Care_BySegmentAndRegularity_SaysWhichRuleCounts(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var now = TimeProvider.System.GetUtcNow();
        var key = new ClassificationSegment { Name = "Key customers", Manager = "ANNA", Stage = "regular,none", AuthorLogin = "dora" };
        var gone = new ClassificationSegment { Name = "Gone", City = "Lviv", AuthorLogin = "dora" };
        await app.SaveAsync(key, gone);
        await AddAsync(app, "Key", 1, 3, now.AddDays(-6), "anna", 1);
        await AddAsync(app, "Key in time", 1, 3, now.AddDays(-4), "anna", 1);
        await AddAsync(app, "No class at all", null, null, now.AddDays(-6), "anna");
        await AddAsync(app, "Stable", null, 3, now.AddDays(-21), null, 1);
        await AddAsync(app, "Episodic", null, 3, now.AddDays(-21), null, 3);
        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);
        await chief.OpenAsync("/care");
        await chief.SubmitAsync("/care/rules", new() { [CareForm.NewSegment] = $"{gone.Id}", [CareForm.NewDays] = "1" });
        await chief.SubmitAsync("/care/rules", new() { [$"segment{gone.Id}"] = "1", ["importance1"] = "30", ["regularity1"] = "20", [CareForm.NewSegment] = $"{key.Id}", [CareForm.NewDays] = "5" });

        var page = await chief.OpenAsync("/care?who=all");

        Assert.Equal(["Segment: Gone – 1 days", "Segment: Key customers – 5 days", "Regularity X: stable – 20 days", "Class A – 30 days"], page.QuerySelectorAll(".crm-order li").Select(l => l.TextContent));
        Assert.Equal(["Key", "No class at all", "Stable"], page.QuerySelectorAll("tbody tr td:first-child a").Select(a => a.TextContent));
        Assert.Equal(
            ["5 days|Segment: Key customers|also: Regularity X: stable – 20 days; Class A – 30 days", "5 days|Segment: Key customers", "20 days|Regularity X: stable"],
            page.QuerySelectorAll(".crm-why").Select(c => string.Join('|', c.Children.Select(e => e.TextContent))));
        Assert.Equal("5", page.QuerySelector($"#segment{key.Id}")!.GetAttribute("value"));
        await using (var database = app.Database())
        {
            await database.Set<ClassificationSegment>().Where(s => s.Id == key.Id).ExecuteDeleteAsync(TestContext.Current.CancellationToken);
        }

        page = await chief.OpenAsync("/care?who=all"); // what chose nobody any more holds for nobody
        Assert.Equal(["Stable"], page.QuerySelectorAll("tbody tr td:first-child a").Select(a => a.TextContent));
        Assert.Contains("a removed segment – 5 days", page.QuerySelectorAll(".crm-order li").Select(l => l.TextContent));
    }

    [Theory]
    [InlineData("", "5", "newSegment")]
    [InlineData("999", "5", "newSegment")]
    [InlineData("1", "", "newDays")]
    [InlineData("1", "0", "newDays")]
    public async Task Rules_OfASegmentWithFaults_ComeBackWithTheReason(string segment, string days, string field)
    {
        await using var app = await CrmApp.StartAsync();
        await app.SaveAsync(new ClassificationSegment { Name = "Key", City = "Lviv", AuthorLogin = "dora" });
        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);
        await chief.OpenAsync("/care");

        var page = await chief.SubmitAsync("/care/rules", new() { ["importance1"] = "7", [CareForm.NewSegment] = segment, [CareForm.NewDays] = days });

        Assert.Equal((HttpStatusCode.UnprocessableEntity, field), (chief.Status, page.QuerySelector("[data-field]")?.GetAttribute("data-field")));
        Assert.Equal(("7", days), (page.QuerySelector("#importance1")!.GetAttribute("value"), page.QuerySelector("[name=newDays]")!.GetAttribute("value") ?? ""));
        await using var database = app.Database();
        Assert.Empty(await database.Set<CareRule>().ToListAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Notice_OfASegmentsCare_IsTold(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2037-11-23T09:00:00Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        var mine = new ClassificationSegment { Name = "Hers", Manager = "anna", AuthorLogin = "dora" };
        await app.SaveAsync(mine);
        await app.SaveAsync(new CareRule { SegmentId = mine.Id, EveryDays = 9 });
        await AddAsync(app, "Late", null, null, clock.Now.AddDays(-10), "anna");
        await AddAsync(app, "In time", null, null, clock.Now.AddDays(-8), "anna");

        await app.TellAsync();

        Assert.Equal([("Late", "9")], await ToldAsync(app, anna.Id));
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

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Card_SaysWhichRuleHoldsAndWhenTheNextContactIsDue(DatabaseKind kind)
    {
        var clock = new FixedClock(NoticeWorld.At("2037-11-15T09:00:00Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var segment = new ClassificationSegment { Name = "Key customers", Manager = "viktor", AuthorLogin = "dora" };
        await app.SaveAsync(segment);
        await app.SaveAsync(new CareRule { Importance = 1, EveryDays = 30 }, new CareRule { Stage = 3, EveryDays = 90 }, new CareRule { SegmentId = segment.Id, EveryDays = 5 });
        (string Name, string Manager, short? Importance, int? DaysAgo, string Expected)[] cases =
        [
            ("Never", "viktor", null, null, "Contact at least every 5 days, because: Segment: Key customers.|No contact so far: one is due now.|Plan a contact"), // first: how managers are spelled is remembered for a minute
            ("In time", "anna", 1, 12, "Contact at least every 30 days, because: Class A.|Last contact 12 days ago, next due 3 December."),
            ("Today", "anna", 1, 0, "Contact at least every 30 days, because: Class A.|Last contact today, next due 15 December."),
            ("Next year", "anna", null, 1, "Contact at least every 90 days, because: Stage: regular.|Last contact yesterday, next due 12/02/2038."),
            ("Due today", "anna", 1, 30, "Contact at least every 30 days, because: Class A.|Last contact 30 days ago, next due today."),
            ("Late", "anna", 1, 42, "Contact at least every 30 days, because: Class A.|Last contact 42 days ago, overdue by 12 days.|Plan a contact"),
            ("No rule", "anna", 2, 400, ""),
        ];
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        foreach (var (name, manager, importance, daysAgo, expected) in cases)
        {
            var id = await AddAsync(app, name, importance, name == "No rule" ? null : (short)3, daysAgo is { } days ? clock.Now.AddDays(-days) : null, manager);
            var lazy = (await viktor.OpenAsync($"/counterparties/{id}")).QuerySelector("[hx-get^='/care/']")!.GetAttribute("hx-get")!;
            var part = await viktor.PartAsync(lazy);
            Assert.Equal((name, expected), (name, string.Join('|', part.QuerySelectorAll(".crm-care > div > *").Select(e => e.TextContent.Trim()))));
        }

        // Within rights only, and a contact that is planned is told instead of asked for.
        await app.NarrowSalespeopleAsync();
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        var late = await AddAsync(app, "Planned", 1, null, clock.Now.AddDays(-42), "anna");
        Assert.Empty((await boris.PartAsync($"/care/counterparties/{late}")).QuerySelectorAll(".crm-care"));
        await app.PlanAsync(late, 1, NoticeWorld.At("2037-11-20T12:00:00Z"));
        var planned = await viktor.PartAsync($"/care/counterparties/{late}");
        Assert.Equal("Planned for 20/11/2037 12:00.", planned.QuerySelector(".crm-care > div > :last-child")!.TextContent);
    }

    private static async Task<List<(string Name, string? Days)>> ToldAsync(CrmApp app, long user)
    {
        await using var database = app.Database();
        var told = await (from n in database.Set<Notice>() join c in database.Set<CounterpartyRecord>() on n.CounterpartyId equals c.Id where n.UserId == user && n.Kind == "care" && n.ToldAt != null select new { c.Name, n.Text })
            .ToListAsync(TestContext.Current.CancellationToken);
        return [.. told.Select(t => (t.Name, t.Text)).Order()];
    }

    private static async Task<long> AddAsync(CrmApp app, string name, short? importance, short? stage, DateTimeOffset? lastAt, string? manager = null, short? regularity = null)
    {
        var id = await app.AddCounterpartyAsync(name, manager);
        await using var database = app.Database();
        await database.Set<CounterpartyRecord>().Where(c => c.Id == id).ExecuteUpdateAsync(c => c.SetProperty(x => x.Importance, importance).SetProperty(x => x.Stage, stage).SetProperty(x => x.Regularity, regularity), TestContext.Current.CancellationToken);
        if (lastAt is { } at)
        {
            await app.InteractAsync(id, at);
        }

        return id;
    }
}
