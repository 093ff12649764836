using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Crm.Tests.Servers;
using Microsoft.AspNetCore.DataProtection;
using Xunit;

namespace Crm.Tests.Mirror;

public sealed class ConnectionStoreTests(PostgresServer postgres)
{
    private static readonly HostManifest Manifest = ManifestReader.Parse(
        """{ "id": "m", "name": "M", "version": "1", "contracts": "[0.1,1.0)", "connector": { "assembly": "a", "type": "b" }, "signIn": { "service": "none", "users": "local" } }""", "m.json");

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.PostgreSql)]
    public async Task RemoveAsync_ThenAdd_KeepsIdAndForgetsSecret(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres, connections: 0);
        var store = new ConnectionStore(new ConnectorLoaderTests.Factory(database), new EphemeralDataProtectionProvider(), database.Clock);
        var first = await store.AddAsync(new("erp", Manifest, "x", "u", "p"), CancellationToken.None);
        Assert.Equal("p", store.Settings(first).Password);

        Assert.True(await store.RemoveAsync("erp", CancellationToken.None));
        Assert.False(await store.RemoveAsync("erp", CancellationToken.None));
        Assert.Empty(await store.ListAsync(false, CancellationToken.None));
        Assert.Null((await store.FindAsync("erp", CancellationToken.None))!.Secret);

        var again = await store.AddAsync(new("erp", Manifest, "y", "u", "q"), CancellationToken.None);
        Assert.Equal((first.Id, "y", "q"), (again.Id, store.Settings(again).Address, store.Settings(again).Password));
        Assert.Single(await store.ListAsync(false, CancellationToken.None));
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.PostgreSql)]
    public async Task PurgeAsync_OneOfTwo_LeavesTheOtherWhole(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres, connections: 2);
        foreach (var id in (int[])[1, 2])
        {
            var host = new MemoryHost();
            host.Counterparties.Put(Some.Counterparty("a", $"Company {id}", phone: "+7 912 345 67 89"));
            host.Persons.Put(Some.Person("p", "a", "Person", "+7 912 000 00 00"));
            host.Orders.Put(Some.Order("1", "a", 1m));
            host.Lines.Put(Some.Lines("1", "1", ("1", "x", 1m)));
            await database.SyncAsync(host, connection: id);
        }

        Assert.True(await new ConnectionPurge(database.Options, database.Clock).RunAsync(1, null, CancellationToken.None));

        foreach (var table in (string[])["counterparty", "contact_person", "sales_order", "line_set", "sync_state"])
        {
            Assert.Equal(["2"], await database.RowsAsync($"SELECT DISTINCT connection_id FROM {table}"));
        }

        Assert.Equal(1, await database.CountAsync("SELECT COUNT(*) FROM sales_order_line"));
        Assert.Equal(2, await database.CountAsync("SELECT COUNT(*) FROM phone"));
        Assert.Equal(18, await database.CountAsync("SELECT COUNT(*) FROM phone_fragment"));
        Assert.Equal(["Company 2"], await database.SearchAsync("company"));
        Assert.Equal(["Company 2"], await database.PhoneAsync("345678"));
    }
}
