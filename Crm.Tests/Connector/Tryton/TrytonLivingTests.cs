using System.Text.Json.Nodes;
using Crm.Contracts;
using Crm.Tests.Conformance;
using Crm.Tests.Servers;
using Npgsql;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

/// <summary>What people do in Tryton is seen by the next read or, where Tryton leaves no trace, by the sweep.</summary>
public sealed class TrytonLivingTests(TrytonServer tryton) : IAsyncLifetime
{
    private TrytonDatabase database = null!;
    private IHost host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TrytonRpc Rpc => database.Rpc;

    public async ValueTask InitializeAsync()
    {
        database = await tryton.StartWithNorthwindAsync();
        host = database.Open(("overlapMinutes", "0"));   // else the loader's own writes come again
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        if (database is not null)
            await database.DisposeAsync();
    }

    [Fact]
    public async Task ReadChangedAsync_NothingHappened_DeliversNothing()
    {
        var source = host.Find<ICounterpartySource>()!;
        var cursor = await EndAsync(source);

        Assert.Empty((await source.PagesAsync(cursor, Cancellation)).SelectMany(p => p.Rows));
    }

    [Fact]
    public async Task ReadChangedAsync_PartyRenamedDeactivatedDeleted_Follows()
    {
        var source = host.Find<ICounterpartySource>()!;
        var parties = (await source.RowsAsync(Cancellation)).ToDictionary(p => p.Code!);
        var cursor = await EndAsync(source);
        await Rpc.WriteAsync("party.party", Id(parties["ALFKI"]), new JsonObject { ["name"] = "Альфред и сыновья" });
        await Rpc.WriteAsync("party.party", Id(parties["ANATR"]), new JsonObject { ["active"] = false });
        await Rpc.DeleteAsync("party.relation.all", await Rpc.SearchAsync("party.relation.all", [new JsonArray("from_", "=", Id(parties["FISSA"]))]));
        await Rpc.DeleteAsync("party.party", Id(parties["FISSA"]));   // the customer without orders

        var changed = (await source.PagesAsync(cursor, Cancellation)).SelectMany(p => p.Rows).ToDictionary(p => p.Code!);
        var alive = (await source.SweepAsync(Cancellation))!.Select(k => k.Key).ToHashSet();

        Assert.Equal("Альфред и сыновья", changed["ALFKI"].Name);
        Assert.False(changed["ANATR"].IsActive);
        Assert.DoesNotContain(parties["FISSA"].Key, alive);
        Assert.Contains(parties["ALFKI"].Key, alive);
        Assert.Equal([parties["FISSA"].Key], (await source.ReadAsync([parties["FISSA"].Key], Cancellation)).Gone);
    }

    [Fact]
    public async Task ReadChangedAsync_MechanismWrittenBehindThePartysBack_DeliversTheParty()
    {
        var source = host.Find<ICounterpartySource>()!;
        var party = (await source.RowsAsync(Cancellation)).Single(p => p.Code == "PARIS");
        var cursor = await EndAsync(source);
        await Rpc.CreateOneAsync("party.contact_mechanism", new JsonObject { ["party"] = Id(party), ["type"] = "email", ["value"] = "neu@example.com" });

        var changed = Assert.Single((await source.PagesAsync(cursor, Cancellation)).SelectMany(p => p.Rows));

        Assert.Equal(party.Key, changed.Key);
        Assert.NotEqual(party.Version, changed.Version);
        Assert.Contains(new ContactMechanism(ContactMechanismKind.Email, "neu@example.com"), changed.Mechanisms);
    }

    [Fact]
    public async Task ReadChangedAsync_FirstSaleConfirmed_BringsTheOrderAndTheRole()
    {
        var parties = host.Find<ICounterpartySource>()!;
        var orders = host.Find<ISalesOrderSource>()!;
        var lines = host.Find<ISalesOrderLineSource>()!;
        var paris = (await parties.RowsAsync(Cancellation)).Single(p => p.Code == "PARIS");
        var (partyCursor, orderCursor, lineCursor) = (await EndAsync(parties), await EndAsync(orders), await EndAsync(lines));
        var sale = await SellAsync(paris);
        await Rpc.PressAsync("sale.sale", "quote", sale);
        await Rpc.PressAsync("sale.sale", "confirm", sale);

        var order = Assert.Single((await orders.PagesAsync(orderCursor, Cancellation)).SelectMany(p => p.Rows));
        var line = Assert.Single(Assert.Single((await lines.PagesAsync(lineCursor, Cancellation)).SelectMany(p => p.Rows)).Lines);
        var party = Assert.Single((await parties.PagesAsync(partyCursor, Cancellation)).SelectMany(p => p.Rows));

        Assert.Equal((paris.Key, OrderState.Confirmed, new Money(24.6912m, "USD")), (order.Counterparty, order.State, order.Total));
        Assert.Equal((2m, 12.3456m, 24.6912m), (line.Quantity, line.Price, line.Amount));
        Assert.Equal((paris.Key, CounterpartyRoles.Customer), (party.Key, party.Roles));
    }

    [Fact]
    public async Task ReadChangedAsync_LineOfADraftWritten_MovesTheOrdersTotal()
    {
        var orders = host.Find<ISalesOrderSource>()!;
        var paris = (await host.Find<ICounterpartySource>()!.RowsAsync(Cancellation)).Single(p => p.Code == "PARIS");
        var sale = await SellAsync(paris);
        var before = (await orders.RowsAsync(Cancellation)).Single(o => o.Counterparty == paris.Key);
        var cursor = await EndAsync(orders);
        var line = (await Rpc.SearchAsync("sale.line", [new JsonArray("sale", "=", sale)]))[0];
        await Rpc.WriteAsync("sale.line", line, new JsonObject { ["quantity"] = 3.0 });

        var after = Assert.Single((await orders.PagesAsync(cursor, Cancellation)).SelectMany(p => p.Rows), o => o.Key == before.Key);

        Assert.Equal((OrderState.Draft, 24.6912m, 37.0368m), (before.State, before.Total.Amount, after.Total.Amount));
        Assert.NotEqual(before.Version, after.Version);
    }

    [Fact]
    public async Task ReadChangedAsync_TransactionThatCommitsLate_IsCaughtByTheOverlap()
    {
        await using var careful = database.Open();
        var source = careful.Find<ICounterpartySource>()!;
        var party = (await source.RowsAsync(Cancellation)).Single(p => p.Code == "ALFKI");
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);   // its stamps are those of this moment
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, Cancellation);
        var cursor = await EndAsync(source);
        await using var command = new NpgsqlCommand($"update party_party set name = 'Late', write_date = now() at time zone 'UTC' where id = {Id(party)}", connection, transaction);
        await command.ExecuteNonQueryAsync(Cancellation);
        await transaction.CommitAsync(Cancellation);

        var changed = (await source.PagesAsync(cursor, Cancellation)).SelectMany(p => p.Rows).Single(p => p.Key == party.Key);

        Assert.Equal("Late", changed.Name);
        Assert.NotEqual(party.Version, changed.Version);
    }

    [Fact]
    public async Task ReadChangedAsync_PurchaseReceived_TellsTheQuantityAndTheDay()
    {
        var orders = host.Find<IPurchaseOrderSource>()!;
        var lines = host.Find<IPurchaseOrderLineSource>()!;
        var open = (await orders.RowsAsync(Cancellation)).First(o => o.State == OrderState.Confirmed);
        var (orderCursor, lineCursor) = (await EndAsync(orders), await EndAsync(lines));
        var purchase = (await Rpc.ReadAsync("purchase.purchase", [new JsonArray("id", "=", long.Parse(open.Key.Value, System.Globalization.CultureInfo.InvariantCulture))], "moves", "party", "company", "warehouse"))[0];
        var shipment = await Rpc.CreateOneAsync("stock.shipment.in", new JsonObject
        {
            ["company"] = purchase["company"]!.DeepClone(), ["supplier"] = purchase["party"]!.DeepClone(), ["warehouse"] = purchase["warehouse"]!.DeepClone(),
            ["effective_date"] = TrytonRpc.Date(new DateOnly(1998, 5, 1)), ["incoming_moves"] = TrytonRpc.Add([.. ((JsonArray)purchase["moves"]!).Select(m => (long)m!)]),
        });
        await Rpc.PressAsync("stock.shipment.in", "receive", shipment);
        await Rpc.PressAsync("stock.shipment.in", "done", shipment);

        var order = (await orders.PagesAsync(orderCursor, Cancellation)).SelectMany(p => p.Rows).Single(o => o.Key == open.Key);
        var set = (await lines.PagesAsync(lineCursor, Cancellation)).SelectMany(p => p.Rows).Single(s => s.Key == open.Key);

        Assert.Equal((OrderState.Delivered, new DateOnly(1998, 5, 1)), (order.State, order.ReceivedOn));
        Assert.All(set.Lines, l => Assert.Equal(10m, l.ReceivedQuantity));
    }

    [Fact]
    public async Task ReadChangedAsync_PurchaseWithDaysOnItsLinesOnly_PromisesTheLatest()
    {
        var orders = host.Find<IPurchaseOrderSource>()!;
        var draft = (await Rpc.SearchAsync("purchase.purchase", [new JsonArray("state", "=", "draft")]))[0];
        var line = (await Rpc.SearchAsync("purchase.line", [new JsonArray("purchase", "=", draft)]))[0];
        await Rpc.WriteAsync("purchase.purchase", draft, new JsonObject { ["delivery_date"] = null });
        await Rpc.WriteAsync("purchase.line", line, new JsonObject { ["delivery_date_edit"] = true, ["delivery_date_store"] = TrytonRpc.Date(new DateOnly(2030, 1, 2)) });

        var order = (await orders.RowsAsync(Cancellation)).Single(o => o.Key.Value == $"{draft}");

        Assert.Equal(new DateOnly(2030, 1, 2), order.PromisedOn);
    }

    private static long Id(Counterparty party) => long.Parse(party.Key.Value, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The cursor after all that is there, once the clock has left the second in which it was written.</summary>
    private static async Task<string> EndAsync<T>(IHostSource<T> source) where T : IHostRecord
    {
        await Task.Delay(TimeSpan.FromSeconds(1.1), TimeProvider.System, Cancellation);
        return (await source.PagesAsync(null, Cancellation))[^1].NextCursor;
    }

    private async Task<long> SellAsync(Counterparty to)
    {
        var example = (await Rpc.ReadAsync("sale.sale", [new JsonArray("id", "=", 1)], "company", "currency", "warehouse"))[0];
        var address = (await Rpc.SearchAsync("party.address", [new JsonArray("party", "=", Id(to))]))[0];
        var product = (await Rpc.ReadAsync("product.product", [new JsonArray("code", "=", "1")], "default_uom"))[0];
        return await Rpc.CreateOneAsync("sale.sale", new JsonObject
        {
            ["company"] = example["company"]!.DeepClone(), ["currency"] = example["currency"]!.DeepClone(), ["warehouse"] = example["warehouse"]!.DeepClone(),
            ["party"] = Id(to), ["invoice_address"] = address, ["shipment_address"] = address, ["invoice_method"] = "manual", ["shipment_method"] = "order",
            ["lines"] = TrytonRpc.Create(new JsonObject
            {
                ["product"] = product["id"]!.DeepClone(), ["unit"] = product["default_uom"]!.DeepClone(), ["quantity"] = 2.0, ["unit_price"] = TrytonRpc.Amount(12.3456m),
            }),
        });
    }
}
