using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Searching;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Mail;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.People;

/// <summary>Counterparties are found by the persons and contact mechanisms that are the CRM's own.</summary>
public sealed class PersonSearchTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Search_ByTheCrmsOwn_FindsEveryCounterpartyThatThePersonServes(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ООО Ромашка", phone: "+7 495 111-11-11"), Some.Counterparty("2", "АО Лютик"), Some.Counterparty("3", "ИП Посторонний"));
        host.Persons.Put(Some.Person("p1", "1", "Иванова Мария", phone: "+7 916 000-11-22"));
        await app.MirrorAsync(host);
        var (first, second) = (await app.IdAsync("1"), await app.IdAsync("2"));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{first}/person");
        await anna.SubmitAsync($"/counterparties/{first}/person", new() { ["name"] = "Ольга Ткачёва", ["newPhone"] = "+380 67 111-22-33", ["newEmail"] = "Olga@Home.example" });
        await anna.SubmitAsync($"/counterparties/{first}/mechanisms", new() { ["kind"] = "Phone", ["value"] = "8 (495) 222-33-44" });
        await using var database = app.Database();
        var maria = (await database.Set<ContactPersonRecord>().SingleAsync(Cancellation)).Id;
        await anna.SubmitAsync($"/counterparties/{first}/person", new() { ["person"] = $"{maria}", ["birthday"] = "05-17" });
        Assert.Equal(1, await FollowAsync(app));
        foreach (var typed in (string[])["ткачева", "olga@home.example", "4952223344", "067 111 22 33"])
        {
            Assert.Equal(["ООО Ромашка"], await FoundAsync(anna, typed));
        }

        // Everybody goes along to the second: whom the ERP has at the first, too.
        foreach (var card in await database.Set<PersonCard>().ToListAsync(Cancellation))
        {
            await anna.SubmitAsync($"/counterparties/{first}/person/place", new() { ["card"] = $"{card.Id}", ["counterparty"] = $"{second}" });
        }

        Assert.Equal(2, await FollowAsync(app));
        Assert.Equal(0, await FollowAsync(app));
        foreach (var typed in (string[])["ткачева", "olga@home", "0671112233", "иванова мария", "9160001122"])
        {
            Assert.Equal(["АО Лютик", "ООО Ромашка"], await FoundAsync(anna, typed));
        }

        // What the ERP brings meanwhile keeps it; what is retired is gone; callers are told once each.
        host.Counterparties.Put(Some.Counterparty("1", "ООО Ромашка и К", phone: "+7 495 111-11-11", version: "2"));
        await app.MirrorAsync(host);
        Assert.Equal(["АО Лютик", "ООО Ромашка и К"], await FoundAsync(anna, "ткачева"));
        Assert.Equal(2, (await anna.PartAsync("/calls/lookup?number=0671112233")).QuerySelectorAll(".crm-caller").Length);
        foreach (var own in await database.Set<OwnMechanism>().ToListAsync(Cancellation))
        {
            await anna.SubmitAsync($"/counterparties/{first}/mechanisms/{own.Id}/retire", []);
        }

        await FollowAsync(app);
        Assert.Empty(await FoundAsync(anna, "olga@home.example"));
        Assert.Empty(await FoundAsync(anna, "4952223344"));
        Assert.Equal(["АО Лютик", "ООО Ромашка и К"], await FoundAsync(anna, "ткачева"));
        Assert.Equal(["ООО Ромашка и К"], await FoundAsync(anna, "4951111111"));
        Assert.Equal(0, await database.Database.SqlQueryRaw<int>("SELECT COUNT(*) AS \"Value\" FROM search_stale").SingleAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Search_BuiltForTheFirstTime_KnowsTheCrmsOwn(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ООО Ромашка"));
        await app.MirrorAsync(host);
        var olga = await app.AddOwnPersonAsync("Ольга Ткач", "olga@home.example", await app.IdAsync("1"));
        await using var database = app.Database();
        await SearchFollow.MarkAsync(database, await app.IdAsync("1"), olga, null, Cancellation);
        await database.Set<SyncStateRecord>().ExecuteUpdateAsync(s => s.SetProperty(x => x.SearchBuiltAt, (DateTimeOffset?)null), Cancellation);

        Assert.Equal(0, await FollowAsync(app)); // its search is still to be built

        await app.MirrorAsync(host);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        Assert.Equal(["ООО Ромашка"], await FoundAsync(anna, "ткач"));
        Assert.Equal(1, await FollowAsync(app));
        Assert.Equal(["ООО Ромашка"], await FoundAsync(anna, "olga@home"));
    }

    private static async Task<int> FollowAsync(CrmApp app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SearchFollow>().RunAsync(Cancellation);
    }

    private static async Task<IReadOnlyList<string>> FoundAsync(WebBrowser browser, string typed) =>
        [.. (await browser.OpenAsync("/counterparties?q=" + Uri.EscapeDataString(typed))).QuerySelectorAll("tbody tr td:first-child a").Select(a => a.TextContent.Trim())];
}
