using System.Text.Json.Nodes;
using Crm.Plugin.Commands;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.Commands;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace Crm.Tests.Features.Installation;

/// <summary>Into a real Tryton and out again.</summary>
public sealed class TrytonInstallTests(TrytonServer tryton)
{
    /// <summary>What Tryton itself writes when anybody signs in.</summary>
    private static readonly string[] Sessions = ["ir_session", "ir_session_wizard", "res_user_login_attempt", "res_user_device", "ir_cache"];

    [Fact]
    public async Task InstallAndUninstall_Tryton_LeavesItAsItWas()
    {
        var erp = await tryton.StartWithNorthwindAsync();
        using var folder = new TemporaryFolder();
        var crm = Command(erp);
        var before = await FingerprintAsync(erp.ConnectionString);

        Assert.Equal(0, await crm.RunAsync("install", "tryton", "--data", folder.Path));
        Assert.Equal("", crm.Error.Split('\n').FirstOrDefault(l => l.StartsWith("crm:", StringComparison.Ordinal)) ?? "");
        var entries = await erp.Rpc.ReadAsync("ir.ui.menu", [new JsonArray("parent.name", "=", "CRM")], "name");
        Assert.Equal(["My day", "Counterparties", "Classification", "Administration"], entries.Select(e => (string)e["name"]!));
        await using (var context = await ContextAsync(crm, folder))
        {
            // 91 customers and 29 suppliers; the company, its employees and contact persons are parties too, but nobody's counterparties.
            Assert.Equal(120, await context.Get<CrmDbContext>().Set<CounterpartyRecord>().CountAsync());
        }

        Assert.Equal(0, await crm.RunAsync("install", "tryton", "--data", folder.Path));
        Assert.Equal("tryton is installed already; nothing was changed.\n", crm.Out);
        Assert.Equal(0, await crm.RunAsync("uninstall", "tryton", "--data", folder.Path));

        Assert.Empty(await erp.Rpc.SearchAsync("ir.ui.menu", [new JsonArray("name", "=", "CRM")]));
        Assert.Equal(before, await FingerprintAsync(erp.ConnectionString));
    }

    [Fact]
    public async Task SignIn_TrytonUser_UsesTheOwnPasswordUntilDeactivated()
    {
        var erp = await tryton.StartWithNorthwindAsync();
        var sales = (await erp.Rpc.ReadAsync("res.group", [new JsonArray("name", "=", "Sales")], "id"))[0]["id"]!;
        var user = await erp.Rpc.CreateOneAsync("res.user", new JsonObject
        {
            ["login"] = "nancy", ["name"] = "Nancy Davolio", ["password"] = "Nancy-sells-1", ["groups"] = TrytonRpc.Add((long)sales),
        });
        using var folder = new TemporaryFolder();
        var crm = Command(erp);
        Assert.Equal(0, await crm.RunAsync("install", "tryton", "--data", folder.Path));

        var (outcome, account) = await SignInAsync(crm, folder, "nancy", "Nancy-sells-1");
        Assert.Equal((SignInOutcome.Accepted, Role.SalesManager, "Nancy Davolio"), (outcome, account!.Role, account.Name));
        Assert.Equal(SignInOutcome.Rejected, (await SignInAsync(crm, folder, "nancy", "wrong")).Outcome);

        await erp.Rpc.WriteAsync("res.user", user, new JsonObject { ["active"] = false });
        Assert.Equal(SignInOutcome.Rejected, (await SignInAsync(crm, folder, "nancy", "Nancy-sells-1")).Outcome);
        Assert.Equal(0, await crm.RunAsync("sync", "--data", folder.Path));
        await using var context = await ContextAsync(crm, folder);
        Assert.Equal(1, await context.Get<HostAccounts>().RefreshAsync(CancellationToken.None));
        Assert.Null(await context.Get<AccountDirectory>().FindAsync(account.Id, account.SecurityStamp, CancellationToken.None));
    }

    [Fact]
    public async Task Install_WrongServicePassword_ChangesNothingOnEitherSide()
    {
        var erp = await tryton.StartWithNorthwindAsync();
        using var folder = new TemporaryFolder();
        var crm = Command(erp);
        crm.Variables["CRM_HOST_PASSWORD"] = "Not-The-Password-7";
        var before = await FingerprintAsync(erp.ConnectionString);

        Assert.Equal(1, await crm.RunAsync("install", "tryton", "--data", folder.Of("data")));

        Assert.StartsWith("crm: Nothing was changed: host.sign-in:", crm.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Not-The-Password-7", crm.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Of("data")));
        Assert.Equal(before, await FingerprintAsync(erp.ConnectionString));
    }

    private static CrmCommand Command(TrytonDatabase erp) => new()
    {
        Variables = { ["CRM_HOST_URL"] = erp.Url.AbsoluteUri, ["CRM_HOST_USER"] = erp.AdminUser, ["CRM_HOST_PASSWORD"] = erp.AdminPassword },
    };

    private static Task<CommandContext> ContextAsync(CrmCommand crm, TemporaryFolder folder)
    {
        var terminal = crm.Terminal(TextWriter.Null, TextWriter.Null);
        return CommandContext.OpenAsync(CommandContext.OptionsFor(new DirectoryInfo(folder.Path), terminal, runJobs: false), terminal, CancellationToken.None);
    }

    private static async Task<(SignInOutcome Outcome, UserAccount? Account)> SignInAsync(CrmCommand crm, TemporaryFolder folder, string login, string password)
    {
        await using var context = await ContextAsync(crm, folder);
        return await context.Get<SignInService>().SignInAsync(login, password, CancellationToken.None);
    }

    /// <summary>A hash of all rows of each of the ERP's tables.</summary>
    private static async Task<Dictionary<string, string>> FingerprintAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var command = new NpgsqlCommand("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        var result = new Dictionary<string, string>();
        foreach (var table in tables.Except(Sessions))
        {
            await using var command = new NpgsqlCommand($"SELECT count(*) || ' ' || md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM \"{table}\" t", connection) { CommandTimeout = 120 };
            result[table] = (string)(await command.ExecuteScalarAsync())!;
        }

        return result;
    }
}
