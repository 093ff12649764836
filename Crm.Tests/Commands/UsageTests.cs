using Xunit;

namespace Crm.Tests.Commands;

public sealed class UsageTests
{
    [Theory]
    [InlineData("nonsense")]
    [InlineData("install")]
    [InlineData("serve --urls not-an-address")]
    [InlineData("serve --urls ftp://localhost:1")]
    [InlineData("user add")]
    [InlineData("user add anna")]
    [InlineData("user add anna --role king")]
    [InlineData("user role anna king")]
    [InlineData("token create")]
    [InlineData("token revoke one")]
    [InlineData("sync --nonsense")]
    [InlineData("doctor now")]
    public async Task Run_WrongUsage_EndsWith2AndPointsToTheHelp(string line)
    {
        var crm = new CrmCommand();

        Assert.Equal(2, await crm.RunAsync(line.Split(' ')));

        Assert.StartsWith("crm: ", crm.Error, StringComparison.Ordinal);
        Assert.Contains("--help", crm.Error, StringComparison.Ordinal);
        Assert.Empty(crm.Out);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("serve --help")]
    [InlineData("install --help")]
    [InlineData("uninstall --help")]
    [InlineData("doctor --help")]
    [InlineData("sync --help")]
    [InlineData("user --help")]
    [InlineData("user add --help")]
    [InlineData("token create --help")]
    public async Task Run_Help_TellsTheDataFolderAndEndsWith0(string line)
    {
        var crm = new CrmCommand();

        Assert.Equal(0, await crm.RunAsync(line.Split(' ')));

        Assert.Contains("--data <DIR>", crm.Out, StringComparison.Ordinal);
        Assert.Empty(crm.Error);
    }
}
