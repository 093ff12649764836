using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Plugin.Commands;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Commands;

public sealed class UserAndTokenTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task User_AddedChangedAndDisabled_SignsInAsLongAsItMay(DatabaseKind kind)
    {
        using var folder = new TemporaryFolder();
        var crm = await CommandAsync(kind);
        crm.Variables["CRM_USER_PASSWORD"] = "Sehr geheim 1";

        Assert.Equal(0, await crm.RunAsync("user", "add", "olga", "--role", "sales-manager", "--name", "Ольга", "--data", folder.Path));
        Assert.Equal(SignInOutcome.Accepted, await SignInAsync(crm, folder, "olga", "Sehr geheim 1"));
        Assert.Equal(0, await crm.RunAsync("user", "role", "olga", "commercial-director", "--data", folder.Path));
        crm.Variables["CRM_USER_PASSWORD"] = "Sehr geheim 2";
        Assert.Equal(0, await crm.RunAsync("user", "password", "olga", "--data", folder.Path));
        Assert.Equal(SignInOutcome.Rejected, await SignInAsync(crm, folder, "olga", "Sehr geheim 1"));
        Assert.Equal(SignInOutcome.Accepted, await SignInAsync(crm, folder, "olga", "Sehr geheim 2"));
        Assert.Equal(0, await crm.RunAsync("user", "list", "--json", "--data", folder.Path));
        using (var list = JsonDocument.Parse(crm.Out))
        {
            var user = Assert.Single(list.RootElement.EnumerateArray());
            Assert.Equal(("olga", "Ольга", "commercial-director", true), (
                user.GetProperty("login").GetString(), user.GetProperty("name").GetString(), user.GetProperty("role").GetString(), user.GetProperty("isActive").GetBoolean()));
        }

        Assert.Equal(0, await crm.RunAsync("user", "team", "olga", " North ", "--data", folder.Path));
        Assert.Equal(0, await crm.RunAsync("user", "list", "--json", "--data", folder.Path));
        Assert.Contains("\"team\":\"North\"", crm.Out, StringComparison.Ordinal);
        Assert.Equal(0, await crm.RunAsync("user", "disable", "olga", "--data", folder.Path));
        Assert.Equal(SignInOutcome.Rejected, await SignInAsync(crm, folder, "olga", "Sehr geheim 2"));
        Assert.Equal(0, await crm.RunAsync("user", "enable", "olga", "--data", folder.Path));
        Assert.Equal(SignInOutcome.Accepted, await SignInAsync(crm, folder, "olga", "Sehr geheim 2"));
        Assert.Equal(["user.added", "user.role", "user.password", "user.team", "user.disable", "user.enable"], await AuditAsync(crm, folder));
    }

    [Theory]
    [InlineData("kurz", "user.password-length")]
    [InlineData(null, "user.no-password")]
    public async Task UserAdd_NoGoodPassword_IsRefused(string? password, string code)
    {
        using var folder = new TemporaryFolder();
        var crm = new CrmCommand();
        if (password is not null)
        {
            crm.Variables["CRM_USER_PASSWORD"] = password;
        }

        Assert.Equal(1, await crm.RunAsync("user", "add", "olga", "--role", "administrator", "--data", folder.Path));
        Assert.EndsWith($"[{code}]\n", crm.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("typed well", "typed well", 0)]
    [InlineData("typed well", "typed bad", 1)]
    public async Task UserAdd_TypedPassword_IsAskedTwice(string first, string second, int code)
    {
        using var folder = new TemporaryFolder();
        var crm = new CrmCommand { Typed = new([first, second]) };

        Assert.Equal(code, await crm.RunAsync("user", "add", "olga", "--role", "administrator", "--data", folder.Path));
    }

    [Fact]
    public async Task UserAdd_KnownLogin_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var crm = new CrmCommand { Variables = { ["CRM_USER_PASSWORD"] = "12345678" } };
        Assert.Equal(0, await crm.RunAsync("user", "add", "olga", "--role", "administrator", "--data", folder.Path));

        Assert.Equal(1, await crm.RunAsync("user", "add", "olga", "--role", "administrator", "--data", folder.Path));

        Assert.Equal("crm: There is an account olga already: see crm user list. [user.exists]\n", crm.Error);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Token_Created_IsKeptAsItsHashAndRevoked(DatabaseKind kind)
    {
        using var folder = new TemporaryFolder();
        var crm = await CommandAsync(kind);
        crm.Variables["CRM_USER_PASSWORD"] = "12345678";
        Assert.Equal(0, await crm.RunAsync("user", "add", "olga", "--role", "administrator", "--data", folder.Path));

        Assert.Equal(0, await crm.RunAsync("token", "create", "--user", "olga", "--label", "Telephony", "--json", "--data", folder.Path));
        using var created = JsonDocument.Parse(crm.Out);
        var text = created.RootElement.GetProperty("token").GetString()!;
        Assert.Matches("^crm_[A-Za-z0-9_-]{43}$", text);
        Assert.Equal(0, await crm.RunAsync("token", "revoke", "1", "--data", folder.Path));

        await using var context = await ContextAsync(crm, folder);
        var token = await context.Get<CrmDbContext>().Set<ApiToken>().SingleAsync();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), token.Hash);
        Assert.Equal("Telephony", token.Label);
        Assert.NotNull(token.RevokedAt);
        Assert.Equal(0, await crm.RunAsync("token", "list", "--data", folder.Path));
        Assert.DoesNotContain(text, crm.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenCreate_UnknownUser_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var crm = new CrmCommand();

        Assert.Equal(1, await crm.RunAsync("token", "create", "--user", "nobody", "--data", folder.Path));

        Assert.EndsWith("[user.unknown]\n", crm.Error, StringComparison.Ordinal);
    }

    private async Task<CrmCommand> CommandAsync(DatabaseKind kind)
    {
        var crm = new CrmCommand();
        if (kind == DatabaseKind.PostgreSql)
        {
            crm.Variables["CRM_DATABASE"] = await postgres.CreateDatabaseAsync();
        }

        return crm;
    }

    private static Task<CommandContext> ContextAsync(CrmCommand crm, TemporaryFolder folder)
    {
        var terminal = crm.Terminal(TextWriter.Null, TextWriter.Null);
        return CommandContext.OpenAsync(CommandContext.OptionsFor(new DirectoryInfo(folder.Path), terminal, runJobs: false), terminal, CancellationToken.None);
    }

    private static async Task<SignInOutcome> SignInAsync(CrmCommand crm, TemporaryFolder folder, string login, string password)
    {
        await using var context = await ContextAsync(crm, folder);
        return (await context.Get<SignInService>().SignInAsync(login, password, CancellationToken.None)).Outcome;
    }

    private static async Task<List<string>> AuditAsync(CrmCommand crm, TemporaryFolder folder)
    {
        await using var context = await ContextAsync(crm, folder);
        return await context.Get<CrmDbContext>().Set<AuditEntry>().OrderBy(e => e.Id).Select(e => e.Action).ToListAsync();
    }
}
