using System.Diagnostics;
using Crm.Plugin.Storage;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Mirror;

/// <summary>A first sync whose process is killed (SIGKILL) again and again ends with the same mirror as one that was left alone.</summary>
public sealed class SyncKillTests(PostgresServer postgres)
{
    private const int Kills = 12;

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.PostgreSql)]
    public async Task RunAsync_KilledManyTimes_EndsWithTheSameMirror(DatabaseKind kind)
    {
        await using var killed = await MirrorDatabase.CreateAsync(kind, postgres);
        await using var whole = await MirrorDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        await whole.SyncAsync(SyncChild.Host());

        var dice = new Random(20261122);
        for (var kill = 0; kill < Kills; kill++)
        {
            await KillAsync(killed.Options, dice);
        }

        using (var last = SyncChild.Start(killed.Options))
        {
            await last.StandardOutput.ReadToEndAsync();
            await last.WaitForExitAsync();
            Assert.Equal(0, last.ExitCode);
        }

        foreach (var query in Content)
        {
            Assert.Equal(await whole.RowsAsync(query), await killed.RowsAsync(query));
        }

        Assert.Equal(4_000, await killed.CountAsync("SELECT COUNT(*) FROM counterparty_search"));
        Assert.Equal(["8000|16000|32000"], await killed.RowsAsync("SELECT (SELECT COUNT(*) * 2 FROM counterparty), (SELECT COUNT(*) + 4000 FROM sales_order), (SELECT COUNT(*) + 8000 FROM sales_order_line)"));
    }

    /// <summary>Kills at a page or in the building of search that the dice choose, a few milliseconds into it.</summary>
    private static async Task KillAsync(DatabaseOptions options, Random dice)
    {
        using var child = SyncChild.Start(options);
        var lines = dice.Next(1, 14);
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            if ((line == "building" && dice.Next(3) > 0) || --lines == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(0, 40)), TimeProvider.System);
                break;
            }
        }

        child.Kill(entireProcessTree: true);
        await child.WaitForExitAsync();
        Assert.Equal(137, child.ExitCode); // it was still at work
    }

    private static readonly string[] Content =
    [
        "SELECT host_key, version, name, name_folded, code, tax_id, mechanisms, city FROM counterparty ORDER BY host_key",
        "SELECT o.host_key, o.version, o.total_e4, o.date, c.host_key FROM sales_order o JOIN counterparty c ON c.id = o.counterparty_id ORDER BY o.host_key",
        "SELECT s.host_key, l.no, l.quantity_e4, o.host_key FROM sales_order_line l JOIN line_set s ON s.id = l.set_id JOIN sales_order o ON o.id = l.order_id ORDER BY s.host_key, l.no",
        "SELECT c.host_key, p.digits, p.typed FROM phone p JOIN counterparty c ON c.id = p.counterparty_id ORDER BY c.host_key, p.digits",
        "SELECT f.entry >> 35, c.host_key FROM phone_fragment f JOIN phone p ON p.id = (f.entry & 34359738367) JOIN counterparty c ON c.id = p.counterparty_id ORDER BY f.entry >> 35, c.host_key",
        "SELECT entity, rows_read FROM sync_state ORDER BY entity",
    ];
}
