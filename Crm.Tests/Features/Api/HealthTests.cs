using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Api;

public sealed class HealthTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Ready_MigratedDatabase_SaysSoToAnybody(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var client = app.Client();

        Assert.Equal("live", (await client.JsonAsync("/health/live")).GetProperty("status").GetString());
        Assert.Equal("ready", (await client.JsonAsync("/health/ready")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Ready_MigrationMissing_Is503WithTheReason()
    {
        await using var app = await CrmApp.StartAsync();
        await using (var database = app.Database())
        {
            await database.Database.ExecuteSqlRawAsync("DELETE FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" = '0002_Security'");
        }

        using var client = app.Client();
        var answer = await client.JsonAsync("/health/ready", 503);

        Assert.Equal("not-ready", answer.GetProperty("status").GetString());
        Assert.Equal("The database is not yet brought up to this version.", answer.GetProperty("reason").GetString());
        Assert.Equal("live", (await client.JsonAsync("/health/live")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Ready_DatabaseGone_Is503WithTheReason()
    {
        await using var app = await CrmApp.StartAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.Delete(Path.Combine(app.Folder, "crm.db"));

        using var client = app.Client();
        var answer = await client.JsonAsync("/health/ready", 503);

        // Background work may have opened the file anew, and empty, before it is asked.
        Assert.Contains(answer.GetProperty("reason").GetString(), (string[])["The database is not reachable.", "The database is not yet brought up to this version."]);
    }
}
