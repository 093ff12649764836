using System.Text.Json.Nodes;
using Npgsql;

namespace Crm.Tests.Servers;

/// <summary>Sells and buys: 830 sales, of which 21 stay unshipped, and one purchase from each of the 29 suppliers.</summary>
internal static class NorthwindOrders
{
    public static async Task LoadAsync(TrytonDatabase database, NorthwindData data, NorthwindBooks books)
    {
        var rpc = database.Rpc;
        var shipped = new List<(long Sale, DateOnly Day)>();
        foreach (var part in data.Orders.Chunk(50))
        {
            var sales = await rpc.CreateAsync("sale.sale", [.. part.Select(o => Sale(data, books, o))]);
            await rpc.PressAsync("sale.sale", "quote", sales);
            await rpc.PressAsync("sale.sale", "confirm", sales);
            shipped.AddRange(part.Zip(sales).Where(s => s.First["shippedDate"].Length > 0).Select(s => (s.Second, NorthwindData.Day(s.First["shippedDate"]))));
        }

        await ShipAsync(database.ConnectionString, shipped);
        await BuyAsync(rpc, data, books);
        foreach (var product in data.Products.Where(p => p["discontinued"] is "1" or "True" or "true"))
        {
            var (id, template) = books.Products[product["productID"]];
            await rpc.WriteAsync("product.product", id, new JsonObject { ["active"] = false });
            await rpc.WriteAsync("product.template", template, new JsonObject { ["active"] = false });
        }
    }

    private static JsonObject Sale(NorthwindData data, NorthwindBooks books, IReadOnlyDictionary<string, string> order)
    {
        var party = books.Customers[order["customerID"]];
        return new JsonObject
        {
            ["company"] = books.Company, ["currency"] = books.Currency, ["party"] = party, ["invoice_address"] = books.Addresses[party],
            ["shipment_address"] = books.Addresses[party], ["warehouse"] = books.Warehouse, ["reference"] = order["orderID"],
            ["sale_date"] = TrytonRpc.Date(NorthwindData.Day(order["orderDate"])), ["shipping_date"] = TrytonRpc.Date(NorthwindData.Day(order["requiredDate"])),
            ["invoice_method"] = "manual", ["shipment_method"] = "order",
            ["lines"] = TrytonRpc.Create([.. data.Lines[order["orderID"]].Select(l => new JsonObject
            {
                ["product"] = books.Products[l["productID"]].Product, ["unit"] = books.Unit, ["quantity"] = (double)NorthwindData.Number(l["quantity"]),
                ["unit_price"] = TrytonRpc.Amount(NorthwindData.Number(l["unitPrice"]) * (1 - NorthwindData.Number(l["discount"]))),
            })]),
        };
    }

    /// <summary>
    /// Ends the shipments on their days by SQL, to the rows that assigning, picking, packing and sending leave behind: with Tryton's own
    /// buttons 809 shipments take half an hour.
    /// </summary>
    private static async Task ShipAsync(string connectionString, IEnumerable<(long Sale, DateOnly Day)> shipped)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            create temporary table shipped on commit drop as select unnest(@sales) as sale, unnest(@days) as day;
            create temporary table sent on commit drop as
                select distinct m.shipment, s.sale, s.day from shipped s
                join sale_line l on l.sale = s.sale join stock_move m on m.origin = 'sale.line,' || l.id;
            update stock_move m set state = 'done', effective_date = s.day, planned_date = s.day, write_date = now() at time zone 'UTC', write_uid = 1
                from sent s where m.shipment = s.shipment;
            update stock_shipment_out o set state = 'done', effective_date = s.day, planned_date = s.day, write_date = now() at time zone 'UTC', write_uid = 1
                from sent s where s.shipment = 'stock.shipment.out,' || o.id;
            update sale_line l set actual_quantity = quantity from shipped s where l.sale = s.sale;
            update sale_sale a set state = 'done', shipment_state = 'sent', write_date = now() at time zone 'UTC', write_uid = 1 from shipped s where a.id = s.sale;
            """,
            connection, await connection.BeginTransactionAsync()) { CommandTimeout = 300 };
        var rows = shipped.ToList();
        command.Parameters.AddWithValue("sales", rows.Select(r => (int)r.Sale).ToArray());
        command.Parameters.AddWithValue("days", rows.Select(r => r.Day).ToArray());
        await command.ExecuteNonQueryAsync();
        await command.Transaction!.CommitAsync();
    }

    /// <summary>By supplier number: 3, 6 … 27 stay drafts (9), 1, 4 … 28 are awaited (10), 2, 5 … 29 received (10), the even of them late (5).</summary>
    private static async Task BuyAsync(TrytonRpc rpc, NorthwindData data, NorthwindBooks books)
    {
        foreach (var (number, supplier) in books.Suppliers)
        {
            var n = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
            var purchase = await rpc.CreateOneAsync("purchase.purchase", new JsonObject
            {
                ["company"] = books.Company, ["currency"] = books.Currency, ["party"] = supplier, ["invoice_address"] = books.Addresses[supplier],
                ["warehouse"] = books.Warehouse, ["reference"] = $"PO-{number}", ["invoice_method"] = "manual",
                ["purchase_date"] = TrytonRpc.Date(new DateOnly(1998, 4, 1)), ["delivery_date"] = TrytonRpc.Date(new DateOnly(1998, 4, 15)),
                ["lines"] = TrytonRpc.Create([.. data.Products.Where(p => p["supplierID"] == number).Select(p => new JsonObject
                {
                    ["product"] = books.Products[p["productID"]].Product, ["unit"] = books.Unit, ["quantity"] = 10.0,
                    ["unit_price"] = TrytonRpc.Amount(NorthwindBooks.PurchasePrice(p)),
                })]),
            });
            if (n % 3 == 0)
                continue;
            await rpc.PressAsync("purchase.purchase", "quote", purchase);
            await rpc.PressAsync("purchase.purchase", "confirm", purchase);
            if (n % 3 == 2)
                await ReceiveAsync(rpc, books, purchase, supplier, new DateOnly(1998, 4, n % 2 == 0 ? 20 : 10));
        }
    }

    private static async Task ReceiveAsync(TrytonRpc rpc, NorthwindBooks books, long purchase, long supplier, DateOnly day)
    {
        var moves = (JsonArray)(await rpc.ReadAsync("purchase.purchase", [new JsonArray("id", "=", purchase)], "moves"))[0]["moves"]!;
        var shipment = await rpc.CreateOneAsync("stock.shipment.in", new JsonObject
        {
            ["company"] = books.Company, ["supplier"] = supplier, ["warehouse"] = books.Warehouse, ["effective_date"] = TrytonRpc.Date(day),
            ["incoming_moves"] = TrytonRpc.Add([.. moves.Select(m => (long)m!)]),
        });
        await rpc.PressAsync("stock.shipment.in", "receive", shipment);
        await rpc.PressAsync("stock.shipment.in", "done", shipment);
    }
}
