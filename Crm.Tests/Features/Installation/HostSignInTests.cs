using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Installation;

public sealed class HostSignInTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task SignIn_ErpUser_GetsTheStrongestRoleOfTheGroups(DatabaseKind kind)
    {
        using var world = await InstalledAsync(kind);

        var (outcome, account) = await world.SignInAsync("boris", "boris-erp");

        Assert.Equal(SignInOutcome.Accepted, outcome);
        Assert.Equal(Role.CommercialDirector, account!.Role);
        Assert.Null(account.PasswordHash);
        Assert.Equal(Role.SalesManager, (await world.SignInAsync("olga", "olga-erp")).Account!.Role);
    }

    [Fact]
    public async Task SignIn_WhatTheErpRefuses_IsRefused()
    {
        using var world = await InstalledAsync();

        Assert.Equal(SignInOutcome.Rejected, (await world.SignInAsync("olga", "wrong")).Outcome);
        Assert.Equal(SignInOutcome.Rejected, (await world.SignInAsync("Olga", "olga-erp")).Outcome);
        Assert.Equal(SignInOutcome.Rejected, (await world.SignInAsync("nobody", "x")).Outcome);
        Assert.Equal(SignInOutcome.NoRole, (await world.SignInAsync("guest", "guest-erp")).Outcome);
        world.Erp.IsLocked = true;
        Assert.Equal(SignInOutcome.Locked, (await world.SignInAsync("olga", "olga-erp")).Outcome);
    }

    [Fact]
    public async Task SignIn_UserNewerThanTheMirror_IsLetIn()
    {
        using var world = await InstalledAsync();
        world.Erp.Users = [.. world.Erp.Users, new("fresh", "fresh-erp", ["Sellers"])];

        Assert.Equal(SignInOutcome.Accepted, (await world.SignInAsync("fresh", "fresh-erp")).Outcome);

        await using var context = await world.OpenAsync();
        Assert.Equal(0, await context.Get<HostAccounts>().RefreshAsync(CancellationToken.None));
    }

    [Fact]
    public async Task SignIn_ErpIsDown_IsToldAndTheLocalAdministratorGetsIn()
    {
        using var world = await InstalledAsync();
        world.Crm.Variables["CRM_USER_PASSWORD"] = "break the glass";
        Assert.Equal(0, await world.RunAsync("user", "add", "keeper", "--role", "administrator"));
        world.Erp.IsDown = true;

        Assert.Equal(SignInOutcome.HostUnavailable, (await world.SignInAsync("olga", "olga-erp")).Outcome);
        Assert.Equal(SignInOutcome.Accepted, (await world.SignInAsync("keeper", "break the glass")).Outcome);
    }

    [Fact]
    public async Task Refresh_UserDeactivatedInTheErp_EndsTheSignIn()
    {
        using var world = await InstalledAsync();
        var before = (await world.SignInAsync("olga", "olga-erp")).Account!;
        world.Erp.Users = [.. world.Erp.Users.Select(u => u.Login == "olga" ? u with { IsActive = false } : u)];

        var after = await PolledAsync(world, "olga");

        Assert.False(after.IsActive);
        Assert.NotEqual(before.SecurityStamp, after.SecurityStamp);
        await using var context = await world.OpenAsync();
        Assert.Null(await context.Get<AccountDirectory>().FindAsync(before.Id, before.SecurityStamp, CancellationToken.None));
    }

    [Fact]
    public async Task Refresh_UserMovedToAnotherGroup_ChangesTheRoleOrEndsTheSignIn()
    {
        using var world = await InstalledAsync();
        var before = (await world.SignInAsync("boris", "boris-erp")).Account!;
        world.Erp.Users = [.. world.Erp.Users.Select(u => u.Login == "boris" ? u with { Groups = ["Sellers"] } : u)];

        var moved = await PolledAsync(world, "boris");
        Assert.Equal((Role.SalesManager, true), (moved.Role, moved.IsActive));
        Assert.NotEqual(before.SecurityStamp, moved.SecurityStamp);

        world.Erp.Users = [.. world.Erp.Users.Select(u => u.Login == "boris" ? u with { Groups = ["Everybody"] } : u)];
        Assert.False((await PolledAsync(world, "boris")).IsActive);
        Assert.Equal(SignInOutcome.NoRole, (await world.SignInAsync("boris", "boris-erp")).Outcome);
    }

    [Fact]
    public async Task SignIn_SameLoginInTwoErps_IsCheckedByTheFirstAlone()
    {
        using var world = await InstalledAsync();
        var branch = world.NewErp("branch");
        branch.Users = [new("olga", "olga-branch", ["Bosses"]), new("petro", "petro-branch", ["Sellers"])];
        world.Use(branch);
        Assert.Equal(0, await world.RunAsync("install", "folder", "--name", "branch"));

        Assert.Equal(SignInOutcome.Rejected, (await world.SignInAsync("olga", "olga-branch")).Outcome);
        Assert.Equal(Role.SalesManager, (await world.SignInAsync("olga", "olga-erp")).Account!.Role);
        Assert.Equal(SignInOutcome.Accepted, (await world.SignInAsync("petro", "petro-branch")).Outcome);
    }

    [Fact]
    public async Task UserCommands_ErpUser_AreRefused()
    {
        using var world = await InstalledAsync();
        await world.SignInAsync("olga", "olga-erp");

        Assert.Equal(1, await world.RunAsync("user", "role", "olga", "administrator"));

        Assert.EndsWith("[user.of-erp]\n", world.Crm.Error, StringComparison.Ordinal);
    }

    private async Task<ErpWorld> InstalledAsync(DatabaseKind kind = DatabaseKind.Sqlite)
    {
        var world = await ErpWorld.CreateAsync(kind, postgres);
        Assert.Equal(0, await world.RunAsync("install", "folder"));
        return world;
    }

    private static async Task<UserAccount> PolledAsync(ErpWorld world, string login)
    {
        Assert.Equal(0, await world.RunAsync("sync"));
        await using var context = await world.OpenAsync();
        await context.Get<HostAccounts>().RefreshAsync(CancellationToken.None);
        return await context.Get<CrmDbContext>().Set<UserAccount>().SingleAsync(a => a.Login == login);
    }
}
