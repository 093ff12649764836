using Crm.Plugin.Storage;
using Crm.Tests.Servers;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Crm.Tests.Mirror;

/// <summary>Search is built beside the orders of a first read.</summary>
public sealed class SearchBuildTests(PostgresServer postgres)
{
    public static readonly TheoryData<DatabaseKind> Databases = [DatabaseKind.Sqlite, DatabaseKind.PostgreSql];

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_ManyOrders_CounterpartiesAreFoundBeforeTheOrdersAreRead(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = Company("a", "Полярная звезда", "+7 812 300-40-50");
        host.Orders.Put([.. Enumerable.Range(0, 2000).Select(n => Some.Order($"{n}", "a", n))]);
        host.Orders.PageSize = 1;
        var found = false;
        host.Orders.BeforePage = _ =>
        {
            if (!found)
            {
                found = Wait(database.CountAsync("SELECT COUNT(*) FROM sync_state WHERE search_built_at IS NOT NULL")) > 0;
                host.Orders.PageSize = found ? 5000 : 1;
            }
        };

        await database.SyncAsync(host);

        Assert.True(found, "The search was not there while orders were read.");
        Assert.Equal(2000, await database.CountAsync("SELECT COUNT(*) FROM sales_order"));
        Assert.Equal(["Полярная звезда"], await database.SearchAsync("рная зв"));
        Assert.Equal(["Полярная звезда"], await database.PhoneAsync("3004050"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_AnotherErpIsReadInBetween_BothAreFound(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres, connections: 2);
        var host = Company("a", "Полярная звезда", "+7 812 300-40-50");
        host.Orders.Put(Some.Order("1", "a", 1m));
        host.Orders.BeforePage = cursor =>
        {
            if (cursor is null)
            {
                Wait(database.SyncAsync(Company("a", "Южный ветер", "+7 863 200-10-20"), connection: 2));
            }
        };

        await database.SyncAsync(host);

        Assert.Equal(["Полярная звезда"], await database.SearchAsync("полярн"));
        Assert.Equal(["Южный ветер"], await database.SearchAsync("южный"));
        Assert.Equal(["Полярная звезда"], await database.PhoneAsync("3004050"));
        Assert.Equal(["Южный ветер"], await database.PhoneAsync("2001020"));
        Assert.Equal(2, await database.CountAsync("SELECT COUNT(*) FROM phone"));
    }

    [Fact]
    public async Task RunAsync_SQLite_LeavesNoFileBesideTheDatabaseAndASoundIndex()
    {
        await using var database = await MirrorDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var path = new SqliteConnectionStringBuilder(database.Options.ConnectionString).DataSource;
        await File.WriteAllTextAsync($"{path}-search-1", "what a killed build left", TestContext.Current.CancellationToken);

        await database.SyncAsync(Company("a", "Полярная звезда", "+7 812 300-40-50"));
        var renamed = Company("a", "Северное сияние", "+7 812 300-40-50");
        renamed.Counterparties.Put(Some.Counterparty("a", "Северное сияние", version: "2"));
        await database.SyncAsync(renamed);

        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(path)!, "*-search-*"));
        Assert.Empty(await database.SearchAsync("полярн"));
        Assert.Equal(["Северное сияние"], await database.SearchAsync("сияние"));
        Assert.Equal(["ok"], await database.RowsAsync("PRAGMA integrity_check"));
    }

    private static MemoryHost Company(string key, string name, string phone)
    {
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty(key, name, phone: phone));
        return host;
    }

    /// <summary>The source calls back without waiting; on a thread of the pool nothing else needs this one.</summary>
    private static T Wait<T>(Task<T> task) => Task.Run(() => task).GetAwaiter().GetResult();
}
