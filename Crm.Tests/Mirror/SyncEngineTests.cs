using Crm.Contracts;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Mirror;

public sealed class SyncEngineTests(PostgresServer postgres)
{
    public static readonly TheoryData<DatabaseKind> Databases = [DatabaseKind.Sqlite, DatabaseKind.PostgreSql];

    private static MemoryHost TradingCompany()
    {
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("a", "ООО «Ёлка»", phone: "8 (912) 345-67-89", email: "Sales@Yolka.example"),
            Some.Counterparty("b", "Čapek & Söhne", phone: "+420 222 111 333"));
        host.Persons.Put(Some.Person("p1", "a", "Анна Иванова", "+7 495 100-20-30"));
        host.Products.Put(Some.Product("x"));
        host.Orders.Put(Some.Order("1", "a", 100.25m), Some.Order("2", "b", 40m, kind: SalesOrderKind.Return), Some.Order("3", "a", -7.5m, kind: SalesOrderKind.Return));
        host.Lines.Put(Some.Lines("1", "1", ("1", "x", 3m), ("1", "x", 4m)));
        return host;
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_FirstSync_StoresEverythingResolved(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);

        var result = await database.SyncAsync(TradingCompany());

        Assert.True(result.IsComplete);
        Assert.Equal(
            ["Products 1 1 0 0", "Counterparties 2 2 0 0", "ContactPersons 1 1 0 0", "SalesOrders 3 3 0 0", "SalesOrderLines 2 2 0 0", "Payments 0 0 0 0"],
            result.Entities.Select(e => $"{e.Entity} {e.Read} {e.Changed} {e.Gone} {e.Problems}"));
        Assert.Equal(
            ["1|ООО «Ёлка»|1002500", "2|Čapek & Söhne|-400000", "3|ООО «Ёлка»|-75000"],
            await database.RowsAsync("SELECT o.host_key, c.name, o.total_e4 FROM sales_order o JOIN counterparty c ON c.id = o.counterparty_id WHERE o.counterparty_key IS NULL ORDER BY o.host_key"));
        Assert.Equal(
            ["1|0|30000|60000", "1|1|40000|80000"],
            await database.RowsAsync("SELECT o.host_key, l.no, l.quantity_e4, l.amount_e4 FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id JOIN product p ON p.id = l.product_id ORDER BY l.no"));
        Assert.Equal(0, await database.CountAsync("SELECT COUNT(*) FROM ledger"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_FirstSync_BuildsSearchAndPhones(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);

        await database.SyncAsync(TradingCompany());

        Assert.Equal(["ООО «Ёлка»"], await database.SearchAsync("елка"));
        Assert.Equal(["ООО «Ёлка»"], await database.SearchAsync("sales@yol"));
        Assert.Equal(["ООО «Ёлка»"], await database.SearchAsync("иванов"));
        Assert.Equal(["Čapek & Söhne"], await database.SearchAsync("capek & sohne"));
        Assert.Equal(["Čapek & Söhne"], await database.SearchAsync("c-b"));
        Assert.Equal(["79123456789||8 (912) 345-67-89", "420222111333||+420 222 111 333", "74951002030|1|+7 495 100-20-30"],
            await database.RowsAsync("SELECT p.digits, p.person_id, p.typed FROM phone p ORDER BY person_id IS NOT NULL, p.digits DESC"));
        Assert.Equal(["ООО «Ёлка»"], await database.PhoneAsync("4567"));
        Assert.Equal(["ООО «Ёлка»"], await database.PhoneAsync("030"));
        Assert.Equal(["Čapek & Söhne"], await database.PhoneAsync("22211133"));
        // 79123456789 has 9 runs (start 0–8), 420222111333 has 10, 74951002030 has 9.
        Assert.Equal(28, await database.CountAsync("SELECT COUNT(*) FROM phone_fragment"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_NothingChanged_WritesNoRow(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = TradingCompany();
        await database.SyncAsync(host);
        database.Clock.Now += TimeSpan.FromMinutes(1);
        var before = await ContentAsync(database);

        var result = await database.SyncAsync(host, SweepChoice.Always);

        Assert.All(result.Entities, e => Assert.Equal((0, 0, 0), (e.Read, e.Changed, e.Gone)));
        Assert.Equal(before, await ContentAsync(database));
        Assert.Equal(0, await database.CountAsync("SELECT COUNT(*) FROM ledger"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_CounterpartyRenamed_SearchAndPhonesFollow(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = TradingCompany();
        await database.SyncAsync(host);
        var id = await database.CountAsync("SELECT id FROM counterparty WHERE host_key = 'a'");
        host.Counterparties.Put(Some.Counterparty("a", "Сосна", "2", phone: "+380 44 123 45 67"));

        var result = await database.SyncAsync(host);

        Assert.Equal("Counterparties 1 1", result.Entities.Where(e => e.Read > 0).Select(e => $"{e.Entity} {e.Read} {e.Changed}").Single());
        Assert.Equal(id, await database.CountAsync("SELECT id FROM counterparty WHERE host_key = 'a'"));
        Assert.Empty(await database.SearchAsync("елка"));
        Assert.Equal(["Сосна"], await database.SearchAsync("сосна"));
        Assert.Equal(["Сосна"], await database.SearchAsync("иванов"));
        Assert.Empty(await database.PhoneAsync("3456789"));
        Assert.Equal(["Сосна"], await database.PhoneAsync("4412345"));
        Assert.Equal(["Сосна"], await database.PhoneAsync("1002030"));
        // 380441234567 has 10 runs instead of 9.
        Assert.Equal(29, await database.CountAsync("SELECT COUNT(*) FROM phone_fragment"));
        Assert.Equal(["a|2|1|2"], await database.RowsAsync("SELECT host_key, event, version_before, version_after FROM ledger"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_OnlyCityChanged_PhonesKeepTheirNumbers(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = TradingCompany();
        await database.SyncAsync(host);
        var before = await database.RowsAsync("SELECT id, digits FROM phone ORDER BY id");
        host.Counterparties.Put(Some.Counterparty("a", "ООО «Ёлка»", "2", phone: "8 (912) 345-67-89") with { Addresses = [new("RU", null, "Пермь", null, null)] });

        await database.SyncAsync(host);

        Assert.Equal(["Пермь"], await database.RowsAsync("SELECT city FROM counterparty WHERE host_key = 'a'"));
        Assert.Equal(before, await database.RowsAsync("SELECT id, digits FROM phone ORDER BY id"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_PersonMovesAndVanishes_SearchFollows(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = TradingCompany();
        host.Persons.ReportsDeletes = true;
        await database.SyncAsync(host);

        host.Persons.Put(Some.Person("p1", "b", "Анна Иванова", "+7 495 100-20-30", "2"));
        await database.SyncAsync(host);
        Assert.Equal(["Čapek & Söhne"], await database.SearchAsync("иванова"));
        Assert.Equal(["Čapek & Söhne"], await database.PhoneAsync("1002030"));

        host.Persons.Delete("p1");
        await database.SyncAsync(host);
        Assert.Empty(await database.SearchAsync("иванова"));
        Assert.Empty(await database.PhoneAsync("1002030"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_Tombstone_MarksGoneAndComesBack(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = TradingCompany();
        host.Orders.ReportsDeletes = true;
        await database.SyncAsync(host);
        var id = await database.CountAsync("SELECT id FROM sales_order WHERE host_key = '1'");

        host.Orders.Delete("1");
        var gone = await database.SyncAsync(host);
        Assert.Equal(1, gone.Entities.Single(e => e.Entity == MirrorEntity.SalesOrders).Gone);
        Assert.Equal(1, await database.CountAsync("SELECT COUNT(*) FROM sales_order WHERE gone_at IS NOT NULL"));

        host.Orders.Put(Some.Order("1", "a", 100.25m));
        await database.SyncAsync(host);
        Assert.Equal(id, await database.CountAsync("SELECT id FROM sales_order WHERE host_key = '1' AND gone_at IS NULL"));
        Assert.Equal(["3", "4"], await database.RowsAsync("SELECT event FROM ledger WHERE host_key = '1' ORDER BY id"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_LineSetReplacedAndGone_LeavesNoOldLine(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = TradingCompany();
        host.Lines.ReportsDeletes = true;
        await database.SyncAsync(host);

        host.Lines.Put(Some.Lines("1", "2", ("1", "x", 9m)), Some.Lines("s2", "1", ("2", "x", 1m), ("3", "x", 2m)));
        await database.SyncAsync(host);
        Assert.Equal(["1|90000", "2|10000", "3|20000"], await database.RowsAsync("SELECT o.host_key, l.quantity_e4 FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id ORDER BY o.host_key"));

        host.Lines.Delete("s2");
        await database.SyncAsync(host);
        Assert.Equal(["1|90000"], await database.RowsAsync("SELECT o.host_key, l.quantity_e4 FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id"));
        Assert.Equal(1, await database.CountAsync("SELECT COUNT(*) FROM line_set WHERE gone_at IS NOT NULL"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_OrderBeforeItsCounterparty_IsPointedToItLater(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = TradingCompany();
        host.Orders.Put(Some.Order("9", "late", 5m));
        host.Lines.Put(Some.Lines("9", "1", ("later", "x", 1m)));
        await database.SyncAsync(host);
        Assert.Equal(["late"], await database.RowsAsync("SELECT counterparty_key FROM sales_order WHERE counterparty_id IS NULL"));
        Assert.Equal(["later"], await database.RowsAsync("SELECT order_key FROM sales_order_line WHERE order_id IS NULL"));

        host.Counterparties.Put(Some.Counterparty("late", "Поздний"));
        host.Orders.Put(Some.Order("later", "late", 6m));
        await database.SyncAsync(host);

        Assert.Equal(["9|Поздний", "later|Поздний"], await database.RowsAsync("SELECT o.host_key, c.name FROM sales_order o JOIN counterparty c ON c.id = o.counterparty_id WHERE c.host_key = 'late' ORDER BY 1"));
        Assert.Equal(0, await database.CountAsync("SELECT COUNT(*) FROM sales_order_line WHERE order_id IS NULL OR order_key IS NOT NULL"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_TwoConnectionsWithEqualKeys_KeepsThemApart(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres, connections: 2);
        var other = new MemoryHost();
        other.Counterparties.Put(Some.Counterparty("a", "Other company", phone: "+1 212 555 0100"));
        other.Orders.Put(Some.Order("1", "a", 1m));
        await database.SyncAsync(TradingCompany());

        await database.SyncAsync(other, connection: 2);

        Assert.Equal(
            ["1|1|ООО «Ёлка»", "2|1|Other company"],
            await database.RowsAsync("SELECT o.connection_id, o.host_key, c.name FROM sales_order o JOIN counterparty c ON c.id = o.counterparty_id WHERE o.host_key = '1' ORDER BY 1"));
        Assert.Equal(["Other company"], await database.SearchAsync("other"));
        Assert.Equal(["ООО «Ёлка»"], await database.SearchAsync("елка"));
        Assert.Equal(["Other company"], await database.PhoneAsync("5550100"));
        Assert.Equal(["ООО «Ёлка»"], await database.PhoneAsync("3456789"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_RowDeliveredTwice_IsStoredOnce(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = TradingCompany();
        host.Orders.RepeatsRows = true;
        host.Lines.RepeatsRows = true;

        await database.SyncAsync(host);

        Assert.Equal(3, await database.CountAsync("SELECT COUNT(*) FROM sales_order"));
        Assert.Equal(2, await database.CountAsync("SELECT COUNT(*) FROM sales_order_line"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_RowChangedDuringPaging_KeepsTheNewest(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = new MemoryHost { Counterparties = { PageSize = 2 } };
        host.Counterparties.Put(Enumerable.Range(1, 6).Select(i => Some.Counterparty($"{i}", $"Name {i}")));
        host.Counterparties.BeforePage = cursor =>
        {
            if (cursor == "2")
            {
                host.Counterparties.BeforePage = null;
                host.Counterparties.Put(Some.Counterparty("1", "Renamed 1", "2"), Some.Counterparty("5", "Renamed 5", "2"));
            }
        };

        await database.SyncAsync(host);

        Assert.Equal(["Renamed 1", "Name 2", "Name 3", "Name 4", "Renamed 5", "Name 6"], await database.RowsAsync("SELECT name FROM counterparty ORDER BY host_key"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_RowOnTwoPagesOfAFirstRead_KeepsItsFirstId(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = new MemoryHost { Counterparties = { PageSize = 2 } };
        host.Counterparties.Put(Some.Counterparty("1", "Name 1"), Some.Counterparty("2", "Name 2"), Some.Counterparty("3", "Name 3"));
        host.Counterparties.BeforePage = cursor =>
        {
            if (cursor == "3")
            {
                host.Counterparties.BeforePage = null;
                host.Counterparties.Put(Some.Counterparty("1", "Renamed 1", "2"));
            }
        };

        await database.SyncAsync(host);

        Assert.Equal(["1|Renamed 1|2"], await database.RowsAsync("SELECT id, name, version FROM counterparty WHERE host_key = '1'"));
        Assert.Equal(3, await database.CountAsync("SELECT COUNT(*) FROM counterparty"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_ReferencesThatNoRecordCanHave_WaitAndStopNothing(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = TradingCompany();
        host.Payments.Put(
            Payment("p1", new string('я', 400)), Payment("p2", "\ud800"), Payment("p3", "1\0"), Payment("p4", "no such order"));

        var result = await database.SyncAsync(host);

        Assert.True(result.IsComplete);
        Assert.Equal(
            [$"p1||{new string('я', 400)}", "p3|1|", "p4||no such order"],
            await database.RowsAsync("SELECT p.host_key, o.host_key, p.order_key FROM payment p LEFT JOIN sales_order o ON o.id = p.order_id WHERE p.host_key <> 'p2' ORDER BY p.host_key"));

        static Payment Payment(string key, string order) => new()
        {
            Key = new(key), Version = "1", Counterparty = new("a"), Order = new(order), Amount = new(1m, "EUR"),
        };
    }

    private static Task<List<string>> ContentAsync(MirrorDatabase database) => database.RowsAsync(
        "SELECT host_key, version, read_at, gone_at, name FROM counterparty UNION ALL SELECT host_key, version, read_at, gone_at, currency FROM sales_order UNION ALL "
        + "SELECT host_key, version, read_at, gone_at, '' FROM line_set UNION ALL SELECT digits, typed, id, counterparty_id, '' FROM phone ORDER BY 1, 2");
}
