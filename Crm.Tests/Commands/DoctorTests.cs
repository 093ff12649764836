using System.Text.Json;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Installation;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Commands;

/// <summary>Who only looks leaves nothing behind.</summary>
public sealed class DoctorTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Doctor_NoDataFolder_DoesNotMakeIt(DatabaseKind kind)
    {
        using var folder = new TemporaryFolder();
        var crm = new CrmCommand();
        if (kind == DatabaseKind.PostgreSql)
        {
            crm.Variables["CRM_DATABASE"] = await postgres.CreateDatabaseAsync();
        }

        await crm.RunAsync("doctor", "--json", "--urls", "http://127.0.0.1:1", "--data", folder.Of("absent"));

        Assert.Contains("\"name\":\"database\"", crm.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Of("absent")));
    }

    /// <summary>Another machine's folder: the database knows an ERP whose password cannot be read here.</summary>
    [Fact]
    public async Task Doctor_ConnectionWithSecretAndNoKeys_SaysSoAndMakesNoKeys()
    {
        using var world = await ErpWorld.CreateAsync(DatabaseKind.PostgreSql, postgres);
        Assert.Equal(0, await world.RunAsync("install", "folder"));
        using var folder = new TemporaryFolder();

        Assert.Equal(1, await world.Crm.RunAsync("doctor", "--json", "--urls", "http://127.0.0.1:1", "--data", folder.Of("absent")));

        using var report = JsonDocument.Parse(world.Crm.Out);
        var host = report.RootElement.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("name").GetString() == "folder.host");
        Assert.Equal("mirror.secret-lost", host.GetProperty("found").GetString());
        Assert.False(Directory.Exists(folder.Of("absent")));
    }
}
