using Npgsql;
using NpgsqlTypes;

namespace Crm.Tests.Servers;

/// <summary>
/// The 809 shipped sales by SQL: the rows that confirming, assigning, picking, packing and sending leave behind. With Tryton's own
/// buttons the same takes half an hour.
/// </summary>
internal static class NorthwindShipped
{
    private const string Sales = """
        insert into sale_sale(company, currency, party, invoice_address, shipment_address, warehouse, number, reference, sale_date, shipping_date,
            invoice_method, invoice_state, shipment_method, shipment_state, state, untaxed_amount_cache, tax_amount_cache, total_amount_cache,
            create_date, create_uid, write_date, write_uid)
        select @company, @currency, party, address, address, @warehouse, number, number, ordered, required,
            'manual', 'none', 'order', 'sent', 'done', total, 0, total, now() at time zone 'UTC', 1, now() at time zone 'UTC', 1
        from unnest(@number, @party, @address, @ordered, @required, @total) as o(number, party, address, ordered, required, total)
        """;

    private const string Lines = """
        insert into sale_line(sale, type, product, unit, quantity, actual_quantity, unit_price, create_date, create_uid)
        select s.id, 'line', l.product, @unit, l.quantity, l.quantity, l.price, now() at time zone 'UTC', 1
        from unnest(@number, @product, @quantity, @price) with ordinality as l(number, product, quantity, price, place)
        join sale_sale s on s.number = l.number order by l.place
        """;

    private const string Shipments = """
        insert into stock_shipment_out(number, company, customer, delivery_address, warehouse, planned_date, effective_date, state, create_date, create_uid)
        select s.number, @company, s.party, s.shipment_address, @warehouse, o.shipped, o.shipped, 'done', now() at time zone 'UTC', 1
        from unnest(@number, @shipped) as o(number, shipped) join sale_sale s on s.number = o.number;

        insert into stock_move(company, currency, product, uom, quantity, internal_quantity, unit_price, unit_price_updated, from_location, to_location,
            origin, shipment, state, planned_date, effective_date, create_date, create_uid)
        select @company, @currency, l.product, l.unit, l.quantity, l.quantity, l.unit_price, true,
            (select id from stock_location where code = 'OUT'), (select id from stock_location where type = 'customer'),
            'sale.line,' || l.id, 'stock.shipment.out,' || h.id, 'done', h.effective_date, h.effective_date, now() at time zone 'UTC', 1
        from stock_shipment_out h join sale_sale s on s.number = h.number join sale_line l on l.sale = s.id;

        insert into stock_move(company, product, uom, quantity, internal_quantity, unit_price_updated, from_location, to_location,
            origin, shipment, state, planned_date, effective_date, create_date, create_uid)
        select m.company, m.product, m.uom, m.quantity, m.quantity, true, (select id from stock_location where code = 'STO'), m.from_location,
            'stock.move,' || m.id, m.shipment, 'done', m.effective_date, m.effective_date, now() at time zone 'UTC', 1
        from stock_move m where m.origin like 'sale.line,%'
        """;

    public static async Task LoadAsync(string connectionString, NorthwindData data, NorthwindBooks books)
    {
        var orders = data.Orders.Where(o => o["shippedDate"].Length > 0).ToList();
        var lines = orders.SelectMany(o => data.Lines[o["orderID"]]).ToList();
        var parties = orders.Select(o => books.Customers[o["customerID"]]).ToList();
        var numbers = orders.Select(o => o["orderID"]).ToArray();
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(
            Sales,
            ("number", numbers),
            ("party", parties.Select(p => (int)p).ToArray()),
            ("address", parties.Select(p => (int)books.Addresses[p]).ToArray()),
            ("ordered", orders.Select(o => NorthwindData.Day(o["orderDate"])).ToArray()),
            ("required", orders.Select(o => NorthwindData.Day(o["requiredDate"])).ToArray()),
            ("total", orders.Select(o => data.Lines[o["orderID"]].Sum(l => NorthwindData.Number(l["quantity"]) * NorthwindData.SalePrice(l))).ToArray()));
        await RunAsync(
            Lines,
            ("number", lines.Select(l => l["orderID"]).ToArray()),
            ("product", lines.Select(l => (int)books.Products[l["productID"]].Product).ToArray()),
            ("quantity", lines.Select(l => (double)NorthwindData.Number(l["quantity"])).ToArray()),
            ("price", lines.Select(NorthwindData.SalePrice).ToArray()));
        await RunAsync(Shipments, ("number", numbers), ("shipped", orders.Select(o => NorthwindData.Day(o["shippedDate"])).ToArray()));
        await transaction.CommitAsync();

        async Task RunAsync(string sql, params (string Name, object Value)[] values)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            foreach (var (name, value) in values)
                command.Parameters.AddWithValue(name, value);
            foreach (var (name, value) in new[] { ("company", books.Company), ("currency", books.Currency), ("warehouse", books.Warehouse), ("unit", books.Unit) })
                command.Parameters.AddWithValue(name, NpgsqlDbType.Integer, (int)value);
            await command.ExecuteNonQueryAsync();
        }
    }
}
