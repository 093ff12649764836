using System.Net;
using Crm.Contracts;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Duplicates;

public sealed class DuplicateTests(PostgresServer postgres)
{
    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Search_FindsPairsWithTheirReasons_AndDecisionsAreKeptAndUndone(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("1", "ООО «Северный ветер»", phone: "+7 495 111-22-33") with { TaxId = "7701123456" },
            Some.Counterparty("2", "Severnyi Veter LLC", phone: "8 (495) 111-22-33"),
            Some.Counterparty("3", "АО Ветер северный") with { TaxId = "77 01 123456" },
            Some.Counterparty("4", "Южный ветер", email: "info@south.example"),
            Some.Counterparty("5", "Прочие", email: "INFO@south.example"));
        await app.MirrorAsync(host);
        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);
        await chief.OpenAsync("/duplicates");

        var page = await chief.SubmitAsync("/duplicates/search", []);

        Assert.Equal(
            ["100 % ООО «Северный ветер» = АО Ветер северный: same tax number, same name", "85 % ООО «Северный ветер» = Severnyi Veter LLC: same name, same telephone",
             "45 % Severnyi Veter LLC = АО Ветер северный: same name", "40 % Южный ветер = Прочие: same e-mail"],
            page.QuerySelectorAll(".crm-pair").Select(r => $"{r.Children[0].TextContent.Trim()} {string.Join(" = ", r.QuerySelectorAll("td a").Select(a => a.TextContent))}: {string.Join(", ", r.QuerySelectorAll(".badge").Select(b => b.TextContent))}"));
        page = await chief.SubmitAsync(page.QuerySelector(".crm-pair form[action$=same]")!.GetAttribute("action")!, []);
        page = await chief.SubmitAsync(page.QuerySelector(".crm-pair form[action$=same]")!.GetAttribute("action")!, []); // the third follows: all three are one
        Assert.Equal(["40 %"], page.QuerySelectorAll(".crm-pair td:first-child").Select(c => c.TextContent.Trim()));
        page = await chief.SubmitAsync(page.QuerySelector(".crm-pair form[action$=different]")!.GetAttribute("action")!, []);
        Assert.Empty(page.QuerySelectorAll(".crm-pair"));
        Assert.Empty((await chief.SubmitAsync("/duplicates/search", [])).QuerySelectorAll(".crm-pair"));

        var card = await chief.OpenAsync($"/counterparties/{await app.IdAsync("1")}");
        Assert.Equal(["Severnyi Veter LLC", "АО Ветер северный"], card.QuerySelectorAll(".crm-identity a").Select(a => a.TextContent).Order(StringComparer.Ordinal));
        await chief.SubmitAsync(card.QuerySelector(".crm-identity form")!.GetAttribute("action")!, []);
        Assert.Empty((await chief.OpenAsync($"/counterparties/{await app.IdAsync("1")}")).QuerySelectorAll(".crm-identity"));
        Assert.Single((await chief.OpenAsync($"/counterparties/{await app.IdAsync("2")}")).QuerySelectorAll(".crm-identity a"));
        await using var database = app.Database();
        Assert.Equal(["identity.joined", "identity.joined", "identity.different", "identity.left"],
            await database.Set<AuditEntry>().Where(a => a.Action.StartsWith("identity.")).OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(5, await database.Set<CounterpartyRecord>().CountAsync(c => c.GoneAt == null, TestContext.Current.CancellationToken)); // the ERP's records are as they were
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Decisions_AreListedAndTakenBack(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("1", "Alfa", email: "office@alfa.example"), Some.Counterparty("2", "Alfa trade", email: "office@alfa.example"),
            Some.Counterparty("3", "Beta", phone: "+49 30 1234567"), Some.Counterparty("4", "Beta export", phone: "+49 30 1234567"));
        await app.MirrorAsync(host);
        await FollowAsync(app);
        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);
        await chief.OpenAsync("/duplicates");
        var (alfa, beta) = ((await app.IdAsync("1"), await app.IdAsync("2")), (await app.IdAsync("3"), await app.IdAsync("4")));
        await chief.SubmitAsync($"/duplicates/{alfa.Item1}/{alfa.Item2}/different", []);
        Assert.Empty((await chief.SubmitAsync($"/duplicates/{beta.Item1}/{beta.Item2}/same", [])).QuerySelectorAll(".crm-pair"));

        var page = await chief.OpenAsync("/duplicates/decided");

        Assert.Equal(["Alfa", "Alfa trade"], page.QuerySelectorAll(".crm-different a").Select(a => a.TextContent));
        Assert.Equal(["Beta", "Beta export"], page.QuerySelectorAll(".crm-member a").Select(a => a.TextContent));
        await chief.SubmitAsync(page.QuerySelector(".crm-different form")!.GetAttribute("action")!, []);
        page = await chief.SubmitAsync(page.QuerySelector(".crm-member form")!.GetAttribute("action")!, []);
        Assert.Empty(page.QuerySelectorAll(".crm-different, .crm-member"));
        Assert.Equal(2, (await chief.OpenAsync("/duplicates")).QuerySelectorAll(".crm-pair").Length);
        await using var database = app.Database();
        Assert.Equal(["identity.different", "identity.joined", "identity.reopened", "identity.left"],
            await database.Set<AuditEntry>().Where(a => a.Action.StartsWith("identity.")).OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Changes_AreComparedWithoutWaitingForTheNight(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        Assert.Equal(0, await FollowAsync(app)); // no ERP has been read
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "Alfa", phone: "+7 495 111-22-33"), Some.Counterparty("2", "Beta"), Some.Counterparty("3", "Gamma"));
        await app.MirrorAsync(host);
        Assert.Equal(3, await FollowAsync(app)); // a first read: everybody
        Assert.Empty(await PairsAsync(app));

        host.Counterparties.Put(Some.Counterparty("2", "Beta", "2", "8 495 1112233"), Some.Counterparty("4", "Альфа ООО"));
        await app.MirrorAsync(host);
        await FollowAsync(app);
        Assert.Equal(["1=2 Phone 40", "1=4 Name 45"], await PairsAsync(app));

        host.Counterparties.Put(Some.Counterparty("2", "Beta", "3"), Some.Counterparty("4", "Дельта ООО", "2"));
        await app.MirrorAsync(host);
        await FollowAsync(app);
        Assert.Empty(await PairsAsync(app));
    }

    [Fact]
    public async Task WhatManyShare_TellsNothing()
    {
        await using var app = await CrmApp.StartAsync();
        var host = new MemoryHost();
        host.Counterparties.Put([.. Enumerable.Range(1, 9).Select(n => Some.Counterparty($"{n}", $"Branch number {n}{n}{n}", email: "office@holding.example"))]);
        await app.MirrorAsync(host);

        await FollowAsync(app);
        Assert.Empty(await PairsAsync(app));

        host.Counterparties.Put(Some.Counterparty("9", "Branch number 999", "2"));
        await app.MirrorAsync(host);
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DuplicateSearch>().RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(28, (await PairsAsync(app)).Count); // 8 · 7 / 2
    }

    private static async Task<int> FollowAsync(CrmApp app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<DuplicateSearch>().FollowAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<List<string>> PairsAsync(CrmApp app)
    {
        await using var database = app.Database();
        var keys = await database.Set<CounterpartyRecord>().ToDictionaryAsync(c => c.Id, c => c.HostKey, TestContext.Current.CancellationToken);
        var pairs = await database.Set<DuplicateCandidate>().OrderBy(c => c.CounterpartyId).ThenBy(c => c.OtherId).ToListAsync(TestContext.Current.CancellationToken);
        return [.. pairs.Select(p => $"{keys[p.CounterpartyId]}={keys[p.OtherId]} {p.Reasons} {p.Score}")];
    }

    [Fact]
    public async Task NewCaller_WhomTheErpKnows_IsWarnedOfAndSavedOnlyWhenSure()
    {
        await using var app = await CrmApp.StartAsync();
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ООО «Северный ветер»"));
        await app.MirrorAsync(host);
        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);
        await chief.OpenAsync("/duplicates");
        await chief.SubmitAsync("/duplicates/search", []);
        await chief.OpenAsync("/prospects/new");

        var page = await chief.SubmitAsync("/prospects", new() { ["name"] = "Иван", ["company"] = "Severny Veter" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, chief.Status);
        Assert.Contains("ООО «Северный ветер» same name", page.QuerySelector(".alert-warning")!.TextContent.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal("Severny Veter", page.QuerySelector("#company")!.GetAttribute("value"));
        await chief.SubmitAsync("/prospects", new() { ["name"] = "Иван", ["company"] = "Severny Veter", ["sure"] = "true" });
        await using var database = app.Database();
        Assert.Equal(1, await database.Set<Prospect>().CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Decisions_OnAnothersCounterparties_AreNotFound()
    {
        await using var app = await CrmApp.StartAsync();
        var (mine, other) = (await app.AddCounterpartyAsync("Mine", "anna"), await app.AddCounterpartyAsync("Other", "boris"));
        await app.NarrowSalespeopleAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/duplicates");

        foreach (var path in (string[])[$"{mine}/{other}/same", $"{mine}/{other}/different", $"{mine}/{mine}/same", $"{other}/leave"])
        {
            await anna.SubmitAsync("/duplicates/" + path, []);
            Assert.Equal(HttpStatusCode.NotFound, anna.Status);
        }

        await anna.SubmitAsync("/duplicates/search", []);
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);
    }
}
