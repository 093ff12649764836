using System.Text.Json.Nodes;
using Crm.Contracts;
using Crm.Tests.Servers;
using Npgsql;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

public sealed class TrytonMenuTests(TrytonServer tryton)
{
    private static readonly Uri Root = new("http://127.0.0.1:5080/");

    private static readonly HostMenuEntry[] Entries =
    [
        new("my-day", "My day", new Uri(Root, "my-day")), new("counterparties", "Counterparties", new Uri(Root, "counterparties")),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task InstallAsync_ThenRemoveAsync_LeavesEveryTableAsItWas()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        var before = await FingerprintAsync(database);
        await using (var host = database.Open())
        {
            var menu = host.Find<IHostMenu>()!;

            Assert.Equal(new HostMenuChange(2, 0, 0), await menu.InstallAsync("CRM", Entries, Cancellation));
            Assert.Equal(["Counterparties", "My day"], (await EntriesAsync(database)).Order(StringComparer.Ordinal));
            Assert.Equal(new HostMenuChange(0, 2, 0), await menu.InstallAsync("CRM", Entries, Cancellation));
            Assert.Equal(2, (await EntriesAsync(database)).Count);
            Assert.Equal(new HostMenuChange(0, 0, 2), await menu.RemoveAsync(Root, Cancellation));
            Assert.Equal(new HostMenuChange(0, 0, 0), await menu.RemoveAsync(Root, Cancellation));
        }

        Assert.Equal(before, await FingerprintAsync(database));
    }

    [Fact]
    public async Task InstallAsync_OpensTheScreenInTrytonsClient()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        await using var host = database.Open();
        await host.Find<IHostMenu>()!.InstallAsync("CRM", Entries, Cancellation);

        var root = Assert.Single(await database.Rpc.ReadAsync("ir.ui.menu", [new JsonArray("parent", "=", null), new JsonArray("name", "=", "CRM")], "name"));
        var child = (await database.Rpc.ReadAsync("ir.ui.menu", [new JsonArray("parent", "=", (long)root["id"]!), new JsonArray("name", "=", "My day")], "name"))[0];
        var opened = (JsonArray)(await database.Rpc.ModelAsync("ir.action.keyword", "get_keyword", "tree_open", new JsonArray("ir.ui.menu", child["id"]!.DeepClone())))!;

        Assert.Equal("http://127.0.0.1:5080/my-day", (string?)Assert.Single(opened)!["url"]);   // what a double-click asks for
    }

    [Fact]
    public async Task InstallAsync_OtherAddressAndEntries_ReplacesWhatWasThere()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        await using var host = database.Open();
        var menu = host.Find<IHostMenu>()!;
        await menu.InstallAsync("CRM", Entries, Cancellation);
        HostMenuEntry[] moved = [new("my-day", "My day", new Uri("https://crm.example.com/my-day"))];

        Assert.Equal(new HostMenuChange(1, 0, 2), await menu.InstallAsync("CRM", moved, Cancellation));

        Assert.Equal(["My day"], await EntriesAsync(database));
        Assert.Single(await database.Rpc.SearchAsync("ir.ui.menu", [new JsonArray("parent", "=", null), new JsonArray("name", "=", "CRM")]));
    }

    [Fact]
    public async Task InstallAndRemove_HalfMadeByABrokenCall_AreFinishedByTheNext()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        var before = await FingerprintAsync(database);
        await using (var host = database.Open())
        {
            var menu = host.Find<IHostMenu>()!;
            // Broken off after the actions were made and before the menu was.
            await database.Rpc.CreateOneAsync("ir.action.url", new JsonObject { ["name"] = "CRM plugin: my-day", ["url"] = "http://127.0.0.1:5080/my-day" });

            Assert.Equal(new HostMenuChange(2, 0, 0), await menu.InstallAsync("CRM", Entries, Cancellation));
            // Broken off after the menu was deleted and before the actions were.
            await database.Rpc.DeleteAsync("ir.ui.menu", await database.Rpc.SearchAsync("ir.ui.menu", [new JsonArray("parent", "=", null), new JsonArray("name", "=", "CRM")]));
            await menu.RemoveAsync(Root, Cancellation);
        }

        Assert.Equal(before, await FingerprintAsync(database));
    }

    [Fact]
    public async Task RemoveAsync_MenuWithAnEntryOfSomebodyElse_LeavesThatEntry()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        await using var host = database.Open();
        var menu = host.Find<IHostMenu>()!;
        await menu.InstallAsync("CRM", Entries, Cancellation);
        var root = (await database.Rpc.SearchAsync("ir.ui.menu", [new JsonArray("parent", "=", null), new JsonArray("name", "=", "CRM")]))[0];
        var action = await database.Rpc.CreateOneAsync("ir.action.url", new JsonObject { ["name"] = "Wiki", ["url"] = "http://127.0.0.1:5080/wiki" });
        await database.Rpc.CreateOneAsync("ir.ui.menu", new JsonObject { ["name"] = "Wiki", ["parent"] = root, ["action"] = $"ir.action.url,{action}" });

        Assert.Equal(new HostMenuChange(0, 0, 2), await menu.RemoveAsync(Root, Cancellation));

        Assert.Equal(["Wiki"], await EntriesAsync(database));
    }

    private static async Task<List<string>> EntriesAsync(TrytonDatabase database) =>
        [.. (await database.Rpc.ReadAsync("ir.ui.menu", [new JsonArray("parent.name", "=", "CRM")], "name")).Select(m => (string)m["name"]!)];

    /// <summary>Rows and content of every table, without sessions and counted sign-ins.</summary>
    private static async Task<SortedDictionary<string, string>> FingerprintAsync(TrytonDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        var tables = new List<string>();
        await using (var names = new NpgsqlCommand(
            "select tablename from pg_tables where schemaname = 'public' and tablename not in ('ir_session', 'ir_session_wizard', 'res_user_login_attempt', 'ir_cache')", connection))
        await using (var reader = await names.ExecuteReaderAsync(Cancellation))
        {
            while (await reader.ReadAsync(Cancellation))
                tables.Add(reader.GetString(0));
        }

        var prints = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            await using var command = new NpgsqlCommand($"select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from \"{table}\" t", connection);
            prints[table] = (string)(await command.ExecuteScalarAsync(Cancellation))!;
        }

        return prints;
    }
}
