using System.Net;
using AngleSharp.Dom;
using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Api;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Security;

/// <summary>Rights that reach the team: the same counterparties in the list, on cards, in search, export, orders, contacts and the API.</summary>
public sealed class TeamTests(PostgresServer postgres)
{
    private static readonly string[] OfTheTeam = ["Aster", "Birch", "Nobody's"];

    /// <summary>anna and boris are the team North, clara is of the team South; nobody has the last one.</summary>
    private static MemoryHost Company()
    {
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("1", "Aster", phone: "+7 495 111-22-33") with { ManagerLogin = "anna" },
            Some.Counterparty("2", "Birch", phone: "+7 495 111-22-44") with { ManagerLogin = "boris" },
            Some.Counterparty("3", "Clover", phone: "+7 495 111-22-55") with { ManagerLogin = "clara" },
            Some.Counterparty("4", "Nobody's"));
        host.Orders.Put(Some.Order("o2", "2", 20m) with { Number = "SO-2" }, Some.Order("o3", "3", 30m) with { Number = "SO-3" });
        return host;
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Screens_ScopeTeam_ShowTheTeamsAndNobodyElses(DatabaseKind kind)
    {
        await using var app = await WorldAsync(kind, Scope.Team);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        Assert.Equal(OfTheTeam, Names(await browser.OpenAsync("/counterparties")));
        Assert.Equal(["Birch"], Names(await browser.OpenAsync("/counterparties?q=irc")));
        Assert.Empty(Names(await browser.OpenAsync("/counterparties?q=clov")));
        Assert.Equal(["Aster", "Birch"], Names(await browser.OpenAsync("/counterparties?q=111-22")));
        Assert.Equal(["SO-2"], (await browser.OpenAsync("/orders")).QuerySelectorAll("tbody tr td:first-child a").Select(a => a.TextContent));
        await browser.OpenAsync($"/counterparties/{await app.IdAsync("2")}");
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        await browser.OpenAsync($"/counterparties/{await app.IdAsync("3")}");
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
        await browser.OpenAsync("/counterparties/export?format=csv");
        Assert.Equal(OfTheTeam, browser.Source.Trim().Split("\r\n").Skip(1).Select(l => OfTheTeam.Append("Clover").Single(n => l.Contains(n, StringComparison.Ordinal))));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Contacts_ScopeTeam_AreLoggedForTheTeamOnly(DatabaseKind kind)
    {
        await using var app = await WorldAsync(kind, Scope.Team);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync("/interactions/new");

        foreach (var (key, expected) in new[] { ("2", HttpStatusCode.OK), ("3", HttpStatusCode.NotFound) })
        {
            await browser.OpenAsync($"/interactions/new?counterparty={await app.IdAsync(key)}");
            Assert.Equal(expected, browser.Status);
        }

        var found = await browser.PartAsync("/interactions/counterparties?find=" + Uri.EscapeDataString("bir"));
        Assert.Contains("Birch", found.Body!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("Clover", (await browser.PartAsync("/interactions/counterparties?find=clov")).Body!.TextContent, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Api_ScopeTeam_AnswersAsTheScreensDo(DatabaseKind kind)
    {
        await using var app = await WorldAsync(kind, Scope.Team);
        using var client = await app.TokenClientAsync("dora");
        await app.JoinAsync("dora", "North");

        var list = await client.JsonAsync("/api/v1/counterparties");
        Assert.Equal(OfTheTeam, list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!));
        await client.JsonAsync($"/api/v1/counterparties/{await app.IdAsync("2")}");
        await client.JsonAsync($"/api/v1/counterparties/{await app.IdAsync("3")}", 404);
        Assert.Equal(["SO-2"], (await client.JsonAsync("/api/v1/orders")).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("number").GetString()));
    }

    /// <summary>Each right has its own scope: seeing the team's does not mean taking it away.</summary>
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Export_ScopeOwnBesideReadTeam_IsNarrower(DatabaseKind kind)
    {
        await using var app = await WorldAsync(kind, Scope.Own);
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        await browser.OpenAsync("/counterparties/export?format=csv");

        Assert.DoesNotContain("Birch", browser.Source, StringComparison.Ordinal);
        Assert.Contains("Aster", browser.Source, StringComparison.Ordinal);
        Assert.Equal(OfTheTeam, Names(await browser.OpenAsync("/counterparties")));
    }

    /// <summary>Ids in a login must not be read as patterns, and a login of one user is no part of another's.</summary>
    [Theory]
    [InlineData(null, "olga,petr,viktor")]
    [InlineData("\"East\"", "olga,petr")]
    [InlineData("\"West\"", "olga")]
    public async Task Logins_ErpUser_SharesGroupsAsTheManifestNamesThem(string? teams, string expected)
    {
        await using var app = await CrmApp.StartAsync();
        await using var database = app.Database();
        var manifest = $$"""{"id":"memory","name":"Memory","version":"1","contracts":"[0.1,1.0)","connector":{"assembly":"a","type":"t"},"signIn":{"service":"none","users":"host"}{{(teams is null ? "" : $",\"teams\":[{teams}]")}}}""";
        database.Add(new ConnectionRecord { Id = 1, Name = "erp", Host = "memory", Manifest = manifest, Address = "" });
        database.Add(new ConnectionRecord { Id = 2, Name = "other", Host = "memory", Manifest = manifest, Address = "" });
        database.AddRange(User(1, "olga", "Sales\nEast"), User(1, "petr", "East"), User(1, "viktor", "Sales"), User(1, "zoya", "Supply"), User(2, "yuri", "Sales\nEast"));
        var account = new UserAccount { Login = "olga", Name = "Olga", SecurityStamp = "s", ConnectionId = 1, Role = Role.SalesManager, IsActive = true };
        database.Add(account);
        await database.SaveChangesAsync();

        var logins = await TeamStore.LoginsAsync(database, account, CancellationToken.None);

        Assert.Equal(expected, string.Join(',', logins.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Logins_LocalAccountWithoutTeam_IsAlone()
    {
        await using var app = await CrmApp.StartAsync();
        var account = await app.AddUserAsync("anna", Role.SalesManager);
        await app.AddUserAsync("boris", Role.SalesManager);
        await using var database = app.Database();

        Assert.Equal(["anna"], await TeamStore.LoginsAsync(database, account, CancellationToken.None));
    }

    [Theory]
    [InlineData(Scope.Own, "anna", true)]
    [InlineData(Scope.Own, "boris", false)]
    [InlineData(Scope.Team, "boris", true)]
    [InlineData(Scope.Team, "Boris", false)]
    [InlineData(Scope.Team, null, true)]
    [InlineData(Scope.Team, "clara", false)]
    [InlineData(Scope.All, "clara", true)]
    [InlineData(Scope.None, "anna", false)]
    public void Covers_EachScope_AsItsNameSays(Scope scope, string? manager, bool expected) =>
        Assert.Equal(expected, Reach.Covers(scope, CurrentUser.Nobody with { Login = "anna", Team = ["anna", "boris"] }, manager));

    private static HostUserRecord User(int connection, string login, string groups) => new()
    {
        ConnectionId = connection, HostKey = login, Version = "1", Login = login, Name = login, Groups = groups, IsActive = true,
    };

    private static string[] Names(IDocument page) => [.. page.QuerySelectorAll("tbody tr:not(.crm-more) td:first-child > a").Select(a => a.TextContent)];

    private async Task<CrmApp> WorldAsync(DatabaseKind kind, Scope export)
    {
        var app = await CrmApp.StartAsync(kind, postgres);
        await app.MirrorAsync(Company());
        foreach (var (login, team) in new[] { ("anna", "North"), ("boris", "North"), ("clara", "South") })
        {
            await app.AddUserAsync(login, Role.SalesManager, "en");
            await app.JoinAsync(login, team);
        }

        await using var database = app.Database();
        database.Add(new RoleRights { Role = Role.SalesManager, ReadScope = Scope.Team, WriteScope = Scope.Team, ExportScope = export });
        await database.SaveChangesAsync();
        return app;
    }
}

file static class Joining
{
    public static async Task JoinAsync(this CrmApp app, string login, string team)
    {
        await using var database = app.Database();
        await database.Set<UserAccount>().Where(a => a.Login == login).ExecuteUpdateAsync(a => a.SetProperty(x => x.Team, team));
        app.Services.GetRequiredService<AccountDirectory>().Forget();
    }
}
