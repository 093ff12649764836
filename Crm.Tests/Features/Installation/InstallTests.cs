using System.Text.Json;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Installation;

public sealed class InstallTests(PostgresServer postgres)
{
    private const string Menu1 = "CRM/My day http://localhost:5080/my-day";
    private const string Menu2 = "CRM/Counterparties http://localhost:5080/counterparties";

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Install_GoodErp_ConnectsPutsTheMenuInAndReads(DatabaseKind kind)
    {
        using var world = await ErpWorld.CreateAsync(kind, postgres);

        Assert.Equal(0, await world.RunAsync("install", "folder", "--json"));

        using var facts = JsonDocument.Parse(world.Crm.Out);
        Assert.Equal(2, facts.RootElement.GetProperty("menu").GetProperty("created").GetInt32());
        Assert.Equal(
            [("hostUsers", 3L), ("counterparties", 3L)],
            facts.RootElement.GetProperty("entities").EnumerateArray().Select(e => (e.GetProperty("entity").GetString()!, e.GetProperty("read").GetInt64())));
        Assert.Equal([Menu1, Menu2], world.Erp.Menu);
        await using var context = await world.OpenAsync();
        Assert.Equal(3, await context.Get<CrmDbContext>().Set<CounterpartyRecord>().CountAsync());
        var connection = await context.Get<CrmDbContext>().Set<ConnectionRecord>().SingleAsync();
        Assert.DoesNotContain("service", connection.Secret, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_SecondRun_IsANoOpAlsoWithoutTheEnvironment()
    {
        using var world = await ErpWorld.CreateAsync(DatabaseKind.Sqlite, postgres);
        Assert.Equal(0, await world.RunAsync("install", "folder"));
        var written = File.GetLastWriteTimeUtc(Path.Combine(world.Erp.Folder, "menu.json"));
        world.ForgetEnvironment();

        Assert.Equal(0, await world.RunAsync("install", "folder"));

        Assert.Equal("folder is installed already; nothing was changed.\n", world.Crm.Out);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(world.Erp.Folder, "menu.json")));
    }

    [Fact]
    public async Task Install_CheckFails_ChangesNothing()
    {
        using var world = await ErpWorld.CreateAsync(DatabaseKind.Sqlite, postgres);
        world.Crm.Variables["CRM_HOST_PASSWORD"] = "wrong";

        Assert.Equal(1, await world.RunAsync("install", "folder"));

        Assert.Equal("crm: Nothing was changed: host.sign-in: The service account is refused. – Check CRM_HOST_PASSWORD. [install.check-failed]\n", world.Crm.Error);
        Assert.False(Directory.Exists(world.Data));
        Assert.Empty(world.Erp.Menu);
    }

    [Theory]
    [InlineData("CRM_HOST_URL", "install.no-address")]
    [InlineData("CRM_HOST_USER", "install.no-credentials")]
    [InlineData("CRM_HOST_PASSWORD", "install.no-credentials")]
    public async Task Install_VariableMissing_IsNamed(string variable, string code)
    {
        using var world = await ErpWorld.CreateAsync(DatabaseKind.Sqlite, postgres);
        world.Crm.Variables.Remove(variable);

        Assert.Equal(1, await world.RunAsync("install", "folder"));

        Assert.Contains(variable, world.Crm.Error, StringComparison.Ordinal);
        Assert.EndsWith($"[{code}]\n", world.Crm.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("install", "nowhere.json", "install.no-manifest")]
    [InlineData("install", "folder", "install.bad-name", "--name", "Not Good")]
    [InlineData("install", "folder", "install.bad-public-address", "--address", "crm.example.com")]
    [InlineData("sync", "--json", "sync.no-connection")]
    public async Task Run_WhatCannotBe_IsRefusedWithItsCode(string command, string argument, string code, params string[] more)
    {
        using var world = await ErpWorld.CreateAsync(DatabaseKind.Sqlite, postgres);

        Assert.Equal(1, await world.RunAsync([command, argument, .. more]));

        Assert.EndsWith($"[{code}]\n", world.Crm.Error, StringComparison.Ordinal);
        Assert.Single(world.Crm.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Install_BrokenOffBeforeTheMenu_IsFinishedByTheNextRun()
    {
        using var world = await ErpWorld.CreateAsync(DatabaseKind.Sqlite, postgres);
        Assert.Equal(0, await world.RunAsync("install", "folder"));
        world.Erp.Menu = [];
        await using (var context = await world.OpenAsync())
        {
            await context.Get<CrmDbContext>().Database.ExecuteSqlRawAsync("UPDATE installation SET menu_at = NULL");
            await context.Get<CrmDbContext>().Database.ExecuteSqlRawAsync("UPDATE sync_state SET first_read_at = NULL, cursor = NULL");
        }

        Assert.Equal(0, await world.RunAsync("install", "folder"));

        Assert.Equal([Menu1, Menu2], world.Erp.Menu);
        Assert.Contains("folder is installed. Start crm serve", world.Crm.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_AnotherPublicAddress_MovesTheMenu()
    {
        using var world = await ErpWorld.CreateAsync(DatabaseKind.Sqlite, postgres);
        Assert.Equal(0, await world.RunAsync("install", "folder"));

        Assert.Equal(0, await world.RunAsync("install", "folder", "--address", "https://crm.example.com"));

        Assert.Equal(["CRM/My day https://crm.example.com/my-day", "CRM/Counterparties https://crm.example.com/counterparties"], world.Erp.Menu);
    }

    [Fact]
    public async Task Install_SecondErpOfTheSameKind_NeedsAName()
    {
        using var world = await ErpWorld.CreateAsync(DatabaseKind.Sqlite, postgres);
        Assert.Equal(0, await world.RunAsync("install", "folder"));
        world.Use(world.NewErp("branch"));

        Assert.Equal(0, await world.RunAsync("install", "folder", "--name", "branch"));

        await using var context = await world.OpenAsync();
        Assert.Equal(["branch", "folder"], await context.Get<CrmDbContext>().Set<ConnectionRecord>().OrderBy(c => c.Name).Select(c => c.Name).ToListAsync());
        Assert.Equal(6, await context.Get<CrmDbContext>().Set<CounterpartyRecord>().CountAsync());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Install_AfterTheDemo_RemovesItsDataAndItsSignIns(DatabaseKind kind)
    {
        using var world = await ErpWorld.CreateAsync(kind, postgres);
        Assert.Equal(0, await world.RunAsync("install", "demo"));
        Assert.Equal(SignInOutcome.Accepted, (await world.SignInAsync("anna", "anna-demo")).Outcome);
        world.Crm.Variables["CRM_USER_PASSWORD"] = "my own password";
        Assert.Equal(0, await world.RunAsync("user", "password", "admin"));

        Assert.Equal(0, await world.RunAsync("install", "folder"));

        Assert.Contains("The demo company is removed with its data and its sign-ins (anna, viktor)", world.Crm.Out, StringComparison.Ordinal);
        Assert.Equal(SignInOutcome.Rejected, (await world.SignInAsync("anna", "anna-demo")).Outcome);
        Assert.Equal(SignInOutcome.Accepted, (await world.SignInAsync("admin", "my own password")).Outcome);
        await using (var context = await world.OpenAsync())
        {
            Assert.Equal(["Party 1", "Party 2", "Party 3"], await context.Get<CrmDbContext>().Set<CounterpartyRecord>().OrderBy(c => c.Name).Select(c => c.Name).ToListAsync());
            Assert.Equal(0, await context.Get<CrmDbContext>().Set<SalesOrderRecord>().CountAsync());
            Assert.Equal("folder", (await context.Get<CrmDbContext>().Set<ConnectionRecord>().SingleAsync()).Name);
        }

        Assert.Equal(1, await world.RunAsync("install", "demo"));
        Assert.EndsWith("[install.demo-beside-erp]\n", world.Crm.Error, StringComparison.Ordinal);
    }
}
