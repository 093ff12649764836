using System.Text.Json.Nodes;

namespace Crm.Tests.Servers;

/// <summary>Sells and buys: 830 sales, of which 21 are confirmed and not shipped, and one purchase from each of the 29 suppliers.</summary>
internal static class NorthwindOrders
{
    public static async Task LoadAsync(TrytonDatabase database, NorthwindData data, NorthwindBooks books)
    {
        var rpc = database.Rpc;
        await NorthwindShipped.LoadAsync(database.ConnectionString, data, books);
        var open = await rpc.CreateAsync("sale.sale", [.. data.Orders.Where(o => o["shippedDate"].Length == 0).Select(o => Sale(data, books, o))]);
        await rpc.PressAsync("sale.sale", "quote", open);
        await rpc.PressAsync("sale.sale", "confirm", open);
        await BuyAsync(rpc, data, books);
        await NorthwindInvoices.LoadAsync(rpc, books, open);
        foreach (var product in data.Products.Where(p => p["discontinued"] == "1"))
        {
            var (id, template) = books.Products[product["productID"]];
            // Tryton wants a product, its template and its suppliers active or not together.
            foreach (var terms in await rpc.SearchAsync("purchase.product_supplier", [new JsonArray("product", "=", id)]))
                await rpc.WriteAsync("purchase.product_supplier", terms, new JsonObject { ["active"] = false });
            await rpc.WriteAsync("product.template", template, new JsonObject
            {
                ["active"] = false, ["products"] = new JsonArray(new JsonArray("write", new JsonArray(id), new JsonObject { ["active"] = false })),
            });
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
                ["unit_price"] = TrytonRpc.Amount(NorthwindData.SalePrice(l)),
            })]),
        };
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
