using System.Net;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
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

    private static async Task AddAsync(CrmApp app, string name, short? importance, short? stage, DateTimeOffset? lastAt)
    {
        var id = await app.AddCounterpartyAsync(name);
        await using var database = app.Database();
        await database.Set<CounterpartyRecord>().Where(c => c.Id == id).ExecuteUpdateAsync(c => c.SetProperty(x => x.Importance, importance).SetProperty(x => x.Stage, stage), TestContext.Current.CancellationToken);
        if (lastAt is { } at)
        {
            await app.SaveAsync(new Interaction
            {
                CounterpartyId = id, Kind = InteractionKind.PhoneCall, Direction = InteractionDirection.Outgoing, State = InteractionState.Done, Importance = InteractionImportance.Middle,
                At = at, StartedAt = at, ResponsibleId = 1, Version = 1, CreatedBy = 1, CreatedAt = at,
            });
        }
    }
}
