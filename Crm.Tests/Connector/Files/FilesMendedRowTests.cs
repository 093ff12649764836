using Crm.Plugin.Storage;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Connector.Files;

/// <summary>The list of rows that could not be read shows the lines that are bad now and no others.</summary>
public sealed class FilesMendedRowTests(PostgresServer postgres) : IDisposable
{
    private const string Listed = "SELECT place, code FROM sync_problem WHERE entity = 5 ORDER BY place";

    private readonly FilesFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Sync_RowMendedOrMoved_ListFollowsTheFile(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        folder.Write("counterparties.csv", "key,name\nC,Customer\n");
        folder.Write("sales_orders.csv", FilesFolder.Sales("1,C,2024-01-01,1", "2,C,01.01.2024,1", "3,C,2024-01-01,x"));
        await using var host = folder.Open();
        await database.SyncAsync(host);
        Assert.Equal(["sales_orders.csv:3|files.bad-date", "sales_orders.csv:4|files.bad-number"], await database.RowsAsync(Listed));

        folder.Wait();
        // One is mended, and a new line before the other moves it.
        folder.Write("sales_orders.csv", FilesFolder.Sales("0,C,2024-01-01,1", "1,C,2024-01-01,1", "2,C,2024-01-01,1", "3,C,2024-01-01,x"));
        await database.SyncAsync(host);
        Assert.Equal(["sales_orders.csv:5|files.bad-number"], await database.RowsAsync(Listed));
        Assert.Equal(["1"], await database.RowsAsync("SELECT problems FROM sync_state WHERE entity = 5"));
        Assert.Equal(3, await database.CountAsync("SELECT COUNT(*) FROM sales_order"));

        folder.Wait();
        // The bad row is taken out of the file: nothing is delivered that says so.
        folder.Write("sales_orders.csv", FilesFolder.Sales("0,C,2024-01-01,1", "1,C,2024-01-01,1", "2,C,2024-01-01,1"));
        await database.SyncAsync(host);
        Assert.Empty(await database.RowsAsync(Listed));
        Assert.Equal(["0"], await database.RowsAsync("SELECT problems FROM sync_state WHERE entity = 5"));
    }
}
