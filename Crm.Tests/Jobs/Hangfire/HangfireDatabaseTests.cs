using System.Text.Json;
using Crm.Plugin.Commands;
using Crm.Plugin.Jobs.Hangfire;
using Crm.Tests.Commands;
using Xunit;

namespace Crm.Tests.Jobs.Hangfire;

public sealed class HangfireDatabaseTests
{
    [Theory]
    [InlineData(18456, false, "crm.hangfire-refused")]
    [InlineData(4060, false, "crm.hangfire-missing")]
    [InlineData(53, false, "crm.hangfire-unreachable")]
    [InlineData(-2146893019, false, "crm.hangfire-unreachable")]
    [InlineData(262, true, "crm.hangfire-rights")]
    [InlineData(1105, true, "crm.hangfire-failed")]
    public void Explain_NumberOfSqlServer_SaysWhoActs(int number, bool isConnected, string code) => Assert.Equal(code, HangfireDatabase.Explain(number, isConnected).Code);

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("sql.example")]
    [InlineData("Server=sql;Pwd=geheim;Colour=red")]
    [InlineData("Server=sql;Pwd=geheim;Connect Timeout=soon")]
    public void Checked_NoConnectionString_IsToldWithoutQuotingIt(string? setting)
    {
        var failure = Assert.Throws<CommandFailure>(() => HangfireDatabase.Checked(setting));

        Assert.Equal("crm.hangfire-not-set", failure.Code);
        Assert.DoesNotContain("geheim", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SchemaOf_TwoInstallations_DifferAndStay()
    {
        Assert.Equal("crm_ba7816bf", HangfireDatabase.SchemaOf("abc")); // FIPS 180-2, appendix B.1
        Assert.NotEqual(HangfireDatabase.SchemaOf("7/16384"), HangfireDatabase.SchemaOf("7/16385"));
    }

    [Theory]
    [InlineData(null, "crm.hangfire-not-set")]
    [InlineData("Server=tcp:127.0.0.1,9;Database=jobs;User ID=crm;Password=geheim;Connect Timeout=3;Connect Retry Count=0", "crm.hangfire-unreachable")]
    public async Task Serve_WithoutSqlServer_IsOneLine(string? setting, string code)
    {
        var folder = Directory.CreateTempSubdirectory("crm-hangfire-").FullName;
        var command = new CrmCommand { Variables = { ["CRM_DATA"] = folder } };
        if (setting is not null)
        {
            command.Variables["CRM_HANGFIRE_DATABASE"] = setting;
        }

        Assert.Equal(1, await command.RunAsync("serve", "--urls", "http://127.0.0.1:0"));
        var line = Assert.Single(command.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.EndsWith($"[{code}]", line.Trim(), StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", command.Error + command.Out, StringComparison.Ordinal);

        Assert.Equal(1, await command.RunAsync("doctor", "--json"));
        var check = Assert.Single(JsonDocument.Parse(command.Out).RootElement.GetProperty("checks").EnumerateArray(), c => c.GetProperty("name").GetString() == "jobs");
        Assert.Equal(("failed", code), (check.GetProperty("state").GetString(), check.GetProperty("found").GetString()));
        Assert.DoesNotContain("geheim", command.Error + command.Out, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
