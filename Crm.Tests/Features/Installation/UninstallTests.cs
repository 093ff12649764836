using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Installation;

public sealed class UninstallTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Uninstall_Installed_TakesTheMenuOutAndKeepsTheData(DatabaseKind kind)
    {
        using var world = await ErpWorld.CreateAsync(kind, postgres);
        Assert.Equal(0, await world.RunAsync("install", "folder"));
        Assert.Equal(SignInOutcome.Accepted, (await world.SignInAsync("olga", "olga-erp")).Outcome);
        world.Erp.Menu = [.. world.Erp.Menu, "Somebody else's entry"];

        Assert.Equal(0, await world.RunAsync("uninstall", "folder"));

        Assert.Contains("  3 counterparties and 0 orders of the mirror, and all CRM data on them, stay\n", world.Crm.Out, StringComparison.Ordinal);
        Assert.Contains("  1 users of the ERP can no longer sign in here\n", world.Crm.Out, StringComparison.Ordinal);
        Assert.Equal(["Somebody else's entry"], world.Erp.Menu);
        await using (var context = await world.OpenAsync())
        {
            Assert.Equal(3, await context.Get<CrmDbContext>().Set<CounterpartyRecord>().CountAsync());
            var connection = await context.Get<CrmDbContext>().Set<ConnectionRecord>().SingleAsync();
            Assert.NotNull(connection.RemovedAt);
            Assert.Null(connection.Secret);
            Assert.False((await context.Get<CrmDbContext>().Set<UserAccount>().SingleAsync()).IsActive);
        }

        Assert.Equal(0, await world.RunAsync("uninstall", "folder"));
        Assert.Equal("folder is not installed; nothing was changed.\n", world.Crm.Out);
    }

    [Fact]
    public async Task Install_AfterUninstall_GoesOnWithTheSameData()
    {
        using var world = await ErpWorld.CreateAsync(DatabaseKind.Sqlite, postgres);
        Assert.Equal(0, await world.RunAsync("install", "folder"));
        Assert.Equal(SignInOutcome.Accepted, (await world.SignInAsync("olga", "olga-erp")).Outcome);
        Assert.Equal(0, await world.RunAsync("uninstall", "folder"));

        Assert.Equal(0, await world.RunAsync("install", "folder"));

        Assert.Equal(2, world.Erp.Menu.Length);
        Assert.Equal(SignInOutcome.Accepted, (await world.SignInAsync("olga", "olga-erp")).Outcome);
        await using var context = await world.OpenAsync();
        Assert.Equal(3, await context.Get<CrmDbContext>().Set<CounterpartyRecord>().CountAsync());
    }

    [Fact]
    public async Task Uninstall_ErpIsDown_ChangesNothingUnlessForced()
    {
        using var world = await ErpWorld.CreateAsync(DatabaseKind.Sqlite, postgres);
        Assert.Equal(0, await world.RunAsync("install", "folder"));
        world.Erp.IsDown = true;

        Assert.Equal(1, await world.RunAsync("uninstall", "folder"));
        Assert.EndsWith("[folder.down]\n", world.Crm.Error, StringComparison.Ordinal);
        await using (var context = await world.OpenAsync())
        {
            Assert.Null((await context.Get<CrmDbContext>().Set<ConnectionRecord>().SingleAsync()).RemovedAt);
        }

        Assert.Equal(0, await world.RunAsync("uninstall", "folder", "--force"));
        Assert.StartsWith("The menu stays in the ERP:", world.Crm.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_NotConfirmed_ChangesNothing()
    {
        using var world = await ErpWorld.CreateAsync(DatabaseKind.Sqlite, postgres);
        Assert.Equal(0, await world.RunAsync("install", "folder"));

        Assert.Equal(1, await world.RunAsync("uninstall", "folder", "--purge"));
        Assert.EndsWith("[uninstall.not-confirmed]\n", world.Crm.Error, StringComparison.Ordinal);
        Assert.Equal(1, await world.RunAsync("uninstall", "folder", "--purge", "--yes", "tryton"));

        Assert.Equal(2, world.Erp.Menu.Length);
        await using var context = await world.OpenAsync();
        Assert.Null((await context.Get<CrmDbContext>().Set<ConnectionRecord>().SingleAsync()).RemovedAt);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Purge_Confirmed_DeletesThisConnectionAlone(DatabaseKind kind)
    {
        using var world = await ErpWorld.CreateAsync(kind, postgres);
        Assert.Equal(0, await world.RunAsync("install", "folder"));
        world.Use(world.NewErp("branch"));
        Assert.Equal(0, await world.RunAsync("install", "folder", "--name", "branch"));

        Assert.Equal(0, await world.RunAsync("uninstall", "folder", "--purge", "--yes", "folder"));

        await using var context = await world.OpenAsync();
        var database = context.Get<CrmDbContext>();
        var branch = await database.Set<ConnectionRecord>().SingleAsync();
        Assert.Equal("branch", branch.Name);
        Assert.Equal(3, await database.Set<CounterpartyRecord>().CountAsync());
        Assert.True(await database.Set<CounterpartyRecord>().AllAsync(c => c.ConnectionId == branch.Id));
        Assert.Equal(
            ["connection.installed", "connection.installed", "connection.uninstalled", "connection.purged"],
            await database.Set<AuditEntry>().OrderBy(e => e.Id).Select(e => e.Action).ToListAsync());
    }
}
